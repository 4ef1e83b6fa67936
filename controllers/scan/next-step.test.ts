// SPDX-License-Identifier: Apache-2.0
/** What a Scan needs next, case by case. */
import { describe, expect, it } from "vitest";
import type { ErrorKind } from "#lib/errors.ts";
import { failedRecord, goodRecord } from "../testing/records.ts";
import { nextStep } from "./next-step.ts";
import type { Seen } from "./next-step.ts";

const KEY = "uid-1:1";
const MINUTE = 60_000;
const FINISHED = 1_000_000;
const failed = (kind: ErrorKind) => failedRecord(kind, { finishedAt: FINISHED });
const good = goodRecord({ finishedAt: FINISHED });
const after = (ms: number): number => FINISHED + ms;

describe("nextStep", () => {
  it.each<{ name: string; seen: Partial<Seen>; want: unknown }>([
    { name: "nothing is known", seen: {}, want: { do: "enqueue" } },
    { name: "a job waits", seen: { job: "waiting" }, want: { do: "wait", phase: "Pending" } },
    { name: "a job runs", seen: { job: "running" }, want: { do: "wait", phase: "Running" } },
    {
      name: "a job runs beside an old answer",
      seen: { job: "running", record: good },
      want: { do: "wait", phase: "Running" },
    },
    { name: "the job was given up and left nothing", seen: { job: "dead" }, want: { do: "enqueue" } },
    { name: "it is done", seen: { record: good }, want: { do: "done", record: good } },
    {
      name: "it is done and its job was dead before",
      seen: { record: good, job: "dead" },
      want: { do: "done", record: good },
    },
    {
      name: "the answer is to a former spec",
      seen: { record: { ...good, key: "uid-1:0" } },
      want: { do: "enqueue" },
    },
    {
      name: "invalid for ever",
      seen: { record: failed("invalid"), now: after(1e12) },
      want: { do: "failed", record: failed("invalid") },
    },
    ...(["denied", "missing"] as const).map((kind) => ({
      name: `${kind}: waits ten minutes`,
      seen: { record: failed(kind), now: after(10 * MINUTE - 1) },
      want: { do: "failed", record: failed(kind), retryAt: after(10 * MINUTE) },
    })),
    ...(["unavailable", "exhausted", "conflict", "bug"] as const).map((kind) => ({
      name: `${kind}: waits a minute`,
      seen: { record: failed(kind), now: after(MINUTE - 1) },
      want: { do: "failed", record: failed(kind), retryAt: after(MINUTE) },
    })),
    {
      name: "the minute is over",
      seen: { record: failed("unavailable"), now: after(MINUTE) },
      want: { do: "enqueue", after: failed("unavailable") },
    },
    {
      name: "the ten minutes are over",
      seen: { record: failed("denied"), now: after(10 * MINUTE) },
      want: { do: "enqueue", after: failed("denied") },
    },
  ])("$name", ({ seen, want }) => {
    expect(nextStep({ key: KEY, record: undefined, job: undefined, now: after(0), ...seen })).toEqual(want);
  });
});
