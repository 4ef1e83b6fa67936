// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { instantOf, utcSeconds } from "./timestamp.ts";

describe("instantOf", () => {
  it.each([
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", 0],
    ["2026-01-02t03:04:05.123456789z", "2026-01-02T03:04:05Z", 123_456_789],
    ["2026-01-02T03:04:05.5+02:30", "2026-01-02T00:34:05Z", 500_000_000],
    ["1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59Z", 250_000_000],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", 0],
    ["0001-01-01T00:00:00+01:00", undefined, undefined],
    ["9999-12-31T23:59:59-00:01", undefined, undefined],
    ["2026-02-30T00:00:00Z", undefined, undefined],
    ["2026-01-01T24:00:00Z", undefined, undefined],
    ["2026-01-01T00:00:60Z", undefined, undefined],
    ["2026-01-01", undefined, undefined],
    ["", undefined, undefined],
  ])("%s", (text, utc, nanos) => {
    const instant = instantOf(text);
    expect([instant && utcSeconds(instant), instant?.nanos]).toEqual([utc, nanos]);
  });
});
