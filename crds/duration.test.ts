// SPDX-License-Identifier: Apache-2.0
/** Durations of custom resources. */
import { describe, expect, it } from "vitest";
import { durationMs } from "./duration.ts";

describe("durationMs", () => {
  it.each([
    ["0s", 0],
    ["250ms", 250],
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["24h", 86_400_000],
  ])("%s is %d ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(["", "5", "h", "1d", "1.5h", "-1h", " 1h", "1h ", "1h;", "9999999999h"])("refuses %j", (text) => {
    expect(() => durationMs(text)).toThrow(RangeError);
  });
});
