// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { nugetOrder } from "./nuget.ts";

const compare = (a: string, b: string): number =>
  Math.sign(nugetOrder.compare(nugetOrder.parse(a), nugetOrder.parse(b)));

describe("NuGet versions", () => {
  it("stand in this order", () => {
    const oldest = [
      "1.0.0-0",
      "1.0.0-2",
      "1.0.0-10",
      "1.0.0-alpha",
      "1.0.0-Beta",
      "1.0.0-beta.2",
      "1.0.0-beta.10",
      "1.0",
      "1.0.0.1-a",
      "1.0.0.1",
      "1.0.1",
      "10.0",
    ];
    for (let i = 1; i < oldest.length; i += 1)
      expect([oldest[i - 1], oldest[i], compare(oldest[i - 1]!, oldest[i]!)]).toEqual([
        oldest[i - 1],
        oldest[i],
        -1,
      ]);
  });

  it.each([
    ["1", "1.0", "1.0.0", "01.00.0.0", "1.0.0+build", " 1.0 "],
    ["1.0-RC.01", "1.0-rc.1"],
  ])("%j are one", (...same) => {
    for (const text of same) expect(compare(same[0], text)).toBe(0);
  });

  it.each(["", "v1.0", "1.", "1.0.0.0.0", "1.0-", "1.0-a..b", "1.0-a_b", "latest"])("%j is none", (text) => {
    expect(() => nugetOrder.parse(text)).toThrow(
      expect.objectContaining({ code: "VERSION_INVALID" }) as Error,
    );
  });
});
