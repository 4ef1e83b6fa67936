// SPDX-License-Identifier: Apache-2.0
/**
 * RubyGems' version order: runs of digits and of letters, a run of letters before any number; `-` opens a pre-release.
 * Follows https://guides.rubygems.org/patterns/ and Gem::Version; letters right behind a digit (`1beta`) are taken too.
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

/** Numbers without leading zeros, and words. No zero stands at the end, nor before the first word. */
export type GemVersion = readonly string[];

const FORM = /^[0-9][0-9A-Za-z]*(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

export const rubygemsOrder: VersionOrder<GemVersion> = {
  parse(text) {
    const version = trimmedVersion("gem", text);
    const numbers = dottedNumbers(version); // most versions are no more
    if (numbers !== undefined) return withoutZeros(numbers);
    if (!FORM.test(version)) throw invalidVersion("gem", text, "it is not of the form 1.2.a-b");
    const segments = version.replaceAll("-", ".pre.").match(/[0-9]+|[A-Za-z]+/g) ?? [];
    const canonical = segments.map((segment) => (isNumber(segment) ? canonicalDigits(segment) : segment));
    const word = canonical.findIndex((segment) => !isNumber(segment));
    if (word < 0) return withoutZeros(canonical);
    return [...withoutZeros(canonical.slice(0, word)), ...withoutZeros(canonical.slice(word))];
  },

  compare(a, b) {
    for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
      const [left, right] = [a[i] ?? "0", b[i] ?? "0"];
      const [leftNumber, rightNumber] = [isNumber(left), isNumber(right)];
      if (leftNumber !== rightNumber) return leftNumber ? 1 : -1;
      const difference = leftNumber ? compareDigits(left, right) : compareText(left, right);
      if (difference !== 0) return difference;
    }
    return 0;
  },
};

function withoutZeros(segments: readonly string[]): readonly string[] {
  let end = segments.length;
  while (end > 0 && segments[end - 1] === "0") end -= 1;
  return segments.slice(0, end);
}

const isNumber = (segment: string): boolean => isDigit(segment.charCodeAt(0));
