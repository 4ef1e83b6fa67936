// SPDX-License-Identifier: Apache-2.0
/** All connectors, in the order in which they are asked whether a document is theirs. */
import { advisoryErrors } from "../errors.ts";
import type { Connector } from "../types.ts";
import { alpineSecdb } from "./alpine-secdb.ts";
import { csaf } from "./csaf.ts";
import { cve5 } from "./cve5.ts";
import { debianDsa } from "./debian-dsa.ts";
import { debianTracker } from "./debian-tracker.ts";
import { epss } from "./epss.ts";
import { friendsOfPhp } from "./friends-of-php.ts";
import { ghsa } from "./ghsa.ts";
import { kev } from "./kev.ts";
import { npmSecurityWg } from "./npm-security-wg.ts";
import { osv } from "./osv.ts";
import { oval } from "./oval.ts";
import { retireJs } from "./retire-js.ts";
import { retireNet } from "./retire-net.ts";
import { rubysec } from "./rubysec.ts";
import { rustsec } from "./rustsec.ts";
import { victims } from "./victims.ts";

export const connectors: readonly Connector[] = [
  osv,
  csaf,
  cve5,
  ghsa,
  alpineSecdb,
  rustsec,
  rubysec,
  friendsOfPhp,
  victims,
  retireNet,
  retireJs,
  kev,
  npmSecurityWg,
  epss,
  oval,
  debianDsa,
  debianTracker,
];

/** @throws CONNECTOR_UNKNOWN */
export function connectorOf(id: string): Connector {
  const found = connectors.find((connector) => connector.id === id);
  if (found !== undefined) return found;
  const known = connectors.map((connector) => connector.id).join(", ");
  throw advisoryErrors.make(
    "CONNECTOR_UNKNOWN",
    `no connector ${JSON.stringify(id.slice(0, 100))}; known: ${known}`,
  );
}
