// SPDX-License-Identifier: Apache-2.0
/** Spreads a run's jobs over time (`Schedule.spec.limits`). Only numbers: the caller waits. */
import { schedulingErrors } from "./errors.ts";

export interface Limits {
  /** Jobs of one run; the rest is left for the next. */
  readonly maxJobs?: number | undefined;
  /** May be below one: 0.1 is a job every ten seconds. */
  readonly ratePerSecond?: number | undefined;
}

export interface Batch<Job> {
  /** Milliseconds after the run's start. */
  readonly delayMs: number;
  readonly jobs: readonly Job[];
}

export interface Plan<Job> {
  readonly batches: readonly Batch<Job>[];
  /** Jobs beyond `maxJobs`. */
  readonly left: number;
}

/** One batch a second at most, in the given order; without a rate all jobs in one batch. @throws SELECTION_INVALID */
export function pace<Job>(jobs: readonly Job[], { maxJobs, ratePerSecond }: Limits): Plan<Job> {
  check("maxJobs", maxJobs);
  check("ratePerSecond", ratePerSecond);
  const taken = maxJobs === undefined ? jobs : jobs.slice(0, Math.floor(maxJobs));
  const left = jobs.length - taken.length;
  if (taken.length === 0) return { batches: [], left };
  if (ratePerSecond === undefined) return { batches: [{ delayMs: 0, jobs: taken }], left };
  const size = Math.max(Math.floor(ratePerSecond), 1);
  const everyMs = (size / ratePerSecond) * 1000;
  const batches = Array.from({ length: Math.ceil(taken.length / size) }, (_, index) => ({
    delayMs: Math.round(index * everyMs),
    jobs: taken.slice(index * size, (index + 1) * size),
  }));
  return { batches, left };
}

function check(field: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return;
  throw schedulingErrors.make("SELECTION_INVALID", `limits.${field}: must be more than 0`, {
    data: { field: `limits.${field}` },
  });
}
