// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { composerOrder } from "./composer.ts";

const compare = (a: string, b: string): number =>
  Math.sign(composerOrder.compare(composerOrder.parse(a), composerOrder.parse(b)));

describe("Composer versions", () => {
  it("stand in this order", () => {
    const oldest = [
      "dev-main",
      "dev-other",
      "0.9",
      "1.0-dev",
      "1.0-alpha1",
      "1.0-beta2",
      "1.0-RC1",
      "v1.0",
      "1.0-p1",
      "1.0.0.1",
      "1.2",
      "1.x-dev",
      "2.0-dev",
      "20100102",
      "20100103",
    ];
    for (let i = 1; i < oldest.length; i += 1)
      expect([oldest[i - 1], oldest[i], compare(oldest[i - 1]!, oldest[i]!)]).toEqual([
        oldest[i - 1],
        oldest[i],
        -1,
      ]);
  });

  it.each([
    ["1", "1.0", "v1.0.0", "1.0.0.0", "1.0-stable", "1.0+build", "1.0@stable"],
    ["1.0.0rc2", "1.0.0.rc2", "1.0-RC.2"],
    ["dev-main", "DEV-main"],
    ["master", "dev-master"],
    ["2.x-dev", "v2.*-dev"],
  ])("%j are one", (...same) => {
    for (const text of same) expect(compare(same[0], text)).toBe(0);
  });

  it.each(["", "main", "1.0 as 2.0", "1.2.3.#", "^1.0", "a.b"])("%j is none", (text) => {
    expect(() => composerOrder.parse(text)).toThrow(
      expect.objectContaining({ code: "VERSION_INVALID" }) as Error,
    );
  });
});
