// SPDX-License-Identifier: Apache-2.0
/** Whole days, and the second in which an answer turns. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { ageChangesAt, ageInDays, isOfAge } from "./age.ts";
import type { Comparison } from "./types.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");

it.each([
  ["2026-02-28T00:00:01Z", 0],
  ["2026-02-28T00:00:00.900Z", 1],
  ["2026-02-27T01:00:00+01:00", 2],
  ["2026-01-30", 30],
  ["2026-04-01T00:00:00Z", 0],
  ["0001-01-01T00:00:00Z", undefined],
  ["2026-02-01T00:00:00", undefined],
  ["last week", undefined],
  [undefined, undefined],
])("%s: %s days", (published, days) => {
  expect(ageInDays(published, NOW)).toBe(days);
});

it("says when it turns, and turns then and not before", () => {
  const comparison = fc.record<Comparison>({ op: fc.constantFrom(">=", ">", "<=", "<"), value: fc.nat(400) });
  const times = fc.integer({ min: 1, max: 2 * NOW });
  fc.assert(
    fc.property(times, times, comparison, (published, now, age) => {
      const text = new Date(published).toISOString();
      const at = ageChangesAt(text, now, age);
      const answer = isOfAge(text, now, age);
      if (at === undefined) expect(isOfAge(text, now + 500 * 86_400_000, age)).toBe(answer);
      else {
        expect(at).toBeGreaterThan(now);
        expect(at % 1000).toBe(0);
        expect(isOfAge(text, at - 1, age)).toBe(answer);
        expect(isOfAge(text, at, age)).toBe(!answer);
      }
    }),
  );
});
