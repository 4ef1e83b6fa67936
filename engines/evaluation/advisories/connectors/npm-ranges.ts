// SPDX-License-Identifier: Apache-2.0
/** npm range notation as half-open version ranges; https://github.com/npm/node-semver#ranges. */
import semver from "semver";
import type { VersionRange } from "../../types.ts";

interface Interval {
  readonly from: string;
  readonly below?: string;
  readonly upTo?: string;
}

/**
 * Ranges of `vulnerable`, each with the first patched version above it. Empty where nothing is vulnerable;
 * undefined where either text is no range.
 */
export function npmRanges(
  vulnerable: string,
  patched: string | undefined,
): readonly VersionRange[] | undefined {
  const bad = intervals(vulnerable);
  const good = patched === undefined || patched.trim() === "" ? [] : (intervals(patched) ?? []);
  return bad?.map((interval) => withFix(interval, good));
}

function withFix({ from, below, upTo }: Interval, good: readonly Interval[]): VersionRange {
  if (below !== undefined) return { introduced: from, fixed: below };
  if (upTo === undefined) return { introduced: from };
  const fixes = good
    .map((interval) => interval.from)
    .filter((start) => start !== "0" && semver.gt(start, upTo));
  // Patched ">0.7.0" names no version; the next patch release is the first that there can be.
  const fixed = fixes.sort(semver.compare)[0]?.replace(/-0$/, "");
  return { introduced: from, lastAffected: upTo, ...(fixed === undefined ? {} : { fixed }) };
}

function intervals(text: string): readonly Interval[] | undefined {
  let range: semver.Range;
  try {
    range = new semver.Range(text, { loose: true });
  } catch {
    return undefined;
  }
  return range.set.flatMap((comparators) => intersection(comparators) ?? []);
}

/** The interval that meets all comparators; undefined when it is empty. */
function intersection(comparators: readonly semver.Comparator[]): Interval | undefined {
  let from = "0";
  let end: { version: string; inclusive: boolean } | undefined;
  const raise = (version: string): void => {
    if (from === "0" || semver.gt(version, from)) from = version;
  };
  const lower = (version: string, inclusive: boolean): void => {
    if (end === undefined || semver.lt(version, end.version) || (version === end.version && !inclusive)) {
      end = { version, inclusive };
    }
  };
  for (const { operator, semver: bound } of comparators) {
    if (!(bound instanceof semver.SemVer)) continue; // `*`
    const { version } = bound;
    if (operator === ">=") raise(version === "0.0.0" ? "0" : version);
    else if (operator === ">") raise(successor(bound));
    else if (operator === "<") lower(version, false);
    else if (operator === "<=") lower(version, true);
    else {
      raise(version);
      lower(version, true);
    }
  }
  if (end === undefined) return { from };
  const empty =
    from === "0"
      ? end.version === "0.0.0" && !end.inclusive
      : semver.compare(from, end.version) >= (end.inclusive ? 1 : 0);
  if (empty) return undefined;
  return end.inclusive ? { from, upTo: end.version } : { from, below: end.version };
}

/** The next version in order after one that is excluded. */
function successor(bound: semver.SemVer): string {
  if (bound.prerelease.length > 0) return `${bound.version}.0`;
  return `${bound.major}.${bound.minor}.${bound.patch + 1}-0`;
}
