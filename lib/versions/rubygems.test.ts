// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { rubygemsOrder } from "./rubygems.ts";

const compare = (a: string, b: string): number =>
  Math.sign(rubygemsOrder.compare(rubygemsOrder.parse(a), rubygemsOrder.parse(b)));

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
});
