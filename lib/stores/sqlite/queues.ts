// SPDX-License-Identifier: Apache-2.0
/**
 * Durable queues in one SQLite file, worked on by one process at a time. That process holds an exclusive lock on
 * the file beside it (`<file>-queue-owner`), which the kernel drops when the process dies in any way. So whoever
 * gets the lock knows that every job still marked running was left behind, and no lease has to run out first.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock, type Clock } from "#lib/clock.ts";
import { queueErrors } from "../errors.ts";
import { DEFAULT_QUEUE_LIMIT, queueChecks as check } from "../limits.ts";
import type { Queue, Queues } from "../ports.ts";
import { defaultBackoff, type Backoff } from "./backoff.ts";
import { Database, type OpenOptions } from "./database.ts";
import { SqliteQueue } from "./queue.ts";
import { isBusy, queueKind, translator } from "./translate.ts";

export interface SqliteQueuesOptions extends OpenOptions {
  /** Told of failures of the database while jobs run, and of a throwing `settled`; a process warning when absent. */
  readonly onError?: (error: unknown) => void;
  /** Jobs that wait or run, per queue; 100 000 when absent. */
  readonly limit?: number;
  readonly backoff?: Backoff;
  /** How long to wait before the database is asked again after it failed; 1000 when absent. */
  readonly storeRetryMs?: number;
  readonly clock?: Clock;
  readonly random?: () => number;
}

export interface SqliteQueues extends Queues {
  /** Drops everything as a kill would: running jobs stay marked as running. For tests of recovery. */
  abandon(): void;
}

/**
 * Opens or creates the file; jobs that a dead process left running wait again.
 * @throws QUEUE_IN_USE while another process has it open, QUEUE_UNAVAILABLE, QUEUE_INVALID
 */
export async function openSqliteQueues(
  file: string,
  options: SqliteQueuesOptions = {},
): Promise<SqliteQueues> {
  const owner = lockOwnership(file);
  try {
    const db = await Database.open(file, queueKind, options);
    return queues(db, owner, options);
  } catch (error) {
    owner.close();
    throw error;
  }
}

function queues(db: Database, owner: DatabaseSync, options: SqliteQueuesOptions): SqliteQueues {
  const known = new Map<string, SqliteQueue<never>>();
  const limit = options.limit ?? DEFAULT_QUEUE_LIMIT;
  const settings = {
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    backoff: options.backoff ?? defaultBackoff,
    storeRetryMs: options.storeRetryMs ?? 1000,
    onError: options.onError ?? warn,
  };
  const letGo = (): void => {
    db.close();
    if (owner.isOpen) owner.close();
  };
  const open = <Payload>(name: string): Queue<Payload> => {
    const made = known.get(name) ?? new SqliteQueue<never>(db, check.name(name), limit, settings);
    known.set(name, made);
    return made as Queue<unknown> as Queue<Payload>;
  };
  for (const row of db.all("SELECT DISTINCT queue FROM jobs WHERE state = 'running'"))
    open(String(row["queue"]));
  return {
    queue: open,
    close: async () => {
      await Promise.all(Array.from(known.values(), (queue) => queue.stopAll()));
      letGo();
    },
    abandon: () => {
      letGo();
      for (const queue of known.values()) queue.abandon();
    },
  };
}

function lockOwnership(file: string): DatabaseSync {
  const lock = `${file}-queue-owner`;
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    db = new DatabaseSync(lock, { timeout: 0 });
    db.exec("BEGIN EXCLUSIVE"); // writes nothing; the lock is the point
    return db;
  } catch (error) {
    db?.close();
    if (!isBusy(error)) throw translator(queueKind, lock)(error);
    throw queueErrors.make(
      "QUEUE_IN_USE",
      `another process works on the queues in ${file}; stop it first, or give this one a path of its own`,
      { cause: error, data: { path: file } },
    );
  }
}

const warn = (error: unknown): void =>
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
