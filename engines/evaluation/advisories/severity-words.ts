// SPDX-License-Identifier: Apache-2.0
/** Severities in the words of sources (GHSA, Ubuntu, Debian, Bitnami ...) and the one that counts for an advisory. */
import { cvssBaseScore, cvssSeverity } from "#lib/cvss/index.ts";
import type { Advisory, Severity } from "../types.ts";
import { severityRank } from "../severity.ts";

const WORDS: ReadonlyMap<string, Severity> = new Map([
  ["critical", "critical"],
  ["high", "high"],
  ["important", "high"],
  ["medium", "medium"],
  ["moderate", "medium"],
  ["low", "low"],
  ["minor", "low"],
  ["negligible", "none"],
  ["unimportant", "none"],
  ["none", "none"],
]);

/** `unknown` for a word that no source of ours uses for a severity. */
export function severityOfWord(word: string): Severity {
  return WORDS.get(word.trim().toLowerCase()) ?? "unknown";
}

/** Scores of all versions of CVSS by the bounds of 3.x and 4.0; those in use for 2.0 have no `critical`. */
export function severityOfScore(score: number): Severity {
  return cvssSeverity("4.0", score);
}

/**
 * By computed CVSS base score: of vectors of several versions those of the newest count (4.0, 3.1, 3.0, 2.0), of those the
 * worst; a vector that is none counts for nothing. Without any score by the source's own word.
 */
export function chooseSeverity(cvss: Advisory["cvss"], word: string | undefined): Severity {
  let newest = "";
  let worst = 0;
  for (const { version, vector } of cvss) {
    const score = version < newest ? undefined : cvssBaseScore(vector);
    if (score === undefined) continue;
    worst = version > newest ? score : Math.max(worst, score);
    newest = version;
  }
  if (newest !== "") return severityOfScore(worst);
  return word === undefined ? "unknown" : severityOfWord(word);
}

/** The worst severity that is known; `unknown` when none is. */
export function worstKnown(all: readonly Severity[]): Severity {
  const known = all.filter((severity) => severity !== "unknown");
  return known.sort((a, b) => severityRank(a) - severityRank(b))[0] ?? "unknown";
}
