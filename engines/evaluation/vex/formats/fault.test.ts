// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Place, timeOf } from "./fault.ts";

describe("timeOf", () => {
  const zone = process.env["TZ"];
  beforeAll(() => void (process.env["TZ"] = "America/New_York"));
  afterAll(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });

  it.each([
    { given: undefined, want: undefined },
    { given: "", want: undefined },
    { given: "2024-01-01T10:00:00Z", want: "2024-01-01T10:00:00.000Z" },
    { given: "2024-01-01t10:00:00.123456789z", want: "2024-01-01T10:00:00.123Z" },
    { given: "2024-01-01T10:00:00+02:00", want: "2024-01-01T08:00:00.000Z" },
    { given: "2024-01-01", want: "2024-01-01T00:00:00.000Z" },
    { given: "2024-01-01T10:00:00", want: "2024-01-01T10:00:00.000Z" },
    { given: "2024-01-01 10:00", want: "2024-01-01T10:00:00.000Z" },
  ])("reads $given in whatever zone the machine is", ({ given, want }) => {
    expect(new Date("2024-01-01T10:00:00").toISOString()).toBe("2024-01-01T15:00:00.000Z");
    expect(timeOf(given, new Place("d"))).toBe(want);
  });

  it.each([
    "March 5 2024",
    "2024",
    "2024-13-01",
    "+012024-01-01T00:00:00Z",
    "9999-12-31T23:59:59-01:00",
    1,
    null,
  ])("refuses %j", (given) => {
    expect(() => timeOf(given, new Place("d", "at"))).toThrow("d: at: not an RFC 3339 time");
  });
});
