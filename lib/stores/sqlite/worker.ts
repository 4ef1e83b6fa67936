// SPDX-License-Identifier: Apache-2.0
/** Runs one queue's jobs: claims them when woken or when one falls due, and records how each ended. */
import type { Clock } from "#lib/clock.ts";
import { codeOf, kindOf, messageOf } from "#lib/errors.ts";
import { setTimeout as delay } from "node:timers/promises";
import type { Job, JobOutcome } from "../ports.ts";
import { backoffMs, type Backoff } from "./backoff.ts";
import type { ClaimedJob, Failure, JobTable } from "./job-table.ts";

export interface WorkerSettings {
  readonly clock: Clock;
  /** From 0 up to 1; the jitter of the back-off. */
  readonly random: () => number;
  readonly backoff: Backoff;
  /** How long to wait before the database is asked again after it failed. */
  readonly storeRetryMs: number;
  /** Told of failures of the database itself; the work goes on. */
  readonly onError: (error: unknown) => void;
}

export interface WorkerHooks<Payload> {
  readonly run: (job: Job<Payload>, signal: AbortSignal) => Promise<void>;
  readonly settled: (outcome: JobOutcome) => void;
  /** A job's end was recorded; `gone`: it neither waits nor runs any more. */
  readonly recorded: (gone: boolean) => void;
  /** The database is still there to be written to. */
  readonly isOpen: () => boolean;
}

type Verdict =
  | { readonly next: "finish" }
  | { readonly next: "release" }
  | { readonly next: "postpone"; readonly failure: Failure }
  | { readonly next: "bury"; readonly failure: Failure };

const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** For jobs that do not heed their signal. */
const ABORT_PATIENCE_MS = 1000;

export class Worker<Payload> {
  readonly #jobs: JobTable;
  readonly #concurrency: number;
  readonly #settings: WorkerSettings;
  readonly #hooks: WorkerHooks<Payload>;
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #stopping = false;
  #soon: NodeJS.Immediate | undefined;
  #later: NodeJS.Timeout | undefined;

  constructor(jobs: JobTable, concurrency: number, settings: WorkerSettings, hooks: WorkerHooks<Payload>) {
    this.#jobs = jobs;
    this.#concurrency = concurrency;
    this.#settings = settings;
    this.#hooks = hooks;
  }

  /** Looks for jobs in the next turn of the event loop; many calls are one look. */
  wake(): void {
    if (this.#stopping || this.#soon !== undefined) return;
    this.#soon = setImmediate(() => {
      this.#soon = undefined;
      this.#look();
    });
  }

  async stop(graceMs?: number): Promise<void> {
    this.#quiet();
    const all = Promise.all(this.#running);
    if (graceMs === undefined) {
      await all;
      return;
    }
    if (await within(all, graceMs)) return;
    this.#abort.abort();
    await within(all, ABORT_PATIENCE_MS);
  }

  /** Takes no further job and lets the running ones be, as a killed process would. */
  abandon(): void {
    this.#quiet();
    this.#abort.abort();
  }

  #quiet(): void {
    this.#stopping = true;
    clearImmediate(this.#soon);
    clearTimeout(this.#later);
  }

  #look(): void {
    clearTimeout(this.#later);
    try {
      while (!this.#stopping && this.#running.size < this.#concurrency) {
        const job = this.#jobs.claim(this.#settings.clock.now());
        if (job === undefined) {
          this.#lookAtNextDue();
          return;
        }
        this.#start(job);
      }
    } catch (error) {
      this.#settings.onError(error);
      if (this.#hooks.isOpen()) this.#lookIn(this.#settings.storeRetryMs);
    }
  }

  #lookAtNextDue(): void {
    const due = this.#jobs.nextDueMs();
    if (due !== undefined) this.#lookIn(due - this.#settings.clock.now());
  }

  #lookIn(ms: number): void {
    this.#later = setTimeout(() => this.#look(), Math.min(Math.max(ms, 1), LONGEST_TIMER_MS));
  }

  #start(job: ClaimedJob): void {
    const run: Promise<void> = this.#execute(job).finally(() => {
      this.#running.delete(run);
      this.wake();
    });
    this.#running.add(run);
  }

  async #execute(job: ClaimedJob): Promise<void> {
    const verdict = await this.#run(job);
    if (!(await this.#record(job, verdict))) return;
    this.#hooks.recorded(verdict.next === "finish" || verdict.next === "bury");
    if (verdict.next !== "release") this.#tell(toOutcome(job.id, verdict));
  }

  async #run(job: ClaimedJob): Promise<Verdict> {
    const { signal } = this.#abort;
    try {
      const payload = JSON.parse(job.payload) as Payload;
      await this.#hooks.run({ id: job.id, payload, attempt: job.attempt }, signal);
      return { next: "finish" };
    } catch (error) {
      if (signal.aborted) return { next: "release" };
      const next = isFinal(error) || job.attempt >= job.maxAttempts ? "bury" : "postpone";
      return { next, failure: { code: codeOf(error), message: messageOf(error) } };
    }
  }

  /** Holds the worker's slot until the database took it. @returns false when the database was closed first. */
  async #record(job: ClaimedJob, verdict: Verdict): Promise<boolean> {
    while (this.#hooks.isOpen()) {
      try {
        this.#write(job, verdict);
        return true;
      } catch (error) {
        this.#settings.onError(error);
        await delay(this.#settings.storeRetryMs);
      }
    }
    return false;
  }

  #write(job: ClaimedJob, verdict: Verdict): void {
    const { clock, backoff, random } = this.#settings;
    switch (verdict.next) {
      case "finish":
        this.#jobs.finish(job.id);
        return;
      case "release":
        this.#jobs.release(job.id);
        return;
      case "postpone":
        this.#jobs.postpone(job.id, clock.now() + backoffMs(job.attempt, backoff, random()));
        return;
      case "bury":
        this.#jobs.bury(job.id, verdict.failure);
    }
  }

  #tell(outcome: JobOutcome): void {
    try {
      this.#hooks.settled(outcome);
    } catch (error) {
      this.#settings.onError(error);
    }
  }
}

function isFinal(error: unknown): boolean {
  const kind = kindOf(error);
  return kind === "invalid" || kind === "denied" || kind === "missing";
}

function toOutcome(id: string, verdict: Exclude<Verdict, { next: "release" }>): JobOutcome {
  if (verdict.next === "finish") return { id, ok: true, final: true };
  return { id, ok: false, ...verdict.failure, final: verdict.next === "bury" };
}

/** @returns whether the work ended in that time. */
async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
