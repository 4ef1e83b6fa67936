// SPDX-License-Identifier: Apache-2.0
/**
 * Keys waiting for work: each at most once in line, each in at most one worker's hands, none lost in between.
 * After k8s.io/client-go/util/workqueue, with its delaying and rate-limiting parts in one.
 */
import { backoffMs, systemTimers, type Random, type Timers } from "./timers.ts";

export interface WorkQueueOptions {
  readonly timers?: Timers;
  readonly random?: Random;
  /** Wait after the first and the most after any failure; 5 ms and 5 minutes when absent. */
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
}

export interface WorkQueueStats {
  /** Ready and not yet taken. */
  readonly depth: number;
  readonly running: number;
  readonly delayed: number;
  /** Keys that were put in line, since the start; repeats of a waiting key not counted. */
  readonly adds: number;
  /** Calls of `addRateLimited`, since the start. */
  readonly retries: number;
}

export interface WorkQueue {
  /** A key that is running runs once more afterwards; one that waits already is not added. */
  add(key: string): void;
  /** `add` later. Of several planned times for a key the earliest counts. */
  addAfter(key: string, ms: number): void;
  /** `add` after a wait that doubles, with jitter, until `forget`. */
  addRateLimited(key: string): void;
  /** The key did well: the next failure is its first, and a retry still waiting is dropped. Planned times stay. */
  forget(key: string): void;
  /** Failures in a row. */
  failures(key: string): number;
  /** Runs `work` for each key, at most `workers` at a time. Errors that it throws go to `failed`. May be called once. */
  start(
    workers: number,
    work: (key: string) => Promise<void>,
    failed?: (key: string, error: unknown) => void,
  ): void;
  stats(): WorkQueueStats;
  /** Starts nothing more, drops what waits, and resolves when the last running key is done. */
  stop(): Promise<void>;
}

export function createWorkQueue(options: WorkQueueOptions = {}): WorkQueue {
  return new MemoryWorkQueue(options);
}

interface Delay {
  readonly dueMs: number;
  readonly cancel: () => void;
}

class MemoryWorkQueue implements WorkQueue {
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #baseMs: number;
  readonly #maxMs: number;
  /** In line, oldest first. */
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  /** Added while running. */
  readonly #again = new Set<string>();
  readonly #planned = new Map<string, Delay>();
  readonly #retrying = new Map<string, Delay>();
  readonly #failures = new Map<string, number>();
  #work: ((key: string) => Promise<void>) | undefined;
  #failed: (key: string, error: unknown) => void = () => undefined;
  #workers = 0;
  #adds = 0;
  #retries = 0;
  #stopped: (() => void)[] | undefined;

  constructor(options: WorkQueueOptions) {
    this.#timers = options.timers ?? systemTimers;
    this.#random = options.random ?? Math.random;
    this.#baseMs = options.baseDelayMs ?? 5;
    this.#maxMs = options.maxDelayMs ?? 300_000;
  }

  add(key: string): void {
    if (this.#stopped !== undefined) return;
    if (this.#running.has(key)) {
      if (!this.#again.has(key)) this.#adds += 1;
      this.#again.add(key);
      return;
    }
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#adds += 1;
    this.#pump();
  }

  addAfter(key: string, ms: number): void {
    if (ms <= 0) this.add(key);
    else this.#delay(this.#planned, key, ms);
  }

  addRateLimited(key: string): void {
    if (this.#stopped !== undefined) return;
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    this.#retries += 1;
    this.#delay(this.#retrying, key, backoffMs(failures, this.#baseMs, this.#maxMs, this.#random));
  }

  forget(key: string): void {
    this.#failures.delete(key);
    this.#retrying.get(key)?.cancel();
    this.#retrying.delete(key);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  start(
    workers: number,
    work: (key: string) => Promise<void>,
    failed?: (key: string, error: unknown) => void,
  ): void {
    if (this.#work !== undefined) throw new RangeError("the queue was started already");
    this.#work = work;
    this.#workers = workers;
    if (failed !== undefined) this.#failed = failed;
    this.#pump();
  }

  stats(): WorkQueueStats {
    return {
      depth: this.#waiting.size,
      running: this.#running.size,
      delayed: this.#planned.size + this.#retrying.size,
      adds: this.#adds,
      retries: this.#retries,
    };
  }

  stop(): Promise<void> {
    const stopped = (this.#stopped ??= []);
    for (const delays of [this.#planned, this.#retrying]) {
      for (const { cancel } of delays.values()) cancel();
      delays.clear();
    }
    this.#waiting.clear();
    this.#again.clear();
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => stopped.push(resolve));
  }

  #delay(delays: Map<string, Delay>, key: string, ms: number): void {
    if (this.#stopped !== undefined) return;
    const dueMs = this.#timers.monotonic() + ms;
    const there = delays.get(key);
    if (there !== undefined && there.dueMs <= dueMs) return;
    there?.cancel();
    const cancel = this.#timers.after(ms, () => {
      delays.delete(key);
      this.add(key);
    });
    delays.set(key, { dueMs, cancel });
  }

  #pump(): void {
    const work = this.#work;
    if (work === undefined) return;
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#workers) return;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#run(key, work);
    }
  }

  async #run(key: string, work: (key: string) => Promise<void>): Promise<void> {
    try {
      await work(key);
    } catch (error) {
      this.#failed(key, error);
    } finally {
      this.#running.delete(key);
      if (this.#again.delete(key)) this.#waiting.add(key);
      if (this.#stopped === undefined) this.#pump();
      else if (this.#running.size === 0) for (const resolve of this.#stopped.splice(0)) resolve();
    }
  }
}
