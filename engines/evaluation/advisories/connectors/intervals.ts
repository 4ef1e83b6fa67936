// SPDX-License-Identifier: Apache-2.0
/** Sets of versions as intervals of an ecosystem's order: what requirements of feeds are made of. */
import type { VersionOrder } from "#lib/versions/index.ts";

/** A place in the order: right before a version, or right behind it. */
export interface Cut {
  readonly version: string;
  readonly side: "before" | "behind";
  /** Nobody releases such a version: the text is there to mark the place before all pre-releases of a number. */
  readonly isMark?: true;
}

/** The versions between two cuts; without `from` from the very first on, without `to` to the very last. */
export interface Interval {
  readonly from?: Cut;
  readonly to?: Cut;
}

const EVERYTHING: Interval = {};

/** What lies in all of the intervals; undefined when nothing does. @throws VERSION_INVALID */
export function intersection(order: VersionOrder, intervals: readonly Interval[]): Interval | undefined {
  const from = intervals.flatMap((each) => each.from ?? []).reduce(later(order), undefined);
  const to = intervals.flatMap((each) => each.to ?? []).reduce(earlier(order), undefined);
  const both = between(from, to);
  return isEmpty(order, both) ? undefined : both;
}

/** What lies in some interval of every list. @throws VERSION_INVALID */
export function inAll(order: VersionOrder, lists: readonly (readonly Interval[])[]): readonly Interval[] {
  return lists.reduce<readonly Interval[]>(
    (all, list) => all.flatMap((a) => list.flatMap((b) => intersection(order, [a, b]) ?? [])),
    [EVERYTHING],
  );
}

/** The same versions, in ascending order, intervals that meet or overlap joined. @throws VERSION_INVALID */
export function union(order: VersionOrder, intervals: readonly Interval[]): readonly Interval[] {
  const sorted = intervals.filter((each) => !isEmpty(order, each)).sort((a, b) => compareStarts(order, a, b));
  const joined: Interval[] = [];
  for (const next of sorted) {
    const last = joined.at(-1);
    if (last === undefined || !meets(order, last, next)) joined.push(next);
    else if (last.to !== undefined && (next.to === undefined || compareCuts(order, next.to, last.to) > 0))
      joined[joined.length - 1] = between(last.from, next.to);
  }
  return joined;
}

/** All versions that are in none of the intervals, in ascending order. @throws VERSION_INVALID */
export function complement(order: VersionOrder, intervals: readonly Interval[]): readonly Interval[] {
  const rest: Interval[] = [];
  let from: Cut | undefined;
  for (const [index, taken] of union(order, intervals).entries()) {
    if (index > 0 || taken.from !== undefined) rest.push(between(from, taken.from));
    if (taken.to === undefined) return rest;
    from = taken.to;
  }
  return [...rest, between(from, undefined)];
}

/** What is in some interval of the one list and in none of the other. @throws VERSION_INVALID */
export function difference(
  order: VersionOrder,
  intervals: readonly Interval[],
  without: readonly Interval[],
): readonly Interval[] {
  return inAll(order, [union(order, intervals), complement(order, without)]);
}

export function compareCuts(order: VersionOrder, a: Cut, b: Cut): number {
  const byVersion = order.compare(order.parse(a.version), order.parse(b.version));
  return byVersion === 0 ? Number(a.side === "behind") - Number(b.side === "behind") : byVersion;
}

function isEmpty(order: VersionOrder, { from, to }: Interval): boolean {
  return from !== undefined && to !== undefined && compareCuts(order, from, to) >= 0;
}

function between(from: Cut | undefined, to: Cut | undefined): Interval {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function compareStarts(order: VersionOrder, a: Interval, b: Interval): number {
  if (a.from === undefined || b.from === undefined)
    return Number(a.from !== undefined) - Number(b.from !== undefined);
  return compareCuts(order, a.from, b.from);
}

function meets(order: VersionOrder, before: Interval, next: Interval): boolean {
  return before.to === undefined || next.from === undefined || compareCuts(order, next.from, before.to) <= 0;
}

const later =
  (order: VersionOrder) =>
  (a: Cut | undefined, b: Cut): Cut =>
    a === undefined || compareCuts(order, b, a) > 0 ? b : a;

const earlier =
  (order: VersionOrder) =>
  (a: Cut | undefined, b: Cut): Cut =>
    a === undefined || compareCuts(order, b, a) < 0 ? b : a;
