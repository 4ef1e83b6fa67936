// SPDX-License-Identifier: Apache-2.0
/** What the schedule controller asks for, and what a run leaves behind. */
import type { Clock } from "#lib/clock.ts";
import type { JobState } from "#lib/stores/ports.ts";

/** One run: a due time of one Schedule. */
export interface RunJob {
  /** `uid:dueAt`: the same due time is never run twice. */
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
}

export interface RunRecord {
  readonly key: string;
  readonly dueAt: number;
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly selected: number;
  readonly enqueued: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Left out by `limits.maxJobs`. */
  readonly skipped: number;
}

export interface SchedulePorts {
  readonly clock: Clock;
  lastRun(uid: string): Promise<RunRecord | undefined>;
  jobState(key: string): Promise<JobState | undefined>;
  enqueue(job: RunJob): Promise<void>;
}
