// SPDX-License-Identifier: Apache-2.0
/** Debian's version order: epoch, upstream version, Debian revision. Follows deb-version(7), "Sorting algorithm". */
import {
  compareDigits,
  canonicalDigits,
  invalidVersion,
  isDigit,
  isLetter,
  trimmedVersion,
} from "./order.ts";
import type { VersionOrder } from "./order.ts";

export interface DpkgVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

const TILDE = 126;
const PUNCTUATION = new Set(["+", "-", ".", ":", "~"].map((char) => char.charCodeAt(0)));

export const dpkgOrder: VersionOrder<DpkgVersion> = {
  parse(text) {
    const trimmed = trimmedVersion("deb", text);
    const colon = trimmed.indexOf(":");
    const epoch = colon < 0 ? "0" : trimmed.slice(0, colon);
    const rest = trimmed.slice(colon + 1);
    const hyphen = rest.lastIndexOf("-");
    const upstream = hyphen < 0 ? rest : rest.slice(0, hyphen);
    if (epoch === "" || !every(epoch, isDigit)) throw invalidVersion("deb", text, "its epoch is no number");
    if (upstream === "") throw invalidVersion("deb", text, "it has no upstream version");
    if (hyphen === rest.length - 1) throw invalidVersion("deb", text, "its revision is empty");
    if (!every(rest, isVersionChar))
      throw invalidVersion("deb", text, "it has a character that none may have");
    return {
      epoch: canonicalDigits(epoch),
      upstream,
      revision: hyphen < 0 ? "" : rest.slice(hyphen + 1),
    };
  },

  compare(a, b) {
    return (
      compareDigits(a.epoch, b.epoch) ||
      comparePart(a.upstream, b.upstream) ||
      comparePart(a.revision, b.revision)
    );
  },
};

/** By ASCII code: `~` before the end of a part, then digits and the end, then letters, then the rest. */
const WEIGHTS = Int16Array.from({ length: 128 }, (_, code) =>
  code === TILDE ? -1 : isDigit(code) ? 0 : isLetter(code) ? code : code + 256,
);

function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    // The run without digits, char by char; a digit or the end weighs 0.
    for (;;) {
      const left = i < a.length ? (WEIGHTS[a.charCodeAt(i)] ?? 0) : 0;
      const right = j < b.length ? (WEIGHTS[b.charCodeAt(j)] ?? 0) : 0;
      if (left !== right) return left - right;
      if (left === 0) break;
      i += 1;
      j += 1;
    }
    // The run of digits, as a number.
    while (i < a.length && a.charCodeAt(i) === 48) i += 1;
    while (j < b.length && b.charCodeAt(j) === 48) j += 1;
    let first = 0;
    let left = digitAt(a, i);
    let right = digitAt(b, j);
    while (left >= 0 && right >= 0) {
      if (first === 0) first = left - right;
      left = digitAt(a, ++i);
      right = digitAt(b, ++j);
    }
    if (left >= 0) return 1;
    if (right >= 0) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

/** 0 to 9, or -1 where no digit stands. */
function digitAt(text: string, at: number): number {
  if (at >= text.length) return -1;
  const code = text.charCodeAt(at);
  return isDigit(code) ? code - 48 : -1;
}

function isVersionChar(code: number): boolean {
  return isDigit(code) || isLetter(code) || PUNCTUATION.has(code);
}

function every(text: string, test: (code: number) => boolean): boolean {
  for (let i = 0; i < text.length; i += 1) if (!test(text.charCodeAt(i))) return false;
  return true;
}
