// SPDX-License-Identifier: Apache-2.0
/** What holds of every version order, as tests: it is a total preorder, and any text is ordered or refused, soon. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { versionErrors, type VersionOrder } from "../order.ts";

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
      { numRuns: 2000 },
    );
  });

  it("orders or refuses any text, and soon", () => {
    const orders = (text: string): void => {
      try {
        expect(compare(text, text)).toBe(0);
      } catch (error) {
        expect(versionErrors.is(error, "VERSION_INVALID")).toBe(true);
      }
    };
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), orders));
    for (const piece of ["1", "1.", "-1", "1-", "a", "1a", ".", "-"]) {
      orders(`1.0-beta${piece.repeat(100)}!`);
      orders(`1.0.${piece.repeat(100)}`);
    }
  });
}
