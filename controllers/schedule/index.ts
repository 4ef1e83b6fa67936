// SPDX-License-Identifier: Apache-2.0
/** Kind Schedule: what must be looked at again, and when. A time missed while nothing ran is caught up once. */
import { rfc3339 } from "#lib/clock.ts";
import { codeOf, kindOf, messageOf } from "#lib/errors.ts";
import { setConditions } from "#lib/kube/index.ts";
import type { Schedule, ScheduleStatus } from "#crds/index.ts";
import { due } from "#engines/scheduling/index.ts";
import { readinessConditions, reasonOf } from "../outcome.ts";
import type { Outcome, Readiness } from "../outcome.ts";
import type { RunJob, RunRecord, SchedulePorts } from "./ports.ts";

export type { RunJob, RunRecord, SchedulePorts } from "./ports.ts";

/** Timers of more than an hour gain nothing. */
const MAX_SLEEP_MS = 60 * 60 * 1000;
const RUN_CHECK_MS = 2_000;

export async function reconcileSchedule(
  schedule: Schedule,
  ports: SchedulePorts,
): Promise<Outcome<ScheduleStatus>> {
  const now = ports.clock.now();
  const last = await ports.lastRun(schedule.metadata.uid ?? "");
  const status = statusBuilder(schedule, last, now);
  if (schedule.spec.suspend) {
    return {
      next: "settled",
      status: status({ state: "ready", reason: "Suspended", message: "" }, undefined),
    };
  }
  try {
    const { run, next } = due({
      schedule: { when: schedule.spec.when, timeZone: schedule.spec.timeZone },
      lastScheduled: last?.dueAt,
      createdAt: Date.parse(schedule.metadata.creationTimestamp ?? "") || now,
      now,
    });
    const running = await isRunning(last, ports);
    if (run !== undefined && !running) await ports.enqueue(runJob(schedule, run));
    const active = running || run !== undefined;
    const readiness: Readiness = { state: "ready", reason: active ? "Running" : "Scheduled", message: "" };
    const afterMs = active ? RUN_CHECK_MS : Math.min(MAX_SLEEP_MS, Math.max(100, (next ?? Infinity) - now));
    return { next: "recheck", status: status(readiness, next), afterMs };
  } catch (error) {
    if (kindOf(error) !== "invalid") throw error;
    const readiness: Readiness = {
      state: "stalled",
      reason: reasonOf(codeOf(error)),
      message: messageOf(error),
    };
    return { next: "stalled", status: status(readiness, undefined) };
  }
}

/** A run whose job was given up ends nowhere, and must not hold up the runs after it. */
async function isRunning(last: RunRecord | undefined, ports: SchedulePorts): Promise<boolean> {
  if (last === undefined || last.finishedAt !== undefined) return false;
  const state = await ports.jobState(last.key);
  return state === "waiting" || state === "running";
}

function runJob(schedule: Schedule, dueAt: number): RunJob {
  const { uid = "", namespace = "", name } = schedule.metadata;
  return { key: `${uid}:${dueAt}`, uid, namespace, name, dueAt };
}

function statusBuilder(schedule: Schedule, last: RunRecord | undefined, now: number) {
  const generation = schedule.metadata.generation ?? 0;
  return (readiness: Readiness, next: number | undefined): ScheduleStatus => ({
    ...(next === undefined ? {} : { nextRun: rfc3339(next) }),
    ...(last === undefined ? {} : { lastRun: lastRunOf(last) }),
    observedGeneration: generation,
    conditions: [
      ...setConditions(schedule.status?.conditions ?? [], readinessConditions(readiness), {
        now,
        generation,
      }),
    ],
  });
}

function lastRunOf(last: RunRecord): NonNullable<ScheduleStatus["lastRun"]> {
  const { selected, enqueued, succeeded, failed, skipped } = last;
  return {
    startTime: rfc3339(last.startedAt),
    ...(last.finishedAt === undefined ? {} : { finishTime: rfc3339(last.finishedAt) }),
    selected,
    enqueued,
    succeeded,
    failed,
    skipped,
  };
}
