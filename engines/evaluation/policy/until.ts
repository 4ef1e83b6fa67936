// SPDX-License-Identifier: Apache-2.0
/** The end of a waiver: a date, whose whole day in UTC still counts, or an RFC 3339 time. */
import { rfc3339 } from "#lib/clock.ts";

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
const DAY_MS = 86_400_000;

/** One text for one instant: dates stay, times become UTC with whole seconds. Undefined for anything else. */
export function canonicalUntil(text: string): string | undefined {
  if (DATE.test(text)) return isDay(text) ? text : undefined;
  const day = TIME.exec(text)?.[1];
  if (day === undefined || !isDay(day)) return undefined;
  const ms = Date.parse(text.toUpperCase());
  return Number.isNaN(ms) ? undefined : rfc3339(ms);
}

/** First millisecond at which the waiver no longer counts. `until` is canonical. */
export function endOf(until: string): number {
  return DATE.test(until) ? Date.parse(`${until}T00:00:00Z`) + DAY_MS : Date.parse(until);
}

/** `Date.parse` takes February 30 for March 2; a waiver must not. */
function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
