// SPDX-License-Identifier: Apache-2.0
/**
 * Composer's version order: the text in Composer's normal form, then by the parts of PHP's version_compare().
 * Follows https://getcomposer.org/doc/articles/versions.md, composer/semver's VersionParser, and
 * https://www.php.net/manual/en/function.version-compare.php.
 *
 * A branch (`dev-main`) is before every number, since no range of numbers holds one. A text of numbers and words that
 * has no normal form is taken as PHP takes it.
 */
import {
  canonicalDigits,
  compareDigits,
  compareText,
  dottedNumbers,
  invalidVersion,
  isDigit,
  trimmedVersion,
} from "./order.ts";
import type { VersionOrder } from "./order.ts";

export interface ComposerVersion {
  /** Its name, where the version is a branch. */
  readonly branch?: string;
  /** Numbers without leading zeros, and words. */
  readonly parts: readonly string[];
}

const MODIFIER = String.raw`(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d)*)|[._-]?)([.-]?dev)?`;
const NUMBERED = new RegExp(String.raw`^v?(\d{1,5})(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?${MODIFIER}$`);
const DATED = new RegExp(String.raw`^v?(\d{4}(?:[.:-]?\d{2}){1,6}(?:[.:-]?\d{1,3})?)${MODIFIER}$`);
const NUMBERED_BRANCH = /^v?(\d+)(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?[.-]?dev$/;
const OTHER = /^v?\d[0-9a-z._+-]*$/;
const ANY_NUMBER = "9999999";
/** A longer first number is a date. */
const MAX_MAJOR_DIGITS = 5;

export const composerOrder: VersionOrder<ComposerVersion> = {
  parse(text) {
    const trimmed = trimmedVersion("composer", text);
    const plain = fourNumbers(trimmed); // most versions are no more
    if (plain !== undefined) return { parts: plain };
    const version = trimmed.replace(/@(?:stable|rc|beta|alpha|dev)$/i, "");
    if (/^dev-/i.test(version)) return { branch: version.slice(4), parts: [] };
    if (["master", "trunk", "default"].includes(version)) return { branch: version, parts: [] };
    const normal = normalForm(version.toLowerCase());
    if (normal === undefined) throw invalidVersion("composer", text, "it is neither a number nor a branch");
    return { parts: partsOf(normal) };
  },

  compare(a, b) {
    if (a.branch !== undefined || b.branch !== undefined) {
      if (a.branch === undefined) return 1;
      return b.branch === undefined ? -1 : compareText(a.branch, b.branch);
    }
    for (let i = 0; ; i += 1) {
      const [left, right] = [a.parts[i], b.parts[i]];
      if (left === undefined && right === undefined) return 0;
      const difference = compareParts(left, right);
      if (difference !== 0) return difference;
    }
  },
};

/** The normal form of a text of one to four numbers, which are no date; undefined for any other. */
function fourNumbers(version: string): string[] | undefined {
  const dot = version.indexOf(".");
  if ((dot < 0 ? version.length : dot) > MAX_MAJOR_DIGITS) return undefined;
  const numbers = dottedNumbers(version);
  if (numbers === undefined || numbers.length > 4) return undefined;
  while (numbers.length < 4) numbers.push("0");
  return numbers;
}

/** Reads lower case. */
function normalForm(version: string): string | undefined {
  const plain = /^([^\s,+]+)\+\S+$/.exec(version)?.[1] ?? version;
  const numbered = NUMBERED.exec(plain);
  if (numbered !== null) {
    const [, major = "0", minor = "0", patch = "0", fourth = "0", word, number, dev] = numbered;
    return `${major}.${minor}.${patch}.${fourth}${modifier(word, number, dev)}`;
  }
  const dated = DATED.exec(plain);
  if (dated !== null)
    return `${(dated[1] ?? "").replaceAll(/\D/g, ".")}${modifier(dated[2], dated[3], dated[4])}`;
  const branch = NUMBERED_BRANCH.exec(plain);
  if (branch !== null) {
    const numbers = [branch[1], branch[2], branch[3], branch[4]];
    const known = numbers.map((part) =>
      part === undefined || !isDigit(part.charCodeAt(0)) ? ANY_NUMBER : part,
    );
    return `${known.join(".")}-dev`;
  }
  return OTHER.test(version) ? version.replace(/^v/, "") : undefined;
}

function modifier(word: string | undefined, number: string | undefined, dev: string | undefined): string {
  if (word === "stable") return "";
  const label = word === undefined ? "" : `-${word}${(number ?? "").replace(/^[.-]+/, "")}`;
  return label + (dev === undefined ? "" : "-dev");
}

/** As PHP parts a version: at every sign that is no letter or digit, and between digits and letters. */
function partsOf(version: string): string[] {
  const parts = version.match(/[0-9]+|[a-z]+/g) ?? [];
  return parts.map((part) => (isDigit(part.charCodeAt(0)) ? canonicalDigits(part) : part));
}

/** By prefix, first match counts; a number and the end rank between the last two. */
const WORDS: readonly (readonly [string, number])[] = [
  ["dev", 1],
  ["a", 2],
  ["b", 3],
  ["rc", 4],
  ["p", 7],
];
const UNKNOWN = 0;
const END = 5;
const NUMBER = 6;

function compareParts(a: string | undefined, b: string | undefined): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  if (left !== right) return left - right;
  return left === NUMBER ? compareDigits(a ?? "", b ?? "") : 0;
}

function rankOf(part: string | undefined): number {
  if (part === undefined) return END;
  if (isDigit(part.charCodeAt(0))) return NUMBER;
  return WORDS.find(([prefix]) => part.startsWith(prefix))?.[1] ?? UNKNOWN;
}
