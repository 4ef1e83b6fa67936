// SPDX-License-Identifier: Apache-2.0
/**
 * RPM's version order: epoch, version, release, each by its runs of letters and digits, `~` before and `^` behind the end.
 * Follows rpm-version(7) and https://rpm-software-management.github.io/rpm/manual/dependencies.html, "Versioning".
 */
import {
  canonicalDigits,
  compareDigits,
  compareText,
  invalidVersion,
  isDigit,
  isLetter,
  trimmedVersion,
} from "./order.ts";
import type { VersionOrder } from "./order.ts";

/** Kinds of segments in the order in which they sort where two versions first differ in kind. */
const TILDE = 0;
const END = 1;
const CARET = 2;
const LETTERS = 3;
const DIGITS = 4;
const TILDE_SIGN = 126;
const CARET_SIGN = 94;

/** Ends with END. */
interface Segments {
  readonly kinds: readonly number[];
  /** Of letters and digits, the latter without leading zeros. */
  readonly texts: readonly string[];
}

export interface RpmVersion {
  readonly epoch: string;
  readonly version: Segments;
  /** Undefined sorts before any. */
  readonly release: Segments | undefined;
}

export const rpmOrder: VersionOrder<RpmVersion> = {
  parse(text) {
    const trimmed = trimmedVersion("rpm", text);
    if (!isPrintable(trimmed)) throw invalidVersion("rpm", text, "it has a character that none may have");
    const start = epochEnd(trimmed);
    const hyphen = trimmed.lastIndexOf("-");
    const end = hyphen < start ? trimmed.length : hyphen;
    if (end === start) throw invalidVersion("rpm", text, "it has no version");
    return {
      epoch: start < 2 ? "0" : canonicalDigits(trimmed.slice(0, start - 1)),
      version: segments(trimmed, start, end),
      release: end === trimmed.length ? undefined : segments(trimmed, end + 1, trimmed.length),
    };
  },

  compare(a, b) {
    return (
      compareDigits(a.epoch, b.epoch) ||
      compareSegments(a.version, b.version) ||
      compareReleases(a.release, b.release)
    );
  },
};

/** Offset behind the colon of an epoch, which may be empty; 0 where there is none. */
function epochEnd(text: string): number {
  let at = 0;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return text[at] === ":" ? at + 1 : 0;
}

/** What separates segments counts for nothing, not even that it is there. */
function segments(text: string, start: number, end: number): Segments {
  const [kinds, texts]: [number[], string[]] = [[], []];
  for (let at = start; at < end;) {
    const from = at;
    const code = text.charCodeAt(at);
    at += 1;
    if (isDigit(code)) {
      while (at < end && isDigit(text.charCodeAt(at))) at += 1;
      kinds.push(DIGITS);
      texts.push(canonicalDigits(text.slice(from, at)));
    } else if (isLetter(code)) {
      while (at < end && isLetter(text.charCodeAt(at))) at += 1;
      kinds.push(LETTERS);
      texts.push(text.slice(from, at));
    } else if (code === TILDE_SIGN || code === CARET_SIGN) {
      kinds.push(code === TILDE_SIGN ? TILDE : CARET);
      texts.push("");
    }
  }
  kinds.push(END);
  texts.push("");
  return { kinds, texts };
}

function compareReleases(a: Segments | undefined, b: Segments | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareSegments(a, b);
}

function compareSegments(a: Segments, b: Segments): number {
  for (let i = 0; i < a.kinds.length; i += 1) {
    const kind = a.kinds[i] ?? END;
    const other = b.kinds[i] ?? END;
    if (kind !== other) return kind - other;
    const left = a.texts[i] ?? "";
    const right = b.texts[i] ?? "";
    const order = kind === DIGITS ? compareDigits(left, right) : compareText(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x21 || code > 0x7e) return false;
  }
  return true;
}
