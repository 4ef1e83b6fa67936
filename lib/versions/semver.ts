// SPDX-License-Identifier: Apache-2.0
/**
 * Semantic Versioning 2.0.0, section 11, as npm and Go use it; build metadata never counts.
 *
 * Read more loosely than written, since registries and advisories are: a leading `v` or `=`, leading zeros, and
 * missing minor and patch numbers (read as 0) are taken; a pre-release may follow the numbers without a hyphen
 * (`1.2.3rc1`); a fourth number and what follows it is taken for build metadata.
 */
import {
  canonicalDigits,
  compareDigits,
  compareText,
  invalidVersion,
  isDigit,
  isLetter,
  isNumeric,
  trimmedVersion,
} from "./order.ts";
import type { VersionOrder } from "./order.ts";

export interface SemverVersion {
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  /** Numeric identifiers without leading zeros; empty for a release. */
  readonly pre: readonly string[];
}

export const semverOrder: VersionOrder<SemverVersion> = {
  parse: (text) => parseSemver("semver", text, trimmedVersion("semver", text)),
  compare: compareSemver,
};

const NO_PRE: readonly string[] = [];

/** @throws VERSION_INVALID naming `text`; reads `version`. */
export function parseSemver(ecosystem: string, text: string, version: string): SemverVersion {
  let at = 0;
  const prefix = version.charCodeAt(0);
  if (prefix === 118 || prefix === 86 || prefix === 61) at = 1;
  const numbers: string[] = [];
  while (numbers.length < 3) {
    const start = at;
    while (isDigit(version.charCodeAt(at))) at += 1;
    if (start === at) throw invalidVersion(ecosystem, text, "a number is missing");
    numbers.push(canonicalDigits(version.slice(start, at)));
    if (version[at] !== "." || !isDigit(version.charCodeAt(at + 1))) break;
    if (numbers.length < 3) at += 1;
  }
  return {
    major: numbers[0] ?? "0",
    minor: numbers[1] ?? "0",
    patch: numbers[2] ?? "0",
    pre: parsePre(ecosystem, text, version.slice(at)),
  };
}

export function compareSemver(a: SemverVersion, b: SemverVersion): number {
  return (
    compareDigits(a.major, b.major) ||
    compareDigits(a.minor, b.minor) ||
    compareDigits(a.patch, b.patch) ||
    comparePre(a.pre, b.pre)
  );
}

function parsePre(ecosystem: string, text: string, rest: string): readonly string[] {
  if (rest === "") return NO_PRE;
  const plus = rest.indexOf("+");
  const tail = plus < 0 ? rest : rest.slice(0, plus);
  for (let i = 0; i < rest.length; i += 1) {
    const code = rest.charCodeAt(i);
    const known = isDigit(code) || isLetter(code) || code === 45 || code === 46 || code === 43 || code === 95;
    if (!known) throw invalidVersion(ecosystem, text, "it has a character that none may have");
  }
  if (tail === "" || tail.startsWith(".")) return NO_PRE;
  const identifiers = (tail.startsWith("-") ? tail.slice(1) : tail).split(".");
  if (identifiers.includes("")) throw invalidVersion(ecosystem, text, "a pre-release identifier is empty");
  return identifiers.map((identifier) => (isNumeric(identifier) ? canonicalDigits(identifier) : identifier));
}

/** Section 11: a release is after its pre-releases. Numeric identifiers are without leading zeros. */
export function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const difference = compareIdentifiers(a[i] ?? "", b[i] ?? "");
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  const aNumeric = isNumeric(a);
  const bNumeric = isNumeric(b);
  if (aNumeric && bNumeric) return compareDigits(a, b);
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1;
  return compareText(a, b);
}
