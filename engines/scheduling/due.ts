// SPDX-License-Identifier: Apache-2.0
/** Should a schedule run now? Runs missed while nobody looked are made up for by one run at most. */
import { lastRun, nextRun, type When } from "./cron.ts";

export interface DueInput {
  readonly schedule: When | string;
  /** Scheduled time of the last run that was started, milliseconds; absent: never run. */
  readonly lastScheduled?: number | undefined;
  /** When the schedule came to be: runs before it were not missed. */
  readonly createdAt: number;
  readonly now: number;
  /** A run later than this many seconds is left out. Absent: any single missed run is caught up with. */
  readonly startDeadlineSeconds?: number | undefined;
}

export interface Due {
  /** Scheduled time to run now: store it as the next `lastScheduled`. Absent: nothing to do. */
  readonly run?: number;
  /** A scheduled time that has passed beyond the deadline: store it too, and say that it was missed. */
  readonly missed?: number;
  /** When to look again. */
  readonly next?: number;
}

/** @throws CRON_INVALID */
export function due({ schedule, lastScheduled, createdAt, now, startDeadlineSeconds }: DueInput): Due {
  const next = nextRun(schedule, now);
  const upcoming = next === undefined ? {} : { next };
  const latest = lastRun(schedule, now);
  const since = lastScheduled ?? createdAt;
  if (latest === undefined || latest <= since) return upcoming;
  const late = now - latest;
  const tooLate = startDeadlineSeconds !== undefined && late > startDeadlineSeconds * 1000;
  return tooLate ? { missed: latest, ...upcoming } : { run: latest, ...upcoming };
}
