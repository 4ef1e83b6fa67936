// SPDX-License-Identifier: Apache-2.0
/**
 * Maven's version order. Follows https://maven.apache.org/pom.html, "Version Order Specification". The class
 * ComparableVersion of Maven 3.9 agrees but for two rare forms, where the specification counts: a qualifier between a dot
 * and another separator (`1.0.rc.1`), and a pre-release of a release word (`1.0-final-SNAPSHOT`).
 */
import {
  canonicalDigits,
  compareDigits,
  compareText,
  invalidVersion,
  isDigit,
  trimmedVersion,
} from "./order.ts";
import type { VersionOrder } from "./order.ts";

/** One token with the sign before it; zeros and release words that change nothing are left out. */
export type MavenToken =
  | { readonly kind: "dot" | "hyphen"; readonly digits: string }
  | { readonly kind: "qualifier"; readonly text: string };

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["cr", "rc"],
  ["final", ""],
  ["ga", ""],
  ["release", ""],
]);
/** Only when a digit follows at once. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ["a", "alpha"],
  ["b", "beta"],
  ["m", "milestone"],
]);
/** Lowest first; the empty one is a release, and stands for the end of a version too. Unknown ones follow. */
const QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const RELEASE = QUALIFIERS.indexOf("");

export const mavenOrder: VersionOrder<readonly MavenToken[]> = {
  parse(text) {
    const trimmed = trimmedVersion("maven", text);
    if (/[\s,[\]()]/.test(trimmed)) throw invalidVersion("maven", text, "it has a sign of a range");
    return withoutNulls(tokensOf(trimmed.toLowerCase()));
  },

  compare(a, b) {
    for (let i = 0; i < a.length || i < b.length; i += 1) {
      const order = compareTokens(a[i], b[i]);
      if (order !== 0) return order;
    }
    return 0;
  },
};

function tokensOf(text: string): MavenToken[] {
  const tokens: MavenToken[] = [];
  let separator = ".";
  for (let at = 0; ;) {
    const start = at;
    const isNumber = isDigit(text.charCodeAt(at));
    while (at < text.length && !isSeparator(text, at) && isDigit(text.charCodeAt(at)) === isNumber) at += 1;
    const part = text.slice(start, at);
    const isCut = at < text.length && !isSeparator(text, at);
    if (isNumber || part === "")
      tokens.push({ kind: separator === "." ? "dot" : "hyphen", digits: canonicalDigits(part || "0") });
    else tokens.push({ kind: "qualifier", text: (isCut ? SHORT.get(part) : undefined) ?? named(part) });
    if (at >= text.length) return tokens;
    separator = isCut ? "-" : text.charAt(at);
    if (!isCut) at += 1;
  }
}

const named = (part: string): string => ALIASES.get(part) ?? part;

const isSeparator = (text: string, at: number): boolean => text[at] === "." || text[at] === "-";

/** Nulls go at the end and before every hyphen, but never the first token. */
function withoutNulls(tokens: readonly MavenToken[]): MavenToken[] {
  const kept: MavenToken[] = [];
  for (const token of tokens) {
    if (token.kind !== "dot") dropNulls(kept);
    kept.push(token);
  }
  dropNulls(kept);
  return kept;
}

function dropNulls(tokens: MavenToken[]): void {
  for (let last = tokens.at(-1); last !== undefined && isNull(last); last = tokens.at(-1)) tokens.pop();
}

const isNull = (token: MavenToken): boolean =>
  token.kind === "qualifier" ? token.text === "" : token.digits === "0";

/** Qualifiers, then numbers behind a hyphen, then numbers behind a dot; the end is a release. */
function compareTokens(a: MavenToken | undefined, b: MavenToken | undefined): number {
  const kinds = kindOf(a) - kindOf(b);
  if (kinds !== 0) return kinds;
  if (a !== undefined && b !== undefined && a.kind !== "qualifier" && b.kind !== "qualifier")
    return compareDigits(a.digits, b.digits);
  const [left, right] = [qualifierOf(a), qualifierOf(b)];
  return rankOf(left) - rankOf(right) || compareText(left, right);
}

const kindOf = (token: MavenToken | undefined): number =>
  token === undefined || token.kind === "qualifier" ? 0 : token.kind === "hyphen" ? 1 : 2;

const qualifierOf = (token: MavenToken | undefined): string =>
  token?.kind === "qualifier" ? token.text : (QUALIFIERS[RELEASE] ?? "");

function rankOf(qualifier: string): number {
  const rank = QUALIFIERS.indexOf(qualifier);
  return rank < 0 ? QUALIFIERS.length : rank;
}
