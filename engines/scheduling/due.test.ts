// SPDX-License-Identifier: Apache-2.0
/** Runs missed while nobody looked: one at most, and none too late. */
import { expect, it } from "vitest";
import { due, type DueInput } from "./due.ts";

const at = (text: string): number => Date.parse(`2026-11-${text}Z`);
const BASE = { schedule: "0 2 * * *", createdAt: at("01T12:00") };

it.each<[string, Omit<DueInput, "schedule" | "createdAt">, object]>([
  ["not yet", { now: at("02T01:59") }, { next: at("02T02:00") }],
  ["on the minute", { now: at("02T02:00") }, { run: at("02T02:00"), next: at("03T02:00") }],
  ["already run", { now: at("02T02:01"), lastScheduled: at("02T02:00") }, { next: at("03T02:00") }],
  [
    "one catch-up for ten missed",
    { now: at("12T09:00"), lastScheduled: at("02T02:00") },
    { run: at("12T02:00"), next: at("13T02:00") },
  ],
  [
    "within the deadline",
    { now: at("02T02:10"), startDeadlineSeconds: 600 },
    { run: at("02T02:00"), next: at("03T02:00") },
  ],
  [
    "beyond the deadline",
    { now: at("02T02:11"), startDeadlineSeconds: 600 },
    { missed: at("02T02:00"), next: at("03T02:00") },
  ],
  ["nothing before it was made", { now: at("01T13:00") }, { next: at("02T02:00") }],
])("%s", (_, input, want) => {
  expect(due({ ...BASE, ...input })).toEqual(want);
});
