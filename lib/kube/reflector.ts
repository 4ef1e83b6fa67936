// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps a store equal to the API server's objects of one kind: list in pages, then watch, for ever.
 * Follows kubernetes.io/docs/reference/using-api/api-concepts, "Efficient detection of changes" and "410 Gone".
 */
import { codeOf, messageOf } from "../errors.ts";
import type { KubeClient, Selection } from "./client.ts";
import { kubeErrors, retryAfterMsOf } from "./errors.ts";
import { keyOf } from "./resources.ts";
import { createStore, type IndexFunction, type Store, type WritableStore } from "./store.ts";
import { without } from "./subset.ts";
import { backoffMs, isAborted, jittered, pause, systemTimers, type Random, type Timers } from "./timers.ts";
import { silentLogger, type KubeLogger, type KubeObject, type Resource, type WatchEvent } from "./types.ts";

export interface ReflectorOptions<T extends KubeObject> extends Selection {
  /** Objects a list request; 500 when absent. */
  readonly pageSize?: number;
  /** Keeps of an object what is needed. `managedFields` are gone already; metadata must stay. */
  readonly transform?: (object: T) => T;
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  readonly logger?: KubeLogger;
  readonly timers?: Timers;
  readonly random?: Random;
  /** Longest silence of a watch; 150 s when absent (the server sends a bookmark about every minute). */
  readonly idleMs?: number;
  /** First and longest wait after a failure; 500 ms and 10 s when absent. */
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
}

/** Facts for metrics and readiness. Times are wall-clock milliseconds. */
export interface ReflectorHealth {
  readonly objects: number;
  /** When the store last was known to be complete: a list, an event or a bookmark. */
  readonly lastSyncMs: number | undefined;
  /** When the connection was lost; absent while a watch is open. */
  readonly staleSinceMs: number | undefined;
  /** Complete lists after the first. */
  readonly relists: number;
  /** Lists and watches that failed, expired ones included. */
  readonly watchErrors: number;
  /** Code of the last failure; absent after the next success. */
  readonly lastErrorCode: string | undefined;
}

export interface WatchedStore<T extends KubeObject> extends Store<T> {
  readonly resource: Resource<T>;
  health(): ReflectorHealth;
  /** Ends the watch. The store keeps what it holds. */
  stop(): Promise<void>;
}

/** Starts at once. Failures never end it: it goes on, with growing waits, until `stop`. */
export function watchResource<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  options: ReflectorOptions<T> = {},
): WatchedStore<T> {
  const logger = options.logger ?? silentLogger;
  const store = createStore<T>({
    indexes: options.indexes,
    onListenerError: (error) =>
      logger.error({ resource: resource.plural, err: error }, "store listener failed"),
  });
  const reflector = new Reflector(client, resource, options, store, logger);
  const running = reflector.run();
  return Object.assign(store, {
    resource,
    health: () => reflector.health(),
    stop: async () => {
      reflector.stop();
      await running;
    },
  });
}

const WATCH_SECONDS = { min: 300, spread: 300 };
/** A watch that ends this soon without an event is a failure: without a wait it would spin. */
const SHORT_WATCH_MS = 1000;
/** Failures in a row that the server itself answered, after which its version of the past is not asked again. */
const MAX_ANSWERED_FAILURES = 3;

class Reflector<T extends KubeObject> {
  readonly #client: KubeClient;
  readonly #resource: Resource<T>;
  readonly #options: ReflectorOptions<T>;
  readonly #store: WritableStore<T>;
  readonly #logger: KubeLogger;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #stopping = new AbortController();
  /** Where the watch goes on; undefined when only a list can tell. */
  #version: string | undefined;
  #failures = 0;
  #answeredFailures = 0;
  #expirations = 0;
  #lists = 0;
  #watchErrors = 0;
  #lastSyncMs: number | undefined;
  #staleSinceMs: number | undefined;
  #lastErrorCode: string | undefined;

  constructor(
    client: KubeClient,
    resource: Resource<T>,
    options: ReflectorOptions<T>,
    store: WritableStore<T>,
    logger: KubeLogger,
  ) {
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
    this.#store = store;
    this.#logger = logger;
    this.#timers = options.timers ?? systemTimers;
    this.#random = options.random ?? Math.random;
    this.#staleSinceMs = this.#timers.now();
  }

  stop(): void {
    this.#stopping.abort();
  }

  health(): ReflectorHealth {
    return {
      objects: this.#store.size,
      lastSyncMs: this.#lastSyncMs,
      staleSinceMs: this.#staleSinceMs,
      relists: Math.max(0, this.#lists - 1),
      watchErrors: this.#watchErrors,
      lastErrorCode: this.#lastErrorCode,
    };
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list();
        await this.#watch(this.#version);
      } catch (error) {
        if (!isAborted(signal)) await this.#recover(error);
      }
    }
    this.#staleSinceMs ??= this.#timers.now();
    this.#store.markSynced(false);
  }

  async #list(): Promise<string> {
    const { objects, version } = await this.#readAll(this.#options.pageSize ?? 500).catch(
      (error: unknown) => {
        // The continue token outlived the server's history: one list in one piece cannot expire half-way.
        if (kubeErrors.is(error, "KUBE_EXPIRED")) return this.#readAll(undefined);
        throw error;
      },
    );
    this.#stopping.signal.throwIfAborted();
    this.#store.replace(objects);
    this.#lists += 1;
    this.#lastSyncMs = this.#timers.now();
    this.#store.markSynced(true);
    return version;
  }

  async #readAll(limit: number | undefined): Promise<{ objects: readonly T[]; version: string }> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const objects: T[] = [];
    let token: string | undefined;
    for (;;) {
      const page = await this.#client.list(this.#resource, {
        namespace,
        labelSelector,
        fieldSelector,
        limit,
        continue: token,
        signal: this.#stopping.signal,
      });
      for (const item of page.items) objects.push(this.#trim(item));
      if (page.continue === undefined) return { objects, version: page.resourceVersion };
      token = page.continue;
    }
  }

  async #watch(version: string): Promise<void> {
    const opened = this.#timers.monotonic();
    let events = 0;
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const watch = this.#client.watch(this.#resource, {
      namespace,
      labelSelector,
      fieldSelector,
      resourceVersion: version,
      timeoutSeconds: Math.round(WATCH_SECONDS.min + WATCH_SECONDS.spread * this.#random()),
      idleMs: this.#options.idleMs ?? 150_000,
      signal: this.#stopping.signal,
      onOpen: () => (this.#staleSinceMs = undefined),
    });
    for await (const event of watch) {
      this.#take(event);
      events += 1;
      this.#progress();
    }
    if (events === 0 && this.#timers.monotonic() - opened < SHORT_WATCH_MS) {
      throw kubeErrors.make("KUBE_UNAVAILABLE", "the watch ended at once");
    }
    this.#progress();
  }

  #progress(): void {
    this.#failures = 0;
    this.#answeredFailures = 0;
    this.#expirations = 0;
    this.#lastErrorCode = undefined;
    this.#staleSinceMs = undefined;
    this.#lastSyncMs = this.#timers.now();
  }

  #take(event: WatchEvent<T>): void {
    if (event.type === "ERROR") return; // the client throws these
    const version = event.object.metadata.resourceVersion;
    if (version === undefined || version === "") {
      throw kubeErrors.make(
        "KUBE_ANSWER_INVALID",
        `a watch event of ${this.#resource.plural} has no version`,
      );
    }
    if (event.type === "BOOKMARK") {
      this.#bookmark(version);
      return;
    }
    if (event.object.metadata.name === undefined) {
      throw kubeErrors.make("KUBE_ANSWER_INVALID", `a watch event of ${this.#resource.plural} has no name`);
    }
    const object = this.#trim(event.object);
    if (event.type === "DELETED") this.#store.delete(keyOf(object), object);
    else this.#store.set(object);
    this.#version = version;
  }

  /** A bookmark from before our version: the server was restored from a backup, and its past is another one. */
  #bookmark(version: string): void {
    if (this.#version !== undefined && isOlder(version, this.#version)) {
      throw kubeErrors.make("KUBE_EXPIRED", `the server is at version ${version}, before ours`);
    }
    this.#version = version;
  }

  async #recover(error: unknown): Promise<void> {
    this.#failures += 1;
    this.#watchErrors += 1;
    this.#lastErrorCode = codeOf(error);
    this.#staleSinceMs ??= this.#timers.now();
    if (!kubeErrors.is(error, "KUBE_UNAVAILABLE") && !kubeErrors.is(error, "KUBE_TOO_MANY")) {
      this.#answeredFailures += 1;
    }
    const expired = kubeErrors.is(error, "KUBE_EXPIRED");
    if (expired) this.#expirations += 1;
    if (expired || this.#answeredFailures >= MAX_ANSWERED_FAILURES) {
      this.#version = undefined;
      this.#answeredFailures = 0;
    }
    const { baseMs, maxMs } = this.#options.backoff ?? { baseMs: 500, maxMs: 10_000 };
    const asked = retryAfterMsOf(error);
    const wait = Math.max(
      // After an outage history is often gone. The server is back then, and the wait grows only if that repeats.
      backoffMs(expired ? this.#expirations : this.#failures, baseMs, maxMs, this.#random),
      asked === undefined ? 0 : jittered(asked * 1.1, 0.1, this.#random),
    );
    const level = this.#failures >= 3 ? "warn" : "info";
    this.#logger[level](
      {
        resource: this.#resource.plural,
        code: this.#lastErrorCode,
        reason: messageOf(error),
        failures: this.#failures,
        waitMs: Math.round(wait),
        relist: this.#version === undefined,
      },
      "watch interrupted",
    );
    await pause(this.#timers, wait, this.#stopping.signal);
  }

  #trim(object: T): T {
    const trimmed = { ...object, metadata: without(object.metadata, ["managedFields"]) };
    return this.#options.transform?.(trimmed) ?? trimmed;
  }
}

/** Resource versions are decimal numbers that grow (since Kubernetes 1.35 by contract, before that in fact). */
export function isOlder(a: string, b: string): boolean {
  if (!/^\d{1,30}$/.test(a) || !/^\d{1,30}$/.test(b)) return false;
  return BigInt(a) < BigInt(b);
}
