// SPDX-License-Identifier: Apache-2.0
/**
 * The three stores as ports: catalog (documents), objects (content-addressed bytes) and queue (durable jobs).
 * Every adapter passes the suites in `lib/stores/testing/`; callers rely on nothing that those do not state.
 */
import type { Digest } from "../digest.ts";

// ---------------------------------------------------------------- catalog

export interface CatalogDocument<Body> {
  readonly id: string;
  /** Grows by one at each write; 1 at the first. Input of compare-and-set. */
  readonly version: number;
  readonly body: Body;
}

export interface CatalogListOptions {
  /** Equality on top-level body fields. Only fields that `collection()` was told to index. */
  readonly where?: Readonly<Record<string, string | number | boolean>>;
  /** Ids strictly after this one; lists are ordered by id. */
  readonly after?: string;
  /** At most 1000; 100 when absent. */
  readonly limit?: number;
}

/** Documents of one kind. Single-document atomicity only: no transaction spans two. */
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
  /** `indexes`: top-level body fields usable in `where`. Creating it twice is harmless. */
  collection<Body>(name: string, indexes?: readonly string[]): CatalogCollection<Body>;
  /** @throws CATALOG_UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- objects

export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  readonly digest: Digest;
}

/** Bytes by key. A key appears whole or not at all, also after a kill -9 in the middle of a write. */
export interface ObjectStore {
  /** Streams in; an equal existing object is left as it is. */
  put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<ObjectInfo>;
  /** @throws OBJECT_MISSING, OBJECT_CORRUPT (bytes do not match the recorded digest; at the stream's end) */
  get(key: string): Promise<AsyncIterable<Uint8Array>>;
  /** Whole object; for small ones. @throws OBJECT_MISSING, OBJECT_TOO_LARGE over `maxBytes` */
  read(key: string, maxBytes: number): Promise<Uint8Array>;
  head(key: string): Promise<ObjectInfo | undefined>;
  delete(key: string): Promise<boolean>;
  /** Keys with the prefix, in order, strictly after `after`, at most `limit` (1000). */
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
  /** Chosen by the producer: a second add with the id of a waiting or running job adds nothing. */
  readonly id: string;
  readonly payload: Payload;
  /** 1 at the first run. */
  readonly attempt: number;
}

export interface AddOptions {
  /** Higher first; 0 when absent. */
  readonly priority?: number;
  readonly delayMs?: number;
  /** Runs before a job is dead; 5 when absent. Back-off between them is exponential with jitter. */
  readonly maxAttempts?: number;
}

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
 * Durable jobs, at least once. A job whose process died runs again after its lease; a finished one is forgotten,
 * so that its id can be added again. Errors of kind `invalid`, `denied` or `missing` are not tried again.
 */
export interface Queue<Payload> {
  /** @returns whether a new job was added. @throws QUEUE_FULL at the queue's limit */
  add(id: string, payload: Payload, options?: AddOptions): Promise<boolean>;
  state(id: string): Promise<JobState | undefined>;
  /** Dead jobs, oldest first, at most `limit`. */
  dead(
    limit: number,
  ): Promise<readonly (Job<Payload> & { readonly code: string; readonly message: string })[]>;
  stats(): Promise<QueueStats>;
  /** Runs up to `concurrency` jobs at a time until stopped; `stop` waits for the running ones. */
  work(
    concurrency: number,
    run: (job: Job<Payload>, signal: AbortSignal) => Promise<void>,
    settled?: (outcome: JobOutcome) => void,
  ): { stop(graceMs?: number): Promise<void> };
  /** @throws QUEUE_UNAVAILABLE */
  ping(): Promise<void>;
}

export interface Queues {
  queue<Payload>(name: string): Queue<Payload>;
  close(): Promise<void>;
}
