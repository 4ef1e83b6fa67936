// SPDX-License-Identifier: Apache-2.0
/**
 * What an advisory comes to in a snapshot, where one of several CVEs stands once for each of them (`ofEachCve`): a short record
 * with a thousand CVEs and a thousand packages would be a million entries.
 */
import type { Advisory } from "../types.ts";
import { timesOf } from "./identity.ts";
import { limitExceeded } from "./limits.ts";
import type { FeedLimits } from "./limits.ts";
import type { DocumentPart, Rejection } from "./types.ts";

export interface Bounded {
  readonly advisories: readonly Advisory[];
  /** In the order of the advisories. */
  readonly refused: readonly Rejection[];
}

type Limits = Pick<FeedLimits, "maxStatements" | "maxAdvisoryStatements">;

/**
 * @param parts tell which document a refused advisory stands in; of several the first by name
 * @throws FEED_LIMIT_EXCEEDED when all of them are too many together
 */
export function withinStatements(
  source: string,
  advisories: readonly Advisory[],
  parts: readonly DocumentPart[],
  { maxStatements, maxAdvisoryStatements }: Limits,
): Bounded {
  let total = 0;
  const refused = new Map<Advisory, string>();
  for (const advisory of advisories) {
    const cves = timesOf(advisory);
    const said = saidOnce(advisory);
    if (cves * said <= maxAdvisoryStatements) total += cves * said;
    else {
      const counts = `${cves} CVEs times ${said} names, packages, ranges and versions`;
      refused.set(advisory, `${advisory.id}: ${counts} are over ${maxAdvisoryStatements} statements`);
    }
    if (total > maxStatements) throw limitExceeded("maxStatements", maxStatements, source);
  }
  if (refused.size === 0) return { advisories, refused: [] };
  return {
    advisories: advisories.filter((advisory) => !refused.has(advisory)),
    refused: [...refused].map(([{ id }, reason]) => ({
      document: documentOf(id, parts) ?? source,
      path: "$",
      reason,
    })),
  };
}

/** Statements of one of its CVEs. */
function saidOnce({ aliases, affected }: Advisory): number {
  return affected.reduce(
    (sum, { ranges, versions = [] }) => sum + 1 + ranges.length + versions.length,
    aliases.length,
  );
}

function documentOf(id: string, parts: readonly DocumentPart[]): string | undefined {
  return parts
    .filter((part) => part.advisories.some((advisory) => advisory.id === id))
    .map(({ name }) => name)
    .sort()[0];
}
