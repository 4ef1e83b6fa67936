// SPDX-License-Identifier: Apache-2.0
/** Names of the connectors, for command lines and types that must not load their code. `connectors/catalog.ts` has one of each. */
export const connectorIds = [
  "osv",
  "ghsa",
  "rustsec",
  "rubysec",
  "friendsofphp",
  "victims",
  "retire.net",
  "retire.js",
  "alpine/secdb",
  "debian/tracker",
  "debian/dsa",
  "npm/security-wg",
  "cve5",
  "cisa/kev",
  "first/epss",
  "csaf",
  "oval",
] as const;

export type ConnectorId = (typeof connectorIds)[number];
