// SPDX-License-Identifier: Apache-2.0
/** Names of the connectors, for command lines and types that must not load their code. `connectors/catalog.ts` has one of each. */
export const connectorIds = [
  "osv",
  "rustsec",
  "rubysec",
  "friendsofphp",
  "victims",
  "retire.net",
  "retire.js",
  "alpine/secdb",
  "debian/tracker",
  "npm/security-wg",
  "cisa/kev",
  "first/epss",
] as const;

export type ConnectorId = (typeof connectorIds)[number];
