// SPDX-License-Identifier: Apache-2.0
/**
 * The loop around a reconcile function: changes of stores become keys, keys become calls, errors become waits.
 * What each kind of error leads to is decided in lib/errors.ts.
 */
import { codeOf, errorKinds, kindOf, messageOf } from "../errors.ts";
import { retryAfterMsOf } from "./errors.ts";
import type { Change, Store } from "./store.ts";
import { jittered, systemTimers, type Random, type Timers } from "./timers.ts";
import { silentLogger, type KubeLogger, type KubeObject } from "./types.ts";
import { createWorkQueue, type WorkQueue } from "./workqueue.ts";

/** One store and the keys that a change in it concerns. Made by `source`. */
export interface Source {
  readonly synced: Promise<boolean>;
  /** Keys of everything in the store now. */
  keys(): readonly string[];
  onKeys(listener: (keys: readonly string[]) => void, failed: (error: unknown) => void): () => void;
}

/** `old` is set on updates and deletions; on a deletion `object` is the last known state, and may equal `old`. */
export function source<T extends KubeObject>(
  store: Store<T>,
  toKeys: (object: T, old: T | undefined, type: Change<T>["type"]) => readonly string[],
): Source {
  return {
    synced: store.synced,
    keys: () => store.list().flatMap((object) => toKeys(object, undefined, "added")),
    onKeys: (listener, failed) =>
      store.onChange((change: Change<T>) => {
        try {
          listener(toKeys(change.object, change.old, change.type));
        } catch (error) {
          failed(error);
        }
      }),
  };
}

export interface Reconciled {
  readonly requeueAfterMs?: number | undefined;
}

export type ReconcileResult = "done" | "requeued" | "retry" | "recheck" | "stalled";

export interface ReconcileFact {
  readonly controller: string;
  readonly key: string;
  readonly result: ReconcileResult;
  readonly seconds: number;
  /** Code of the error, if there was one. */
  readonly code?: string;
}

export interface ControllerOptions {
  readonly name: string;
  readonly sources: readonly Source[];
  /**
   * Brings the world to what the object of `key` asks for; the object may be gone. Level-based: called again after
   * any change, never twice at once for one key. `signal` aborts when the controller stops.
   */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Reconciled | undefined>;
  /** 2 when absent. */
  readonly workers?: number;
  /** One of its own when absent. */
  readonly queue?: WorkQueue;
  /** How often all keys come by without a change; 10 hours when absent, with jitter, spread over a minute. */
  readonly resyncMs?: number;
  /** Wait after errors of kind `denied` and `missing`; 10 minutes when absent. */
  readonly recheckMs?: number;
  readonly logger?: KubeLogger;
  readonly onReconcile?: (fact: ReconcileFact) => void;
  readonly timers?: Timers;
  readonly random?: Random;
}

export interface Controller {
  readonly queue: WorkQueue;
  /** True once all stores are in sync and workers run; false when stopped before that. */
  readonly started: Promise<boolean>;
  /** Takes no more keys and waits for running reconciles. */
  stop(): Promise<void>;
}

const RESYNC_SPREAD_MS = 60_000;

export function runController(options: ControllerOptions): Controller {
  const timers = options.timers ?? systemTimers;
  const random = options.random ?? Math.random;
  const queue = options.queue ?? createWorkQueue({ timers, random });
  const logger = options.logger ?? silentLogger;
  const stopping = new AbortController();
  const mappingFailed = (error: unknown): void =>
    logger.error({ controller: options.name, err: error }, "cannot map a change to keys");
  const addAll = (): void => {
    for (const from of options.sources)
      guarded(() => from.keys().forEach((key) => queue.add(key)), mappingFailed);
  };
  const unsubscribe = options.sources.map((from) =>
    from.onKeys((keys) => keys.forEach((key) => queue.add(key)), mappingFailed),
  );

  let cancelResync: () => void = () => undefined;
  const planResync = (): void => {
    cancelResync = timers.after(jittered(options.resyncMs ?? 36_000_000, 0.1, random), () => {
      for (const from of options.sources) {
        guarded(
          () => from.keys().forEach((key) => queue.addAfter(key, random() * RESYNC_SPREAD_MS)),
          mappingFailed,
        );
      }
      planResync();
    });
  };

  const start = async (): Promise<boolean> => {
    const synced = await Promise.all(options.sources.map((from) => from.synced));
    if (stopping.signal.aborted || synced.includes(false)) return false;
    addAll();
    queue.start(
      options.workers ?? 2,
      (key) => reconcileOnce(key, options, { queue, logger, timers, signal: stopping.signal }),
      (key, error) =>
        logger.error({ controller: options.name, key, err: error }, "reconcile bookkeeping failed"),
    );
    planResync();
    return true;
  };

  return {
    queue,
    started: start(),
    stop: async () => {
      stopping.abort();
      cancelResync();
      for (const end of unsubscribe) end();
      await queue.stop();
    },
  };
}

interface Loop {
  readonly queue: WorkQueue;
  readonly logger: KubeLogger;
  readonly timers: Timers;
  readonly signal: AbortSignal;
}

async function reconcileOnce(key: string, options: ControllerOptions, loop: Loop): Promise<void> {
  const began = loop.timers.monotonic();
  let outcome: { readonly result: ReconcileResult; readonly code?: string };
  try {
    const done = await options.reconcile(key, loop.signal);
    loop.queue.forget(key);
    if (done?.requeueAfterMs !== undefined) loop.queue.addAfter(key, done.requeueAfterMs);
    outcome = { result: done?.requeueAfterMs === undefined ? "done" : "requeued" };
  } catch (error) {
    if (loop.signal.aborted) return;
    outcome = { result: plan(key, error, options, loop), code: codeOf(error) };
  }
  const seconds = (loop.timers.monotonic() - began) / 1000;
  options.onReconcile?.({ controller: options.name, key, seconds, ...outcome });
}

/** What the error's kind says: wait for a change, look again much later, or try again soon. */
function plan(key: string, error: unknown, options: ControllerOptions, loop: Loop): ReconcileResult {
  const kind = kindOf(error);
  const result = errorKinds[kind].controller;
  const facts = { controller: options.name, key, code: codeOf(error), reason: messageOf(error) };
  switch (result) {
    case "stalled":
      loop.queue.forget(key);
      loop.logger.warn(facts, "reconcile stalled until a change");
      return result;
    case "recheck":
      loop.queue.forget(key);
      loop.queue.addAfter(key, options.recheckMs ?? 600_000);
      loop.logger.warn(facts, "reconcile waits for what is missing or denied");
      return result;
    case "retry": {
      const asked = retryAfterMsOf(error);
      if (asked === undefined) loop.queue.addRateLimited(key);
      else loop.queue.addAfter(key, Math.max(asked, 1));
      const failures = loop.queue.failures(key);
      if (kind === "bug") loop.logger.error({ ...facts, failures, err: error }, "reconcile failed");
      else if (failures >= 3) loop.logger.warn({ ...facts, failures }, "reconcile failed");
      else loop.logger.info({ ...facts, failures }, "reconcile tried again soon");
      return result;
    }
  }
}

function guarded(act: () => void, failed: (error: unknown) => void): void {
  try {
    act();
  } catch (error) {
    failed(error);
  }
}
