// SPDX-License-Identifier: Apache-2.0
/**
 * NuGet's version order: up to four numbers, then pre-release labels as in Semantic Versioning, letters of either case
 * alike; build metadata never counts. Follows https://learn.microsoft.com/nuget/concepts/package-versioning.
 */
import {
  canonicalDigits,
  compareDigits,
  invalidVersion,
  isDigit,
  isLetter,
  isNumeric,
  trimmedVersion,
} from "./order.ts";
import type { VersionOrder } from "./order.ts";
import { comparePre } from "./semver.ts";

export interface NugetVersion {
  /** Four, without leading zeros. */
  readonly numbers: readonly string[];
  /** In lower case, numbers without leading zeros; empty for a release. */
  readonly labels: readonly string[];
}

const PARTS = 4;

export const nugetOrder: VersionOrder<NugetVersion> = {
  parse(text) {
    const version = trimmedVersion("nuget", text);
    const plus = version.indexOf("+");
    const counted = plus < 0 ? version : version.slice(0, plus);
    const hyphen = counted.indexOf("-");
    const release = hyphen < 0 ? counted : counted.slice(0, hyphen);
    const numbers = release.split(".");
    if (numbers.length > PARTS) throw invalidVersion("nuget", text, "it has more than four numbers");
    if (!numbers.every(isNumeric)) throw invalidVersion("nuget", text, "a number is missing");
    while (numbers.length < PARTS) numbers.push("0");
    return {
      numbers: numbers.map(canonicalDigits),
      labels: hyphen < 0 ? [] : labelsOf(text, counted.slice(hyphen + 1)),
    };
  },

  compare(a, b) {
    for (let i = 0; i < PARTS; i += 1) {
      const difference = compareDigits(a.numbers[i] ?? "0", b.numbers[i] ?? "0");
      if (difference !== 0) return difference;
    }
    return comparePre(a.labels, b.labels);
  },
};

function labelsOf(text: string, written: string): string[] {
  const labels = written.toLowerCase().split(".");
  if (!labels.every(isLabel))
    throw invalidVersion("nuget", text, "a pre-release label is empty or has a bad sign");
  return labels.map((label) => (isNumeric(label) ? canonicalDigits(label) : label));
}

function isLabel(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (!isDigit(code) && !isLetter(code) && code !== 45) return false;
  }
  return text !== "";
}
