// SPDX-License-Identifier: Apache-2.0
/** Version requirements as feeds write them: read to intervals, and intervals written as the ranges of an advisory. */
import { versionErrors, versionOrder } from "#lib/versions/index.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import type { VersionRange } from "../../types.ts";
import { FROM_THE_START } from "../ranges.ts";
import { compareCuts, complement, difference, inAll, union } from "./intervals.ts";
import type { Cut, Interval } from "./intervals.ts";
import { nextRelease, versionBehind } from "./next-version.ts";

/** How one ecosystem writes which versions it means. */
export interface Notation {
  /** purl type. */
  readonly ecosystem: string;
  readonly order: VersionOrder;
  /** Nothing where the text allows no version at all. @throws VERSION_INVALID for a text that is no requirement */
  read(text: string): readonly Interval[];
}

const MAX_REQUIREMENT = 2000;
const MAX_PARTS = 32;
const COMPARATOR = /^(>=|<=|==|!=|=|>|<)?\s*([^\s,<>=!~^*]{1,256})$/;

/** `>= 1.0, < 2.0`: comparators that must all hold; a version by itself is that version. */
export function comparatorNotation(ecosystem: string): Notation | undefined {
  const order = versionOrder(ecosystem);
  if (order === undefined) return undefined;
  const read = (text: string): readonly Interval[] =>
    inAll(
      order,
      splitList(text).map((part) => comparator(order, part)),
    );
  return { ecosystem, order, read };
}

/** The parts between commas. @throws VERSION_INVALID when they are too many or too long */
export function splitList(text: string): readonly string[] {
  const parts = text.length > MAX_REQUIREMENT ? [] : text.split(",", MAX_PARTS + 1);
  if (parts.length === 0 || parts.length > MAX_PARTS) throw unreadable(text);
  return parts.map((part) => part.trim());
}

/** One comparator; `!=` gives two intervals. @throws VERSION_INVALID */
export function comparator(order: VersionOrder, text: string): readonly Interval[] {
  const found = COMPARATOR.exec(text.trim());
  const version = found?.[2];
  if (version === undefined) throw unreadable(text);
  order.parse(version);
  const before: Cut = { version, side: "before" };
  const behind: Cut = { version, side: "behind" };
  switch (found?.[1]) {
    case ">=":
      return [{ from: before }];
    case ">":
      return [{ from: behind }];
    case "<":
      return [{ to: before }];
    case "<=":
      return [{ to: behind }];
    case "!=":
      return complement(order, [only(version)]);
    default:
      return [only(version)];
  }
}

export function unreadable(text: string): Error {
  return versionErrors.make(
    "VERSION_INVALID",
    `${JSON.stringify(text.slice(0, 100))} is no requirement of versions`,
  );
}

/** All texts read; undefined when one of them can't be, which `reject` is told of with its index. */
export function readAll(
  notation: Notation,
  texts: readonly string[],
  reject: (index: number, reason: string) => void,
): readonly Interval[] | undefined {
  const all: Interval[] = [];
  let isWhole = true;
  for (const [index, text] of texts.entries()) {
    try {
      all.push(...notation.read(text));
    } catch (error) {
      if (!versionErrors.is(error, "VERSION_INVALID")) throw error;
      isWhole = false;
      reject(index, error.message);
    }
  }
  return isWhole ? all : undefined;
}

/**
 * What is bad and not good. Feeds are careless about where the good ones end (`>=2.15.1 <=3.0.0` beside bad `>=3.0.0`): a
 * version that the bad ones name themselves stays bad.
 */
export function unmended(
  order: VersionOrder,
  bad: readonly Interval[],
  good: readonly Interval[],
): readonly Interval[] {
  const named = bad.flatMap(({ from, to }) => [
    ...(from?.side === "before" && from.isMark !== true ? [from.version] : []),
    ...(to?.side === "behind" ? [to.version] : []),
  ]);
  return union(order, [...difference(order, bad, good), ...named.map(only)]);
}

function only(version: string): Interval {
  return { from: { version, side: "before" }, to: { version, side: "behind" } };
}

/**
 * The bad versions as ranges, in ascending order and as few as can be. Where an interval does not end right before a
 * release, the first good version above it is named as the fix.
 */
export function rangesOf(
  { ecosystem, order }: Pick<Notation, "ecosystem" | "order">,
  bad: readonly Interval[],
  good: readonly Interval[],
): readonly VersionRange[] {
  const fixes = union(order, good).flatMap(({ from }) => from ?? []);
  return union(order, bad).map(({ from, to }) => {
    const introduced =
      from === undefined
        ? FROM_THE_START
        : from.side === "before"
          ? from.version
          : versionBehind(ecosystem, order, from.version);
    if (to === undefined) return { introduced };
    if (to.side === "before" && to.isMark !== true) return { introduced, fixed: to.version };
    const fix = fixes.find((cut) => compareCuts(order, cut, to) >= 0);
    const fixed = fix === undefined ? undefined : releaseAt(ecosystem, fix);
    return { introduced, lastAffected: to.version, ...(fixed === undefined ? {} : { fixed }) };
  });
}

/** `1.2.0` for the place before it, and for the one before its pre-releases. */
function releaseAt(ecosystem: string, { version, side, isMark }: Cut): string | undefined {
  if (side === "behind") return nextRelease(ecosystem, version);
  return isMark === true ? version.replace(/[-.](?:0|a)$/, "") : version;
}
