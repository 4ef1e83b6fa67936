// SPDX-License-Identifier: Apache-2.0
/** Cron with time zones: what is refused, and the hours that clocks skip and repeat. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastRun, nextRun, parseWhen, type When } from "./cron.ts";
import { schedulingErrors } from "./errors.ts";

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);

function runs(when: When | string, after: string, count: number): readonly (string | undefined)[] {
  let at: number | undefined = Date.parse(after);
  return Array.from({ length: count }, () => {
    at = at === undefined ? undefined : nextRun(when, at);
    return iso(at);
  });
}

// Sofia: on 2026-03-29 03:00 becomes 04:00 (01:00Z); on 2026-10-25 04:00 becomes 03:00 (01:00Z).
describe("clock changes", () => {
  it.each([
    [
      "a time in the skipped hour runs right after it",
      "30 3 * * *",
      "2026-03-28T12:00Z",
      ["2026-03-29T01:00", "2026-03-30T00:30"],
    ],
    [
      "a time outside of it keeps its hour",
      "0 2 * * *",
      "2026-03-28T12:00Z",
      ["2026-03-29T00:00", "2026-03-29T23:00"],
    ],
    [
      "a list in the skipped hour runs once each",
      "0 3,4 * * *",
      "2026-03-28T12:00Z",
      ["2026-03-29T01:00", "2026-03-30T00:00", "2026-03-30T01:00"],
    ],
    [
      "a time in the doubled hour runs once, the first time",
      "30 3 * * *",
      "2026-10-24T12:00Z",
      ["2026-10-25T00:30", "2026-10-26T01:30"],
    ],
    [
      "a step follows real time through the skipped hour",
      "*/30 * * * *",
      "2026-03-29T00:20Z",
      ["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"],
    ],
    [
      "a wildcard follows real time through the doubled hour",
      "0 * * * *",
      "2026-10-24T23:30Z",
      ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00"],
    ],
  ])("%s", (_, cron, after, want) => {
    expect(runs(`${cron} Europe/Sofia`, after, want.length)).toEqual(want);
  });
});

describe("when", () => {
  it.each<[When | string, string, string]>([
    ["0 2 * * * Europe/Sofia", "0 2 * * *", "Europe/Sofia"],
    ["  0  2 * *   MON-FRI ", "0 2 * * MON-FRI", "UTC"],
    [{ when: "0 2 * * *", timeZone: "Asia/Kathmandu" }, "0 2 * * *", "Asia/Kathmandu"],
    [{ when: "0 2 * * * UTC", timeZone: "UTC" }, "0 2 * * *", "UTC"],
    ["@daily Europe/Sofia", "0 0 * * *", "Europe/Sofia"],
    ["@annually", "0 0 1 1 *", "UTC"],
    ["0 0 L * *", "0 0 L * *", "UTC"],
  ])("reads %j", (when, expression, timeZone) => {
    expect(parseWhen(when)).toEqual({ expression, timeZone });
  });

  it.each<[When | string, string, string]>([
    ["", "when", "expected five fields, found 1"],
    ["* * *", "when", "expected five fields, found 3"],
    ["61 * * * *", "minute", '"61" is not a minute of cron (0 to 59)'],
    ["0 25 * * *", "hour", "(0 to 23)"],
    ["0 0 0 * *", "dayOfMonth", "(1 to 31, or L)"],
    ["0 0 * 13 *", "month", "(1 to 12"],
    ["0 0 * * 8", "dayOfWeek", "(0 to 7"],
    ["0 0 30 2 *", "when", "names a day that never comes"],
    ["? * * * *", "minute", "characters that no cron field has"],
    ["5-1 * * * *", "minute", "not a minute"],
    ["*/0 * * * *", "minute", "not a minute"],
    ["0 2 * * * Mars/Base", "timeZone", '"Mars/Base" is not an IANA time zone'],
    ["0 2 * * * +02:00", "timeZone", "is an offset"],
    ["0 2 * * * UTC again", "when", "five fields and a time zone"],
    [{ when: "0 2 * * * UTC", timeZone: "Europe/Sofia" }, "timeZone", "given twice"],
    ["@reboot", "when", 'unknown "@reboot"'],
    [`${"0,".repeat(200)}1 * * * *`, "when", "longer than"],
  ])("refuses %j", (when, field, want) => {
    try {
      parseWhen(when);
      expect.unreachable();
    } catch (error) {
      if (!schedulingErrors.is(error, "CRON_INVALID")) throw error;
      expect(error.data["field"]).toBe(field);
      expect(error.message).toContain(want);
    }
  });

  it("never throws anything but CRON_INVALID", () => {
    const field = fc.oneof(
      fc.constantFrom("*", "0", "*/5", "1-5", "L", "MON#2", "15W"),
      fc.string({ maxLength: 6 }),
    );
    const text = fc.array(field, { maxLength: 7 }).map((fields) => fields.join(" "));
    fc.assert(
      fc.property(text, (when) => {
        try {
          parseWhen(when);
        } catch (error) {
          if (!schedulingErrors.is(error, "CRON_INVALID")) throw error;
        }
      }),
    );
  });
});

it("finds the last run as the next run gives it", () => {
  for (const zone of ["Europe/Sofia", "Australia/Lord_Howe"]) {
    for (const cron of ["30 3 * * *", "0 1,2 * * *"]) {
      for (const start of [
        "2026-03-07T00:00Z",
        "2026-03-28T00:00Z",
        "2026-04-04T00:00Z",
        "2026-10-24T00:00Z",
      ]) {
        const when = `${cron} ${zone}`;
        let run = nextRun(when, Date.parse(start)) ?? 0;
        for (let count = 0; count < 5; count++) {
          const next = nextRun(when, run) ?? 0;
          expect([when, iso(lastRun(when, run)), iso(lastRun(when, next - 1))]).toEqual([
            when,
            iso(run),
            iso(run),
          ]);
          run = next;
        }
      }
    }
  }
});
