// SPDX-License-Identifier: Apache-2.0
/**
 * Events on objects for people (`kubectl describe`), through events.k8s.io/v1: repeats become a series, and no
 * object can flood the cluster. Follows kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1.
 */
import { randomBytes } from "node:crypto";
import { messageOf } from "../errors.ts";
import { BoundedMap } from "./bounded-map.ts";
import type { KubeClient } from "./client.ts";
import { clip } from "./conditions.ts";
import { kubeErrors } from "./errors.ts";
import { builtin } from "./resources.ts";
import { microTime, systemTimers, type Timers } from "./timers.ts";
import { takeToken, type Bucket } from "../token-bucket.ts";
import { silentLogger, type KubeLogger, type KubeObject, type Resource } from "./types.ts";

export interface EventInput {
  /** The object it is about, with apiVersion and kind (objects from stores and the client have them). */
  readonly regarding: KubeObject;
  readonly type: "Normal" | "Warning";
  /** CamelCase, stable, at most 128 characters. */
  readonly reason: string;
  /** What was being done, CamelCase. */
  readonly action: string;
  readonly note: string;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Qualified name, e.g. `stella-ops.org/operator`. */
  readonly controller: string;
  /** Which of its processes, e.g. the Pod's name. */
  readonly instance: string;
  /** Repeats within this window of a written event are only counted; 10 minutes when absent. */
  readonly windowMs?: number;
  /** Different events per object: at once, and then one every so often; 25 and 5 minutes when absent. */
  readonly burst?: number;
  readonly refillMs?: number;
  readonly logger?: KubeLogger;
  readonly timers?: Timers;
}

export interface EventRecorder {
  /** Never throws and never waits: an event is a courtesy. */
  record(event: EventInput): void;
  /** Resolves when everything recorded so far was written or given up. */
  flush(): Promise<void>;
  /** `dropped`: over a bound, or the server refused. */
  stats(): { readonly written: number; readonly repeated: number; readonly dropped: number };
}

interface StoredEvent extends KubeObject {
  readonly eventTime: string;
  readonly [field: string]: unknown;
}

interface Known {
  readonly namespace: string;
  readonly name: string;
  readonly writtenMs: number;
  /** All occurrences, written or not. */
  readonly count: number;
}

const events = builtin.events as Resource<StoredEvent>;
const MAX_KNOWN = 4096;
const MAX_WAITING = 256;

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const timers = options.timers ?? systemTimers;
  const logger = options.logger ?? silentLogger;
  const rate = { burst: options.burst ?? 25, refillMs: options.refillMs ?? 300_000 };
  const windowMs = options.windowMs ?? 600_000;
  const known = new BoundedMap<Known>(MAX_KNOWN);
  const buckets = new BoundedMap<Bucket>(MAX_KNOWN);
  const counts = { written: 0, repeated: 0, dropped: 0 };
  let waiting = 0;
  let line = Promise.resolve();

  const write = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      counts.written += 1;
    } catch (error) {
      counts.dropped += 1;
      logger.info({ reason: messageOf(error) }, "event not written");
    } finally {
      waiting -= 1;
    }
  };
  const enqueue = (work: () => Promise<unknown>): void => {
    if (waiting >= MAX_WAITING) {
      counts.dropped += 1;
      return;
    }
    waiting += 1;
    line = line.then(() => write(work));
  };

  const create = (event: EventInput, now: number): Promise<unknown> =>
    options.client.create(events, newEvent(event, options, now));

  const first = (key: string, event: EventInput, now: number): void => {
    const object = keyOfRegarding(event.regarding);
    const bucket = takeToken(buckets.get(object), timers.monotonic(), rate);
    if (bucket === undefined) {
      counts.dropped += 1;
      return;
    }
    buckets.set(object, bucket);
    enqueue(async () => {
      const made = newEvent(event, options, now);
      await options.client.create(events, made).catch((error: unknown) => {
        known.delete(key); // not written, so the next one is not a repeat
        throw error;
      });
      const { namespace = "", name = "" } = made.metadata;
      const again = known.get(key);
      if (again !== undefined) known.set(key, { ...again, namespace, name });
    });
    known.set(key, { namespace: "", name: "", writtenMs: timers.monotonic(), count: 1 });
  };

  const repeat = (key: string, event: EventInput, before: Known, now: number): void => {
    const count = before.count + 1;
    if (timers.monotonic() - before.writtenMs < windowMs) {
      counts.repeated += 1;
      known.set(key, { ...before, count });
      return;
    }
    known.set(key, { ...before, count, writtenMs: timers.monotonic() });
    enqueue(async () => {
      const { namespace, name } = known.get(key) ?? before;
      const patch = { series: { count, lastObservedTime: microTime(now) } };
      try {
        if (name === "") await create(event, now);
        else await options.client.patch(events, { namespace, name }, patch);
      } catch (error) {
        // The API server deletes events after an hour.
        if (!kubeErrors.is(error, "KUBE_NOT_FOUND")) throw error;
        await create(event, now);
      }
    });
  };

  return {
    record: (event) => {
      const key = [keyOfRegarding(event.regarding), event.type, event.reason, event.action, event.note].join(
        "\n",
      );
      const before = known.get(key);
      if (before === undefined) first(key, event, timers.now());
      else repeat(key, event, before, timers.now());
    },
    flush: () => line,
    stats: () => ({ ...counts }),
  };
}

function newEvent(event: EventInput, options: EventRecorderOptions, now: number): StoredEvent {
  const { apiVersion, kind, metadata } = event.regarding;
  // The API wants an event beside its object, and those of cluster-scoped objects in `default`.
  const namespace = metadata.namespace ?? "default";
  const stem = (metadata.name ?? "unnamed").slice(0, 200).replace(/[^a-z0-9]+$/, "");
  return {
    metadata: { namespace, name: `${stem}.${randomBytes(8).toString("hex")}` },
    eventTime: microTime(now),
    reportingController: options.controller,
    reportingInstance: clip(options.instance, 128),
    action: clip(event.action, 128),
    reason: clip(event.reason, 128),
    type: event.type,
    note: clipBytes(event.note, 1024),
    regarding: {
      apiVersion,
      kind,
      name: metadata.name,
      namespace: metadata.namespace,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
    },
  };
}

const keyOfRegarding = ({ kind, metadata }: KubeObject): string =>
  [kind ?? "", metadata.namespace ?? "", metadata.name ?? "", metadata.uid ?? ""].join("/");

/** The API counts a note in bytes. */
function clipBytes(text: string, max: number): string {
  let clipped = clip(text, max);
  while (Buffer.byteLength(clipped) > max) clipped = clip(clipped, clipped.length - 1);
  return clipped;
}
