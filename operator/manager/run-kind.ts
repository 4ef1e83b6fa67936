// SPDX-License-Identifier: Apache-2.0
/** One controller of one kind: store to reconcile to status, the same way for every kind. */
import { createApplier, createEventRecorder, runController, source } from "#lib/kube/index.ts";
import type {
  Controller,
  KubeClient,
  KubeLogger,
  KubeObject,
  ReconcileFact,
  Source,
  WatchedStore,
} from "#lib/kube/index.ts";
import { keyOf } from "#lib/kube/index.ts";
import type { Outcome } from "#controllers/outcome.ts";

/** What every kind of ours has in its status. */
interface CommonStatus {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

export interface KindOptions<
  T extends KubeObject & { readonly status?: Status },
  Status extends CommonStatus,
> {
  /** `scan`: the controller's name; its field manager is `stellaops-scan`. */
  readonly name: string;
  readonly store: WatchedStore<T>;
  /** Further stores whose changes concern objects of this kind, by key. */
  readonly sources?: readonly Source[];
  readonly reconcile: (object: T) => Promise<Outcome<Status> | undefined>;
  readonly workers?: number;
}

export interface Manager {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  /** This process, e.g. the Pod's name. */
  readonly instance: string;
  readonly onReconcile: (fact: ReconcileFact) => void;
}

/** Starts the controller. A change of Ready is an Event on the object. */
export function runKind<T extends KubeObject & { readonly status?: Status }, Status extends CommonStatus>(
  manager: Manager,
  options: KindOptions<T, Status>,
): Controller {
  const { client, logger } = manager;
  const applier = createApplier({ client, fieldManager: `stellaops-${options.name}` });
  const events = createEventRecorder({
    client,
    controller: `stella-ops.org/${options.name}`,
    instance: manager.instance,
    logger,
  });
  return runController({
    name: options.name,
    logger,
    workers: options.workers ?? 2,
    onReconcile: manager.onReconcile,
    sources: [source(options.store, (object) => [keyOf(object)]), ...(options.sources ?? [])],
    reconcile: async (key) => {
      const object = options.store.byKey(key);
      if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined;
      const outcome = await options.reconcile(object);
      if (outcome === undefined) return undefined;
      const resource = options.store.resource;
      const { sent } = await applier.applyStatus(resource, object, outcome.status);
      if (sent) announce(events, object, outcome.status);
      return outcome.next === "recheck" ? { requeueAfterMs: outcome.afterMs } : {};
    },
  });
}

function announce<T extends KubeObject & { readonly status?: CommonStatus }>(
  events: ReturnType<typeof createEventRecorder>,
  object: T,
  status: CommonStatus,
): void {
  const ready = (from: CommonStatus | undefined) => from?.conditions?.find(({ type }) => type === "Ready");
  const before = ready(object.status);
  const after = ready(status);
  if (after === undefined || (before?.status === after.status && before.reason === after.reason)) return;
  events.record({
    regarding: object,
    type: after.status === "True" || status.conditions?.some(isWorking) === true ? "Normal" : "Warning",
    reason: after.reason,
    action: "Reconcile",
    note: after.message === "" ? after.reason : after.message,
  });
}

const isWorking = (condition: {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}): boolean =>
  condition.type === "Reconciling" && condition.status === "True" && PROGRESS.has(condition.reason);

/** Reasons of work that goes its way; any other reason of Reconciling is a failure that is tried again. */
const PROGRESS = new Set(["Queued", "Scanning", "Importing", "WaitingForScan", "WaitingForFeeds"]);
