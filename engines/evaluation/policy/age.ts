// SPDX-License-Identifier: Apache-2.0
/** The age of a finding in whole days, and when what is said about it changes. */
import { compares } from "./comparison.ts";
import type { Comparison } from "./types.ts";

const DAY_MS = 86_400_000;
/** As sources write it: a day, or RFC 3339 with a zone. Without one the machine's would count. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;

/** Whole days from `published` to `now` (milliseconds), 0 before; undefined where the time can't be read. */
export function ageInDays(published: string | undefined, now: number): number | undefined {
  const from = startOf(published);
  return from === undefined ? undefined : Math.max(0, Math.floor((now - from) / DAY_MS));
}

/** Milliseconds at which `age` begins or ceases to hold; undefined when it has done so. */
export function ageChangesAt(
  published: string | undefined,
  now: number,
  { op, value }: Comparison,
): number | undefined {
  const from = startOf(published);
  if (from === undefined) return undefined;
  const days = op === ">=" || op === "<" ? value : value + 1;
  const at = from + days * DAY_MS;
  return days > 0 && at > now ? at : undefined;
}

export function isOfAge(published: string | undefined, now: number, age: Comparison): boolean {
  const days = ageInDays(published, now);
  return days !== undefined && compares(days, age);
}

/** In whole seconds, as expiries are told. */
function startOf(published: string | undefined): number | undefined {
  if (published === undefined || !TIME.test(published)) return undefined;
  const ms = Date.parse(published.toUpperCase().replace(" ", "T"));
  // Feeds write the zero of Go's time, year 1, or of Unix's where they know none.
  return ms > 0 ? Math.floor(ms / 1000) * 1000 : undefined;
}
