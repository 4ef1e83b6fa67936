// SPDX-License-Identifier: Apache-2.0
/** A Schedule between its runs: due, running, given up, suspended, and wrong. */
import { describe, expect, it } from "vitest";
import type { JobState } from "#lib/stores/ports.ts";
import { NOW, scheduleObject } from "../testing/objects.ts";
import { reconcileSchedule } from "./index.ts";
import type { RunJob, RunRecord, SchedulePorts } from "./index.ts";

const MINUTE = 60_000;
const HALF = NOW + 30 * MINUTE;
const run = (over: Partial<RunRecord> = {}): RunRecord => ({
  key: `uid-1:${NOW}`,
  dueAt: NOW,
  startedAt: NOW + 1000,
  finishedAt: NOW + 2000,
  selected: 5,
  enqueued: 4,
  succeeded: 3,
  failed: 1,
  skipped: 1,
  ...over,
});
const unfinished = (over: Partial<RunRecord> = {}): RunRecord => {
  const { finishedAt: _, ...rest } = run(over);
  return rest;
};

interface World {
  readonly last?: RunRecord;
  readonly state?: JobState;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly now?: number;
}

async function reconcile({ last, state, spec, now = HALF }: World) {
  const enqueued: RunJob[] = [];
  const ports: SchedulePorts = {
    clock: { now: () => now },
    lastRun: () => Promise.resolve(last),
    jobState: (key) => Promise.resolve(key === last?.key ? state : undefined),
    enqueue: (job) => Promise.resolve(void enqueued.push(job)),
  };
  const outcome = await reconcileSchedule(scheduleObject(spec === undefined ? {} : { spec }), ports);
  const ready = outcome.status.conditions?.find(({ type }) => type === "Ready");
  return { enqueued, outcome, reason: ready?.reason, message: ready?.message };
}

describe("reconcileSchedule", () => {
  it.each<{ name: string; world: World; due: number[]; reason: string; afterMs: number | undefined }>([
    { name: "never ran: the last time missed", world: {}, due: [NOW], reason: "Running", afterMs: 2000 },
    {
      name: "ran: sleeps until the next",
      world: { last: run() },
      due: [],
      reason: "Scheduled",
      afterMs: 30 * MINUTE,
    },
    {
      name: "many missed: one run",
      world: { last: run({ dueAt: NOW - 9 * 60 * MINUTE }) },
      due: [NOW],
      reason: "Running",
      afterMs: 2000,
    },
    {
      name: "running",
      world: { last: unfinished(), state: "running" },
      due: [],
      reason: "Running",
      afterMs: 2000,
    },
    {
      name: "running past the next time: waits its turn",
      world: { last: unfinished(), state: "running", now: HALF + 60 * MINUTE },
      due: [],
      reason: "Running",
      afterMs: 2000,
    },
    {
      name: "waits for a retry",
      world: { last: unfinished(), state: "waiting", now: HALF + 60 * MINUTE },
      due: [],
      reason: "Running",
      afterMs: 2000,
    },
    {
      name: "given up: sleeps",
      world: { last: unfinished(), state: "dead" },
      due: [],
      reason: "Scheduled",
      afterMs: 30 * MINUTE,
    },
    {
      name: "given up: runs at the next time",
      world: { last: unfinished(), state: "dead", now: HALF + 60 * MINUTE },
      due: [NOW + 60 * MINUTE],
      reason: "Running",
      afterMs: 2000,
    },
    {
      name: "suspended",
      world: { spec: { suspend: true } },
      due: [],
      reason: "Suspended",
      afterMs: undefined,
    },
    {
      name: "once a year: looks each hour",
      world: { spec: { when: "0 0 1 6 *" }, last: run() },
      due: [],
      reason: "Scheduled",
      afterMs: 60 * MINUTE,
    },
  ])("$name", async ({ world, due, reason, afterMs }) => {
    const { enqueued, outcome, reason: got } = await reconcile(world);
    expect(enqueued.map(({ dueAt, key }) => [dueAt, key])).toEqual(due.map((at) => [at, `uid-1:${at}`]));
    expect(got).toBe(reason);
    expect("afterMs" in outcome ? outcome.afterMs : undefined).toBe(afterMs);
  });

  it("shows the last run and the next", async () => {
    const { outcome } = await reconcile({ last: run() });
    expect(outcome.status).toMatchObject({
      nextRun: "2026-01-01T01:00:00Z",
      lastRun: {
        startTime: "2026-01-01T00:00:01Z",
        finishTime: "2026-01-01T00:00:02Z",
        selected: 5,
        succeeded: 3,
        failed: 1,
        skipped: 1,
      },
    });
  });

  it.each([
    { name: "a time that never comes", spec: { when: "61 0 * * *" } },
    { name: "a zone that is none", spec: { when: "0 0 * * *", timeZone: "Mars/Base" } },
  ])("stalls at $name", async ({ spec }) => {
    const { outcome, enqueued, reason, message } = await reconcile({ spec });
    expect(outcome.next).toBe("stalled");
    expect(enqueued).toEqual([]);
    expect(reason).toBe("CronInvalid");
    expect(message).not.toBe("");
  });
});
