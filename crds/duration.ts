// SPDX-License-Identifier: Apache-2.0
/** Durations as custom resources spell them: `90s`, `1h30m`, `24h`. A subset of Go's time.ParseDuration. */

/** Whole numbers with `h`, `m`, `s` or `ms`, one after the other. */
export const DURATION = /^([0-9]{1,9}(h|ms|m|s))+$/;

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds. @throws RangeError for a text that is not a duration, which no field of a valid object is */
export function durationMs(text: string): number {
  if (!DURATION.test(text)) throw new RangeError(`not a duration: ${JSON.stringify(text.slice(0, 40))}`);
  let total = 0;
  for (const [, amount = "0", unit = "ms"] of text.matchAll(/([0-9]+)(h|ms|m|s)/g)) {
    total += Number(amount) * (UNIT_MS[unit] ?? 1);
  }
  return total;
}
