// SPDX-License-Identifier: Apache-2.0
/**
 * The three stores as ports: catalog (documents), objects (content-addressed bytes) and queue (durable jobs).
 * Every adapter passes the suites in `lib/stores/testing/`; callers rely on nothing that those do not state.
 * The codes named here are in `errors.ts`, the bounds in `limits.ts`.
 */
import type { Digest } from "../digest.ts";

// ---------------------------------------------------------------- catalog

export interface CatalogDocument<Body> {
  readonly id: string;
  /** Grows by one at each write; 1 at the first, also when the id was deleted before. Input of compare-and-set. */
  readonly version: number;
  /** A JSON value. What JSON cannot say (undefined, dates) comes back as JSON would have it. */
  readonly body: Body;
}

export interface CatalogListOptions {
  /**
   * Equality, type included, on top-level body fields that are a string, number or boolean; all must hold.
   * Only fields that `collection()` was told to index. @throws CATALOG_INDEX_MISSING on others
   */
  readonly where?: Readonly<Record<string, string | number | boolean>>;
  /** Ids strictly after this one; lists are ordered by the UTF-8 bytes of the id. It need not exist. */
  readonly after?: string;
  /** 1 to 1000; 100 when absent. */
  readonly limit?: number;
}

/**
 * Documents of one kind. Single-document atomicity only: no transaction spans two. Safe to use from many
 * processes at once. Ids are 1 to 512 bytes of UTF-8 with no control characters; a body is at most 8 MiB of JSON.
 * Every method @throws CATALOG_REQUEST_INVALID beyond those bounds, CATALOG_UNAVAILABLE, CATALOG_EXHAUSTED.
 */
export interface CatalogCollection<Body> {
  get(id: string): Promise<CatalogDocument<Body> | undefined>;
  /** Writes whatever was there. */
  put(id: string, body: Body): Promise<CatalogDocument<Body>>;
  /** Writes only when the stored version is `expected` (0: absent). @returns undefined when it is not. */
  putIf(id: string, expected: number, body: Body): Promise<CatalogDocument<Body> | undefined>;
  /** @returns whether something was there. */
  delete(id: string): Promise<boolean>;
  list(options?: CatalogListOptions): Promise<readonly CatalogDocument<Body>[]>;
  count(where?: CatalogListOptions["where"]): Promise<number>;
}

export interface Catalog {
  /**
   * `indexes`: top-level body fields usable in `where`. Creating it twice is harmless; a field that is new to an
   * existing collection finds its old documents too. Names: a letter, then up to 62 letters, digits, `.`, `_`, `-`.
   */
  collection<Body>(name: string, indexes?: readonly string[]): CatalogCollection<Body>;
  /** @throws CATALOG_UNAVAILABLE */
  ping(): Promise<void>;
  /** Twice is harmless. Every later call throws CATALOG_UNAVAILABLE. */
  close(): Promise<void>;
}

// ---------------------------------------------------------------- objects

export interface ObjectInfo {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  readonly digest: Digest;
}

/**
 * Bytes by key. A key appears whole or not at all, also after a kill -9 in the middle of a write; of two writers
 * at once the later one wins, whole. Safe to use from many processes at once.
 *
 * A key is up to 16 segments joined by `/`, 512 characters in all. A segment is 1 to 200 of `A-Z a-z 0-9 . _ : @ + = -`
 * and starts with a letter or digit. No key may be a folder of another (`a` beside `a/b`): adapters may refuse
 * the second. Every method @throws OBJECT_KEY_INVALID on other keys, OBJECTS_UNAVAILABLE.
 */
export interface ObjectStore {
  /**
   * Streams in; an equal existing object is left as it is. When `body` throws, so does this, and what was
   * there before stays. @throws OBJECTS_EXHAUSTED when there is no room
   */
  put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<ObjectInfo>;
  /**
   * Never iterated holds nothing open.
   * @throws OBJECT_MISSING, OBJECT_CORRUPT (bytes do not match the recorded digest; at the stream's end).
   * A corrupt object stays until it is deleted; then it can be put again.
   */
  get(key: string): Promise<AsyncIterable<Uint8Array>>;
  /** Whole object; for small ones. @throws OBJECT_MISSING, OBJECT_CORRUPT, OBJECT_TOO_LARGE over `maxBytes` */
  read(key: string, maxBytes: number): Promise<Uint8Array>;
  /** @throws OBJECT_CORRUPT when not even the record of size and digest is readable */
  head(key: string): Promise<ObjectInfo | undefined>;
  /** @returns whether something was there. */
  delete(key: string): Promise<boolean>;
  /**
   * Keys with the prefix (any text of the key's characters, not only whole segments), in ASCII order, strictly
   * after `after`, at most `limit` (1 to 1000; 1000 when absent). Objects without a readable record are left out.
   */
  list(
    prefix: string,
    options?: { readonly after?: string; readonly limit?: number },
  ): Promise<readonly ObjectInfo[]>;
  /** @throws OBJECTS_UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- queue

export interface Job<Payload = unknown> {
  /**
   * Chosen by the producer. A second add with the id of a waiting or running job adds nothing, and a running job
   * does not run once more for it: who needs a run for newer input puts that input's version in the id.
   * The id of a dead or finished job starts anew.
   */
  readonly id: string;
  /** A JSON value. */
  readonly payload: Payload;
  /** 1 at the first run; grows with each run that failed or whose process died, not with one that `stop` cut short. */
  readonly attempt: number;
}

export interface AddOptions {
  /** Higher first, then in order of adding; an integer from -1000 to 1000, 0 when absent. */
  readonly priority?: number;
  /** Not before this long from now; at most a year. */
  readonly delayMs?: number;
  /** Runs before a failing job is dead, 1 to 100; 5 when absent. Back-off between them is exponential with jitter. */
  readonly maxAttempts?: number;
}

/** `waiting` includes jobs that wait for their delay or back-off. */
export type JobState = "waiting" | "running" | "dead";

export interface JobOutcome {
  readonly id: string;
  readonly ok: boolean;
  /** Stable code and message of the last failure. */
  readonly code?: string;
  readonly message?: string;
  /** No further attempt will be made. */
  readonly final: boolean;
}

export interface QueueStats {
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
}

/**
 * Durable jobs, at least once. A job whose process died runs again, at the latest when its lease ends (an adapter
 * that can prove the death does not wait), even with `maxAttempts` 1; one that saw many processes die (10 in the
 * embedded profile) is dead with code JOB_LEFT_UNFINISHED. A finished job is forgotten, so that its id can be added
 * again. Errors of kind `invalid`, `denied` or `missing` are not tried again. Ids are 1 to 512 bytes of UTF-8 with
 * no control characters, a payload at most 1 MiB of JSON. @throws QUEUE_REQUEST_INVALID beyond the bounds,
 * QUEUE_UNAVAILABLE
 */
export interface Queue<Payload> {
  /**
   * Durable once it resolves, and wakes an idle worker at once. @returns whether a new job was added.
   * @throws QUEUE_FULL at the queue's limit of jobs that wait or run (100 000 unless the adapter was told another)
   */
  add(id: string, payload: Payload, options?: AddOptions): Promise<boolean>;
  /** undefined: never added, or finished. */
  state(id: string): Promise<JobState | undefined>;
  /** Dead jobs, oldest death first, at most `limit` (1 to 1000). Of more than 1000 the oldest are dropped. */
  dead(
    limit: number,
  ): Promise<readonly (Job<Payload> & { readonly code: string; readonly message: string })[]>;
  stats(): Promise<QueueStats>;
  /**
   * Runs up to `concurrency` jobs at a time (1 to 256) until stopped. `settled` is called after the outcome was
   * recorded. `stop` takes no new job and waits for the running ones; after `graceMs` it aborts their signals, and
   * a job that throws after that waits for its next run with no attempt counted and no outcome told. One that heeds
   * the signal not at all is given a second and then left behind, as if its process had died.
   */
  work(
    concurrency: number,
    run: (job: Job<Payload>, signal: AbortSignal) => Promise<void>,
    settled?: (outcome: JobOutcome) => void,
  ): { stop(graceMs?: number): Promise<void> };
  /** @throws QUEUE_UNAVAILABLE */
  ping(): Promise<void>;
}

export interface Queues {
  /** Asked twice for one name, it is the same queue. Names as a collection's. */
  queue<Payload>(name: string): Queue<Payload>;
  /** Stops every worker with no grace first. Twice is harmless. */
  close(): Promise<void>;
}
