// SPDX-License-Identifier: Apache-2.0
/** What holds of every version order, as tests: it is a total preorder, and any text is ordered or refused, soon. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { MAX_VERSION_LENGTH, versionErrors, type VersionOrder } from "../order.ts";

/** What a parser may go back over, or grow by, when a text repeats it. */
const PIECES = [
  "1",
  "0",
  "1.",
  ".1",
  "-1",
  "1-",
  "a",
  "1a",
  "a1",
  ".",
  "-",
  "_",
  "+",
  "~",
  "^",
  "rc1.",
  "_p1",
  "dev",
  "!",
];
/** Far over what any text of a length that is taken needs: a sixth of a millisecond at the worst seen, on a slow machine. */
const MOST_MS_EACH = 20;
const MOST_MS_HUGE = 2000;

/** @param version texts that the order takes */
export function itIsAnOrder<Parsed>(order: VersionOrder<Parsed>, version: fc.Arbitrary<string>): void {
  const compare = (a: string, b: string): number => Math.sign(order.compare(order.parse(a), order.parse(b)));

  it("is a total preorder", () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compare(a, a)).toBe(0);
        expect(compare(a, b) + compare(b, a)).toBe(0);
        const [x, y, z] = [a, b, c].sort(compare) as [string, string, string];
        expect([compare(x, y) <= 0, compare(y, z) <= 0]).toEqual([true, true]);
        expect(compare(x, z)).toBe(Math.min(compare(x, y), compare(y, z)));
      }),
      { numRuns: 3000 },
    );
  });

  const ordersOrRefuses = (text: string): void => {
    try {
      expect(compare(text, text)).toBe(0);
    } catch (error) {
      if (!versionErrors.is(error, "VERSION_INVALID")) throw error;
      expect(error.message.length).toBeLessThan(1000);
    }
  };

  it("orders or refuses any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), ordersOrRefuses));
    const broken = fc
      .tuple(version, fc.nat({ max: 40 }), fc.string({ maxLength: 3 }), fc.nat({ max: 3 }))
      .map(([text, at, put, cut]) => text.slice(0, at) + put + text.slice(at + cut));
    fc.assert(fc.property(broken, ordersOrRefuses), { numRuns: 1000 });
  });

  it("is soon done with any text", () => {
    for (const piece of PIECES) {
      const long = piece.repeat(MAX_VERSION_LENGTH).slice(0, MAX_VERSION_LENGTH - 10);
      for (const text of [
        long,
        `1.0.${long}`,
        `1.0-${long}`,
        `1.0-beta${long}!`,
        `1:1${long}-1${long.slice(200)}`,
      ]) {
        const start = performance.now();
        for (let i = 0; i < 10; i += 1) ordersOrRefuses(text);
        expect(performance.now() - start).toBeLessThan(10 * MOST_MS_EACH);
      }
    }
    for (const huge of ["1.", " ", "a", "1 "].map((piece) => piece.repeat(2_000_000))) {
      const start = performance.now();
      ordersOrRefuses(huge);
      expect(performance.now() - start).toBeLessThan(MOST_MS_HUGE);
    }
  });
}
