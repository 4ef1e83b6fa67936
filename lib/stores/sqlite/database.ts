// SPDX-License-Identifier: Apache-2.0
/**
 * One SQLite file: opening, schema versions, cached statements, and errors in the stores' own codes.
 * Every call blocks the thread, so each is a single small statement or a handful in one transaction.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { isBusy, translator, type StoreKind } from "./translate.ts";
import { APPLICATION_ID, migrations } from "./schema.ts";

export type Row = Record<string, SQLOutputValue>;

export interface OpenOptions {
  /** How long one statement may wait for another process's write; 5000 when absent. */
  readonly busyTimeoutMs?: number;
}

const OPEN_ATTEMPTS = 50;

export class Database {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #translate: (error: unknown) => unknown;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string, db: DatabaseSync, translate: (error: unknown) => unknown) {
    this.path = file;
    this.#db = db;
    this.#translate = translate;
  }

  /** Opens or creates the file, brings it to this version's schema. @throws ..._UNAVAILABLE, ..._INVALID */
  static async open(file: string, store: StoreKind, options: OpenOptions = {}): Promise<Database> {
    const translate = translator(store, file);
    for (let attempt = 1; ; attempt++) {
      try {
        return new Database(file, openChecked(file, store, options.busyTimeoutMs ?? 5000), translate);
      } catch (error) {
        // The switch to WAL does not honour the busy timeout when two processes make the file at once.
        if (!isBusy(error) || attempt >= OPEN_ATTEMPTS) throw translate(error);
        await delay(10 + attempt);
      }
    }
  }

  get isOpen(): boolean {
    return this.#db.isOpen;
  }

  /** @returns how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#guard(() => Number(this.#statement(sql).run(...values).changes));
  }

  one(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values));
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values));
  }

  /** All or nothing. Not nested; `work` must not wait for anything. */
  transaction<Result>(work: () => Result): Result {
    return this.#guard(() => inTransaction(this.#db, work));
  }

  /** Runs `work` at once; what it throws becomes a rejection in the store's codes. */
  answer<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve) => {
      resolve(this.#guard(work));
    });
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw this.#translate(error);
    }
  }
}

function openChecked(file: string, store: StoreKind, busyTimeoutMs: number): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    checkOwner(db, file, store); // before anything is written to a file that may not be ours
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF");
    inTransaction(db, () => migrate(db, file, store));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function checkOwner(db: DatabaseSync, file: string, store: StoreKind): void {
  const owner = pragma(db, "application_id");
  const tables = Number(db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"]);
  if (owner === APPLICATION_ID || (owner === 0 && tables === 0)) return;
  throw store.invalid(`${file} is another program's SQLite database; give a path of its own`, { path: file });
}

function migrate(db: DatabaseSync, file: string, store: StoreKind): void {
  const version = pragma(db, "user_version");
  if (version > migrations.length) {
    throw store.invalid(
      `${file} was written by a newer version (schema ${version}, this one knows ${migrations.length}); ` +
        "run that version, or move the file away to start with an empty one",
      { path: file, schema: version },
    );
  }
  if (version === migrations.length) return;
  for (const sql of migrations.slice(version)) db.exec(sql);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`);
}

const pragma = (db: DatabaseSync, name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);

function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.isOpen && db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
