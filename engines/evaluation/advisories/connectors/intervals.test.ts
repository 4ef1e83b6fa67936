// SPDX-License-Identifier: Apache-2.0
/** Sets of versions against sets of numbers: whatever is done with intervals, each number is in or out as it should be. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VersionOrder } from "#lib/versions/index.ts";
import { complement, difference, inAll, intersection, union } from "./intervals.ts";
import type { Cut, Interval } from "./intervals.ts";

const numbers: VersionOrder = {
  parse: (text) => Number(text),
  compare: (a, b) => Number(a) - Number(b),
};

const anyCut: fc.Arbitrary<Cut> = fc.record({
  version: fc.nat({ max: 9 }).map(String),
  side: fc.constantFrom("before" as const, "behind" as const),
});
const anyInterval: fc.Arbitrary<Interval> = fc.record({ from: anyCut, to: anyCut }, { requiredKeys: [] });
const anyList = fc.array(anyInterval, { maxLength: 5 });

function has({ from, to }: Interval, value: number): boolean {
  const isIn =
    from === undefined ||
    value > Number(from.version) ||
    (value === Number(from.version) && from.side === "before");
  return (
    isIn &&
    (to === undefined || value < Number(to.version) || (value === Number(to.version) && to.side === "behind"))
  );
}

const inSome = (list: readonly Interval[], value: number): boolean => list.some((each) => has(each, value));
/** Between the numbers too, where intervals can touch. */
const probes = Array.from({ length: 23 }, (_, i) => i / 2 - 0.5);

describe("intervals", () => {
  it("are joined, inverted and cut as sets are", () => {
    fc.assert(
      fc.property(anyList, anyList, anyInterval, (a, b, one) => {
        for (const value of probes) {
          expect(inSome(union(numbers, a), value)).toBe(inSome(a, value));
          expect(inSome(complement(numbers, a), value)).toBe(!inSome(a, value));
          expect(inSome(difference(numbers, a, b), value)).toBe(inSome(a, value) && !inSome(b, value));
          expect(inSome(inAll(numbers, [a, b]), value)).toBe(inSome(a, value) && inSome(b, value));
          const both = intersection(numbers, [one, ...a]);
          expect(both !== undefined && has(both, value)).toBe(
            has(one, value) && a.every((each) => has(each, value)),
          );
        }
      }),
    );
  });

  it("are given in ascending order, and none touches the next", () => {
    fc.assert(
      fc.property(anyList, (list) => {
        const proper = list.filter((each) => probes.some((value) => has(each, value)));
        const joined = union(numbers, proper);
        for (const [index, { to }] of joined.slice(0, -1).entries()) {
          const next = joined[index + 1]?.from;
          const end = Number(to?.version) + (to?.side === "behind" ? 0.1 : 0);
          expect(end).toBeLessThan(Number(next?.version) + (next?.side === "behind" ? 0.1 : 0));
        }
      }),
    );
  });
});
