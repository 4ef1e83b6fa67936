// SPDX-License-Identifier: Apache-2.0
/**
 * The run job of a Schedule: select images, then judge them anew or read them anew, at the Schedule's pace. The plan is
 * stored before the first image, and a cursor after each, so that a killed run goes on where it was.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { RunJob, RunRecord } from "#controllers/schedule/index.ts";
import { pace, select } from "#engines/scheduling/index.ts";
import type { KnownImage } from "#engines/scheduling/index.ts";
import type { Clock } from "#lib/clock.ts";
import type { ImageDigest } from "#lib/digest.ts";
import type { CatalogCollection } from "#lib/stores/ports.ts";
import type { Schedule } from "#crds/index.ts";

/** Catalog `run-plans`, id: the run's key. */
export interface RunPlan {
  readonly digests: readonly ImageDigest[];
}

export interface RunJobPorts {
  readonly clock: Clock;
  readonly runs: CatalogCollection<RunRecord>;
  readonly plans: CatalogCollection<RunPlan>;
  schedule(job: RunJob): Schedule | undefined;
  /** Images that the Schedule may choose from. */
  images(schedule: Schedule): Promise<readonly KnownImage[]>;
  /** Judges every Report of the image in the Schedule's reach anew. */
  reevaluate(schedule: Schedule, digest: ImageDigest): Promise<void>;
  /** Reads the image anew; Reports follow by themselves. */
  rescan(schedule: Schedule, digest: ImageDigest, signal: AbortSignal): Promise<void>;
  readonly failed: (digest: ImageDigest, error: unknown) => void;
}

export async function runScheduleJob(job: RunJob, signal: AbortSignal, ports: RunJobPorts): Promise<void> {
  const schedule = ports.schedule(job);
  if (schedule === undefined) return;
  const { digests, record: started } = await planOf(job, schedule, ports);
  const { batches } = pace(digests, schedule.spec.limits);
  let record = started;
  let position = 0;
  const began = ports.clock.now();
  for (const batch of batches) {
    const wait = began + batch.delayMs - ports.clock.now();
    if (position + batch.jobs.length > done(record) && wait > 0) await sleep(wait, undefined, { signal });
    for (const digest of batch.jobs) {
      position++;
      if (position <= done(record)) continue;
      signal.throwIfAborted();
      record = await takeOne(schedule, digest, record, signal, ports);
      await ports.runs.put(job.uid, record);
    }
  }
  await ports.runs.put(job.uid, { ...record, finishedAt: ports.clock.now() });
  await ports.plans.delete(job.key);
}

const done = (record: RunRecord): number => record.succeeded + record.failed;

async function planOf(
  job: RunJob,
  schedule: Schedule,
  ports: RunJobPorts,
): Promise<{ readonly digests: readonly ImageDigest[]; readonly record: RunRecord }> {
  const [plan, last] = await Promise.all([ports.plans.get(job.key), ports.runs.get(job.uid)]);
  if (plan !== undefined && last?.body.key === job.key)
    return { digests: plan.body.digests, record: last.body };
  const now = ports.clock.now();
  const all = select(schedule.spec.selection, await ports.images(schedule), now);
  const digests = all.slice(0, schedule.spec.limits.maxJobs);
  const record: RunRecord = {
    key: job.key,
    dueAt: job.dueAt,
    startedAt: now,
    selected: all.length,
    enqueued: digests.length,
    succeeded: 0,
    failed: 0,
    skipped: all.length - digests.length,
  };
  await ports.plans.put(job.key, { digests });
  await ports.runs.put(job.uid, record);
  return { digests, record };
}

async function takeOne(
  schedule: Schedule,
  digest: ImageDigest,
  record: RunRecord,
  signal: AbortSignal,
  ports: RunJobPorts,
): Promise<RunRecord> {
  try {
    if (schedule.spec.mode === "content-refresh") await ports.rescan(schedule, digest, signal);
    else await ports.reevaluate(schedule, digest);
    return { ...record, succeeded: record.succeeded + 1 };
  } catch (error) {
    if (signal.aborted) throw error;
    ports.failed(digest, error);
    return { ...record, failed: record.failed + 1 };
  }
}
