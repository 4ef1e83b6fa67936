// SPDX-License-Identifier: Apache-2.0
/**
 * Alpine's version order: `digits{.digits}[letter]{_suffix[digits]}[~hash][-rdigits]`.
 * Follows apk-package(5) "PACKAGE METAINFORMATION, pkgver" as apk-tools 3 reads it.
 */
import {
  canonicalDigits,
  compareDigits,
  compareText,
  invalidVersion,
  isDigit,
  isLower,
  trimmedVersion,
} from "./order.ts";
import type { VersionOrder } from "./order.ts";

/** Kinds in apk's own order: where one version goes on with an earlier kind than the other's, it is the newer. */
const FIRST_NUMBER = 0;
const NUMBER = 1;
const LETTER = 2;
const SUFFIX = 3;
const SUFFIX_NUMBER = 4;
const HASH = 5;
const REVISION = 6;
const END = 7;

export interface ApkVersion {
  /** Ends with END. */
  readonly kinds: readonly number[];
  /** One text per kind; a suffix stands as its rank. */
  readonly values: readonly string[];
}

/** Ranks below 4 are pre-releases. */
const SUFFIX_RANKS = new Map(
  ["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"].map((name, rank) => [name, String(rank)]),
);
const FIRST_POST_RELEASE = "4";

export const apkOrder: VersionOrder<ApkVersion> = {
  parse(text) {
    const version = trimmedVersion("apk", text);
    const kinds: number[] = [];
    const values: string[] = [];
    const take = (kind: number, value: string): void => {
      kinds.push(kind);
      values.push(value);
    };
    let at = 0;
    const run = (from: number, test: (code: number) => boolean): string => {
      let end = from;
      while (end < version.length && test(version.charCodeAt(end))) end += 1;
      at = end;
      return version.slice(from, end);
    };
    const digits = (from: number, what: string): string => {
      const found = run(from, isDigit);
      if (found === "") throw invalidVersion("apk", text, `${what} has no digits`);
      return found;
    };

    take(FIRST_NUMBER, canonicalDigits(digits(0, "its first number")));
    while (version[at] === ".") take(NUMBER, digits(at + 1, "a number"));
    if (isLower(version.charCodeAt(at))) {
      take(LETTER, version.charAt(at));
      at += 1;
    }
    while (version[at] === "_") {
      const rank = SUFFIX_RANKS.get(run(at + 1, isLower));
      if (rank === undefined) throw invalidVersion("apk", text, "it has an unknown suffix");
      take(SUFFIX, rank);
      const number = run(at, isDigit);
      if (number !== "") take(SUFFIX_NUMBER, canonicalDigits(number));
    }
    if (version[at] === "~") {
      const hash = run(at + 1, isHex);
      if (hash === "") throw invalidVersion("apk", text, "its commit hash is empty");
      take(HASH, hash);
    }
    if (version.startsWith("-r", at)) take(REVISION, canonicalDigits(digits(at + 2, "its revision")));
    if (at !== version.length) throw invalidVersion("apk", text, `unexpected at offset ${at}`);
    take(END, "");
    return { kinds, values };
  },

  compare(a, b) {
    for (let i = 0; ; i += 1) {
      const kind = a.kinds[i] ?? END;
      const other = b.kinds[i] ?? END;
      if (kind !== other) return compareTails(a, b, i);
      if (kind === END) return 0;
      const difference = compareValues(kind, a.values[i] ?? "", b.values[i] ?? "");
      if (difference !== 0) return difference;
    }
  },
};

function compareTails(a: ApkVersion, b: ApkVersion, at: number): number {
  if (isPreRelease(a, at)) return -1;
  if (isPreRelease(b, at)) return 1;
  return (b.kinds[at] ?? END) - (a.kinds[at] ?? END);
}

function isPreRelease(version: ApkVersion, at: number): boolean {
  return version.kinds[at] === SUFFIX && (version.values[at] ?? "") < FIRST_POST_RELEASE;
}

function compareValues(kind: number, a: string, b: string): number {
  if (kind === LETTER || kind === SUFFIX || kind === HASH) return compareText(a, b);
  // A later number with a leading zero is read as a decimal fraction is.
  if (kind === NUMBER && (a.startsWith("0") || b.startsWith("0"))) return compareText(a, b);
  return compareDigits(a, b);
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102);
}
