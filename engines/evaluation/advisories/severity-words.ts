// SPDX-License-Identifier: Apache-2.0
/** Severities in the words of sources (GHSA, Ubuntu, Debian, Bitnami ...) and the one that counts for an advisory. */
import type { Advisory, Severity } from "../types.ts";
import { severityRank } from "../severity.ts";
import { cvssBaseScore, severityOfScore } from "./cvss.ts";

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

/** By computed CVSS score, 3.x before 2.0; else by the source's own word. */
export function chooseSeverity(cvss: Advisory["cvss"], word: string | undefined): Severity {
  const byVersion = [...cvss].sort((a, b) => (a.version < b.version ? 1 : a.version > b.version ? -1 : 0));
  for (const { vector } of byVersion) {
    const score = cvssBaseScore(vector);
    if (score !== undefined) return severityOfScore(score);
  }
  return word === undefined ? "unknown" : severityOfWord(word);
}

/** The worst severity that is known; `unknown` when none is. */
export function worstKnown(all: readonly Severity[]): Severity {
  const known = all.filter((severity) => severity !== "unknown");
  return known.sort((a, b) => severityRank(a) - severityRank(b))[0] ?? "unknown";
}
