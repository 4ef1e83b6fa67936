// SPDX-License-Identifier: Apache-2.0
/** One queue's rows in the `jobs` table: every change of a job's state is one method here. */
import { MAX_DEAD_JOBS, type ResolvedAddOptions } from "../limits.ts";
import type { JobState, QueueStats } from "../ports.ts";
import type { Database, Row } from "./database.ts";

export interface ClaimedJob {
  readonly id: string;
  /** JSON text. */
  readonly payload: string;
  readonly attempt: number;
  readonly maxAttempts: number;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
}

const MAX_MESSAGE = 2000;
const STATES: Readonly<Record<string, JobState>> = {
  ready: "waiting",
  delayed: "waiting",
  running: "running",
  dead: "dead",
};

export class JobTable {
  readonly #db: Database;
  readonly #queue: string;

  constructor(db: Database, queue: string) {
    this.#db = db;
    this.#queue = queue;
  }

  /** Replaces a dead job of that id. @returns false when the id waits or runs. */
  add(id: string, payload: string, options: ResolvedAddOptions, nowMs: number): boolean {
    return this.#db.transaction(() => {
      this.#db.run("DELETE FROM jobs WHERE queue = ? AND id = ? AND state = 'dead'", this.#queue, id);
      const added = this.#db.run(
        `INSERT INTO jobs (queue, id, payload, state, priority, due_ms, attempt, max_attempts, crashes)
         VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0) ON CONFLICT DO NOTHING`,
        this.#queue,
        id,
        payload,
        options.delayMs > 0 ? "delayed" : "ready",
        options.priority,
        nowMs + options.delayMs,
        options.maxAttempts,
      );
      return added > 0;
    });
  }

  /** The next job, by priority and then by age; from now on it runs. */
  claim(nowMs: number): ClaimedJob | undefined {
    this.#promote(nowMs);
    const row = this.#db.one(
      `UPDATE jobs SET state = 'running', attempt = attempt + 1 WHERE seq = (
         SELECT seq FROM jobs WHERE queue = ? AND state = 'ready' ORDER BY priority DESC, seq LIMIT 1
       ) RETURNING id, payload, attempt, max_attempts`,
      this.#queue,
    );
    if (row === undefined) return undefined;
    return { ...toJob(row), maxAttempts: Number(row["max_attempts"]) };
  }

  /** When the first delayed job is due. */
  nextDueMs(): number | undefined {
    const sql = "SELECT min(due_ms) AS due FROM jobs WHERE queue = ? AND state = 'delayed'";
    const due = this.#db.one(sql, this.#queue)?.["due"];
    return typeof due === "number" ? due : undefined;
  }

  finish(id: string): void {
    this.#db.run("DELETE FROM jobs WHERE queue = ? AND id = ? AND state = 'running'", this.#queue, id);
  }

  postpone(id: string, dueMs: number): void {
    const sql =
      "UPDATE jobs SET state = 'delayed', due_ms = ? WHERE queue = ? AND id = ? AND state = 'running'";
    this.#db.run(sql, dueMs, this.#queue, id);
  }

  /** Back to waiting as though this run had not begun. */
  release(id: string): void {
    const sql =
      "UPDATE jobs SET state = 'ready', attempt = attempt - 1 WHERE queue = ? AND id = ? AND state = 'running'";
    this.#db.run(sql, this.#queue, id);
  }

  /** No further run. Keeps the latest `MAX_DEAD_JOBS`. */
  bury(id: string, failure: Failure): void {
    this.#db.transaction(() => this.#bury(id, failure));
  }

  /** Jobs that a dead process left running wait again, but not for ever. @returns how many were found. */
  recover(maxCrashes: number, failure: Failure): number {
    return this.#db.transaction(() => {
      const sql = "SELECT id, crashes FROM jobs WHERE queue = ? AND state = 'running'";
      const left = this.#db.all(sql, this.#queue);
      this.#db.run(
        "UPDATE jobs SET state = 'ready', crashes = crashes + 1 WHERE queue = ? AND state = 'running'",
        this.#queue,
      );
      for (const row of left) {
        if (Number(row["crashes"]) + 1 >= maxCrashes) this.#bury(String(row["id"]), failure);
      }
      return left.length;
    });
  }

  state(id: string): JobState | undefined {
    const row = this.#db.one("SELECT state FROM jobs WHERE queue = ? AND id = ?", this.#queue, id);
    return row === undefined ? undefined : STATES[String(row["state"])];
  }

  dead(limit: number): (Omit<ClaimedJob, "maxAttempts"> & Failure)[] {
    const rows = this.#db.all(
      `SELECT id, payload, attempt, code, message FROM jobs WHERE queue = ? AND state = 'dead'
       ORDER BY died LIMIT ?`,
      this.#queue,
      limit,
    );
    return rows.map((row) => ({
      ...toJob(row),
      code: String(row["code"]),
      message: String(row["message"]),
    }));
  }

  stats(): QueueStats {
    const stats = { waiting: 0, running: 0, dead: 0 };
    const sql = "SELECT state, count(*) AS n FROM jobs WHERE queue = ? GROUP BY state";
    for (const row of this.#db.all(sql, this.#queue)) {
      const state = STATES[String(row["state"])];
      if (state !== undefined) stats[state] += Number(row["n"]);
    }
    return stats;
  }

  #promote(nowMs: number): void {
    const due = this.nextDueMs();
    if (due === undefined || due > nowMs) return;
    const sql = "UPDATE jobs SET state = 'ready' WHERE queue = ? AND state = 'delayed' AND due_ms <= ?";
    this.#db.run(sql, this.#queue, nowMs);
  }

  #bury(id: string, failure: Failure): void {
    this.#db.run(
      `UPDATE jobs SET state = 'dead', code = ?, message = ?, died = (
         SELECT coalesce(max(died), 0) + 1 FROM jobs WHERE queue = ? AND state = 'dead'
       ) WHERE queue = ? AND id = ?`,
      failure.code,
      failure.message.slice(0, MAX_MESSAGE),
      this.#queue,
      this.#queue,
      id,
    );
    this.#db.run(
      `DELETE FROM jobs WHERE queue = ? AND state = 'dead' AND died <= (
         SELECT died FROM jobs WHERE queue = ? AND state = 'dead' ORDER BY died DESC LIMIT 1 OFFSET ?
       )`,
      this.#queue,
      this.#queue,
      MAX_DEAD_JOBS,
    );
  }
}

const toJob = (row: Row): Omit<ClaimedJob, "maxAttempts"> => ({
  id: String(row["id"]),
  payload: String(row["payload"]),
  attempt: Number(row["attempt"]),
});
