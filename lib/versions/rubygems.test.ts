// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { itIsAnOrder } from "./testing/order-laws.ts";
import { rubygemsOrder } from "./rubygems.ts";

const compare = (a: string, b: string): number =>
  Math.sign(rubygemsOrder.compare(rubygemsOrder.parse(a), rubygemsOrder.parse(b)));

const numbers = fc
  .array(fc.constantFrom("0", "1", "01", "2", "10"), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("."));
const version = fc
  .tuple(numbers, fc.constantFrom("", ".a", ".a.1", ".rc1", "-x86", ".A", ".0.b"))
  .map((parts) => parts.join(""));

describe("gem versions", () => {
  it("stand in this order", () => {
    const oldest = [
      "0.9",
      "1.0.A",
      "1.0.a",
      "1.0.a.2",
      "1.0.a10",
      "1.0.b1",
      "1.0.0-1",
      "1.0",
      "1.0.0.1",
      "1.0.1.pre",
      "1.0.1",
      "1.10",
    ];
    for (let i = 1; i < oldest.length; i += 1)
      expect([oldest[i - 1], oldest[i], compare(oldest[i - 1]!, oldest[i]!)]).toEqual([
        oldest[i - 1],
        oldest[i],
        -1,
      ]);
  });

  it.each([
    ["1", "1.0", "1.00", " 1.0.0 "],
    ["1.0.a2", "1.0.0.a.2"],
    ["1.0-1", "1.0.pre.1"],
  ])("%j are one", (...same) => {
    for (const text of same) expect(compare(same[0], text)).toBe(0);
  });

  it.each(["", "a", "v1.0", "1..0", "1.", "1.0_1", "1.0-", "1.0 and more"])("%j is none", (text) => {
    expect(() => rubygemsOrder.parse(text)).toThrow(
      expect.objectContaining({ code: "VERSION_INVALID" }) as Error,
    );
  });

  itIsAnOrder(rubygemsOrder, version);
});
