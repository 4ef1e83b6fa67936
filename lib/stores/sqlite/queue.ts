// SPDX-License-Identifier: Apache-2.0
/** One durable queue (`Queue` of the ports) over its rows in SQLite and any number of workers in this process. */
import { queueErrors } from "../errors.ts";
import { queueChecks as check } from "../limits.ts";
import type { AddOptions, Job, JobOutcome, JobState, Queue, QueueStats } from "../ports.ts";
import type { Database } from "./database.ts";
import { JobTable } from "./job-table.ts";
import { Worker, type WorkerSettings } from "./worker.ts";

/** Processes that may die over one job before it is taken to be the reason. */
const MAX_CRASHES = 10;
const LEFT_UNFINISHED = {
  code: "JOB_LEFT_UNFINISHED" satisfies keyof typeof queueErrors.codes,
  message: `${MAX_CRASHES} processes died while they ran this job`,
};

export class SqliteQueue<Payload> implements Queue<Payload> {
  readonly #db: Database;
  readonly #jobs: JobTable;
  readonly #name: string;
  readonly #limit: number;
  readonly #settings: WorkerSettings;
  readonly #workers = new Set<Worker<Payload>>();
  /** Jobs that wait or run. Kept by hand, because counting 100 000 rows at each add is slow; we are the only writer. */
  #live: number;

  constructor(db: Database, name: string, limit: number, settings: WorkerSettings) {
    this.#db = db;
    this.#jobs = new JobTable(db, name);
    this.#name = name;
    this.#limit = limit;
    this.#settings = settings;
    this.#jobs.recover(MAX_CRASHES, LEFT_UNFINISHED);
    const { waiting, running } = this.#jobs.stats();
    this.#live = waiting + running;
  }

  add(id: string, payload: Payload, options?: AddOptions): Promise<boolean> {
    return this.#db.answer(() => {
      const text = check.payload(payload);
      const resolved = check.options(options);
      const state = this.#jobs.state(check.id(id));
      if (state === "waiting" || state === "running") return false;
      if (this.#live >= this.#limit) throw this.#full();
      if (!this.#jobs.add(id, text, resolved, this.#settings.clock.now())) return false;
      this.#live += 1;
      this.#wake();
      return true;
    });
  }

  state(id: string): Promise<JobState | undefined> {
    return this.#db.answer(() => this.#jobs.state(check.id(id)));
  }

  dead(
    limit: number,
  ): Promise<readonly (Job<Payload> & { readonly code: string; readonly message: string })[]> {
    return this.#db.answer(() =>
      this.#jobs
        .dead(check.limit(limit))
        .map((job) => ({ ...job, payload: JSON.parse(job.payload) as Payload })),
    );
  }

  stats(): Promise<QueueStats> {
    return this.#db.answer(() => this.#jobs.stats());
  }

  work(
    concurrency: number,
    run: (job: Job<Payload>, signal: AbortSignal) => Promise<void>,
    settled: (outcome: JobOutcome) => void = () => undefined,
  ): { stop(graceMs?: number): Promise<void> } {
    const worker = new Worker<Payload>(this.#jobs, check.concurrency(concurrency), this.#settings, {
      run,
      settled,
      recorded: (gone) => {
        if (gone) this.#live -= 1;
        else this.#wake(); // another worker may be the one to run it next
      },
      isOpen: () => this.#db.isOpen,
    });
    this.#workers.add(worker);
    worker.wake();
    return {
      stop: async (graceMs) => {
        await worker.stop(graceMs);
        this.#workers.delete(worker);
      },
    };
  }

  ping(): Promise<void> {
    return this.#db.answer(() => void this.#db.one("SELECT count(*) FROM sqlite_schema"));
  }

  /** With no grace: running jobs are aborted. */
  async stopAll(): Promise<void> {
    await Promise.all(Array.from(this.#workers, (worker) => worker.stop(0)));
  }

  abandon(): void {
    for (const worker of this.#workers) worker.abandon();
  }

  #wake(): void {
    for (const worker of this.#workers) worker.wake();
  }

  #full(): Error {
    const data = { queue: this.#name, limit: this.#limit };
    return queueErrors.make("QUEUE_FULL", `queue ${this.#name} holds ${this.#limit} jobs; try again later`, {
      data,
    });
  }
}
