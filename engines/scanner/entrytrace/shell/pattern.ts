// SPDX-License-Identifier: Apache-2.0
/**
 * Shell patterns, in three values, since subject and pattern may hold unknown parts. A backslash makes the next
 * character literal. Source: POSIX.1-2024, Shell Command Language, 2.14 Pattern Matching Notation
 */
import type { Budget } from "../budget.ts";
import { isKnown, knownPrefix, knownSuffix } from "../unknown.ts";

type Token =
  | { readonly kind: "char"; readonly text: string }
  | { readonly kind: "one" }
  | { readonly kind: "many" }
  | {
      readonly kind: "set";
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/** Longer subjects are not cut by patterns that are more than a text with a star at its end. */
const MAX_CUT = 512;

export const escapePattern = (text: string): string => text.replace(/[\\*?[\]]/g, "\\$&");

export const unescapePattern = (pattern: string): string => pattern.replace(/\\(.)/gs, "$1");

export const hasWildcard = (pattern: string): boolean => /[*?[]/.test(pattern.replace(/\\./gs, ""));

/** Whether the whole subject matches; undefined where that depends on what is not known. */
export function matches(subject: string, pattern: string, budget: Budget): boolean | undefined {
  if (pattern === "*") return true;
  if (isKnown(subject) && isKnown(pattern)) return matchTokens(subject, tokensOf(pattern), budget);
  if (!isKnown(pattern)) return undefined;
  const tokens = tokensOf(pattern);
  const first = tokens.findIndex(({ kind }) => kind !== "char");
  const head = textOf(first < 0 ? tokens : tokens.slice(0, first));
  const tail = textOf(tokens.slice(tokens.findLastIndex(({ kind }) => kind !== "char") + 1));
  const [prefix, suffix] = [knownPrefix(subject), knownSuffix(subject)];
  if (first === tokens.length - 1 && tokens[first]?.kind === "many" && prefix.startsWith(head)) return true;
  if (!prefix.startsWith(head) && !head.startsWith(prefix)) return false;
  if (!suffix.endsWith(tail) && !tail.endsWith(suffix)) return false;
  return undefined;
}

const textOf = (tokens: readonly Token[]): string =>
  tokens.map((token) => (token.kind === "char" ? token.text : "")).join("");

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === "\\" && at + 1 < pattern.length) tokens.push({ kind: "char", text: pattern.charAt(++at) });
    else if (char === "?") tokens.push({ kind: "one" });
    else if (char === "*") {
      if (tokens.at(-1)?.kind !== "many") tokens.push({ kind: "many" });
    } else if (char === "[") {
      const set = setAt(pattern, at);
      tokens.push(set?.token ?? { kind: "char", text: char });
      at = set?.end ?? at;
    } else tokens.push({ kind: "char", text: char });
  }
  return tokens;
}

const CLASSES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  alnum: [["0", "9"], ["A", "Z"], ["a", "z"]],
  alpha: [["A", "Z"], ["a", "z"]],
  digit: [["0", "9"]],
  lower: [["a", "z"]],
  upper: [["A", "Z"]],
  space: [["\t", "\r"], [" ", " "]],
  blank: [["\t", "\t"], [" ", " "]],
  xdigit: [["0", "9"], ["A", "F"], ["a", "f"]],
  punct: [["!", "/"], [":", "@"], ["[", "`"], ["{", "~"]],
}; // prettier-ignore

/** A bracket expression that begins at `start`; undefined where it isn't closed. */
function setAt(pattern: string, start: number): { token: Token; end: number } | undefined {
  let at = start + 1;
  const negated = pattern.charAt(at) === "!" || pattern.charAt(at) === "^";
  if (negated) at++;
  const ranges: (readonly [string, string])[] = [];
  for (const from = at; at < pattern.length; at++) {
    let char = pattern.charAt(at);
    if (char === "]" && at > from) return { token: { kind: "set", negated, ranges }, end: at };
    const named = char === "[" ? /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12)) : null;
    if (named) {
      ranges.push(...(CLASSES[named[1] ?? ""] ?? []));
      at += named[0].length - 1;
      continue;
    }
    if (char === "\\") char = pattern.charAt(++at);
    if (pattern.charAt(at + 1) === "-" && at + 2 < pattern.length && pattern.charAt(at + 2) !== "]") {
      ranges.push([char, pattern.charAt(at + 2)]);
      at += 2;
    } else ranges.push([char, char]);
  }
  return undefined;
}

function fits(token: Token | undefined, char: string): boolean {
  switch (token?.kind) {
    case undefined:
    case "many":
      return false;
    case "char":
      return token.text === char;
    case "one":
      return true;
    case "set":
      return token.negated !== token.ranges.some(([from, to]) => from <= char && char <= to);
  }
}

/** Goes back to the last star only, so the work is at most length times length. */
function matchTokens(subject: string, tokens: readonly Token[], budget: Budget): boolean {
  let [at, token, starAt, starToken] = [0, 0, 0, -1];
  for (let work = 1; at < subject.length; work++) {
    if (work % 256 === 0) budget.spend();
    if (tokens[token]?.kind === "many") [starAt, starToken] = [at, token++];
    else if (fits(tokens[token], subject.charAt(at))) [at, token] = [at + 1, token + 1];
    else if (starToken >= 0) [at, token] = [++starAt, starToken + 1];
    else return false;
  }
  while (tokens[token]?.kind === "many") token++;
  return token === tokens.length;
}

/** `${x#p}` and its kin: the text without what matches at one end; undefined where that is not known. */
export function cut(
  text: string,
  pattern: string,
  end: "prefix" | "suffix",
  most: boolean,
  budget: Budget,
): string | undefined {
  if (!isKnown(pattern)) return undefined;
  const literal = unescapePattern(pattern);
  if (!hasWildcard(pattern)) return cutLiteral(text, literal, end);
  if (!isKnown(text)) return undefined;
  if (text.length > MAX_CUT) return undefined;
  const tokens = tokensOf(pattern);
  const lengths = Array.from({ length: text.length + 1 }, (_, length) => length);
  for (const length of most ? lengths.reverse() : lengths) {
    const piece = end === "prefix" ? text.slice(0, length) : text.slice(text.length - length);
    if (matchTokens(piece, tokens, budget))
      return end === "prefix" ? text.slice(length) : text.slice(0, text.length - length);
  }
  return text;
}

function cutLiteral(text: string, literal: string, end: "prefix" | "suffix"): string | undefined {
  const known = end === "prefix" ? knownPrefix(text) : knownSuffix(text);
  if (end === "prefix" ? known.startsWith(literal) : known.endsWith(literal))
    return end === "prefix" ? text.slice(literal.length) : text.slice(0, text.length - literal.length);
  const isOpen =
    known.length < text.length && (end === "prefix" ? literal.startsWith(known) : literal.endsWith(known));
  return isOpen ? undefined : text;
}

/** `${x/p/r}`: literal patterns only, others leave the text unknown. */
export function replaced(
  text: string,
  pattern: string,
  replacement: string,
  operator: "/" | "//" | "/#" | "/%",
): string | undefined {
  if (!isKnown(pattern) || !isKnown(text) || hasWildcard(pattern)) return undefined;
  const literal = unescapePattern(pattern);
  if (literal === "") return text;
  if (operator === "//") return text.split(literal).join(replacement);
  if (operator === "/#") return text.startsWith(literal) ? replacement + text.slice(literal.length) : text;
  if (operator === "/%")
    return text.endsWith(literal) ? text.slice(0, text.length - literal.length) + replacement : text;
  const at = text.indexOf(literal);
  return at < 0 ? text : text.slice(0, at) + replacement + text.slice(at + literal.length);
}
