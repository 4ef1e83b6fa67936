// SPDX-License-Identifier: Apache-2.0
/** The embedded profile's backend: what controllers, routes and workers share, built from the stores. */
import type { ScanJob, ScanRecord } from "#controllers/scan/index.ts";
import type { ImportJob, ImportRecord } from "#controllers/source/index.ts";
import type { RunJob, RunRecord } from "#controllers/schedule/index.ts";
import { systemClock } from "#lib/clock.ts";
import { messageOf } from "#lib/errors.ts";
import type { ProxySettings } from "#lib/http/proxy.ts";
import type { KubeClient } from "#lib/kube/index.ts";
import type { Logger } from "#lib/log.ts";
import { fileFactsIn } from "./stores.ts";
import { layerWorkerPool } from "#engines/scanner/adapters/layer-workers.ts";
import type { LayerWorkerPool } from "#engines/scanner/adapters/layer-workers.ts";
import type { RoutePorts } from "./api/routes.ts";
import type { Caches } from "./caches.ts";
import type { CertificateStore } from "./certificates.ts";
import type { OperatorConfig } from "./config.ts";
import { controllerPorts } from "./controller-ports.ts";
import { heardAttachedVex } from "./evaluation/attached-vex.ts";
import { Evaluator } from "./evaluation/evaluator.ts";
import { imageCatalog } from "./evaluation/images.ts";
import type { ImageCatalog } from "./evaluation/images.ts";
import { openKnowledge } from "./evaluation/knowledge.ts";
import type { Knowledge, Recompile } from "./evaluation/knowledge.ts";
import { tellDelta } from "./evaluation/tell-delta.ts";
import { unreadSources } from "./evaluation/unread-sources.ts";
import { vexTrust } from "./evaluation/vex-trust.ts";
import { Verdicts } from "./evaluation/verdicts.ts";
import { forgetFeeds } from "./jobs/damaged-feeds.ts";
import { isDamaged } from "./jobs/kept-import.ts";
import { importThread } from "./jobs/import-thread.ts";
import { compileFeeds } from "./jobs/import.ts";
import type { FeedDocumentRecord } from "./jobs/import.ts";
import type { IndexName } from "./jobs/impact.ts";
import type { RunPlan } from "./jobs/run.ts";
import type { ControllerPorts, Controllers } from "./manager/controllers.ts";
import type { OperatorMetrics } from "./metrics.ts";
import { createScan, registryAccess } from "./registries/registry-access.ts";
import type { RegistryAccess } from "./registries/registry-access.ts";
import type { Stores } from "./stores.ts";
import { measureSources } from "./source-freshness.ts";
import { startWorkers } from "./workers.ts";
import type { Workers } from "./workers.ts";

export interface BackendOptions {
  readonly config: OperatorConfig;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly metrics: OperatorMetrics;
  readonly stores: Stores;
  readonly caches: Caches;
  readonly certificates: CertificateStore;
  /** Of the managed pieces. */
  readonly image: string;
  /** Through which registries and feeds on the web are reached. */
  readonly proxy: ProxySettings;
}

/** Everything that jobs, controllers and routes are built from. */
export interface Parts extends BackendOptions {
  readonly clock: typeof systemClock;
  readonly scanRecords: ReturnType<typeof collections>["scanRecords"];
  readonly importRecords: ReturnType<typeof collections>["importRecords"];
  readonly feeds: ReturnType<typeof collections>["feeds"];
  readonly runs: ReturnType<typeof collections>["runs"];
  readonly plans: ReturnType<typeof collections>["plans"];
  readonly indexes: ReturnType<typeof collections>["indexes"];
  readonly queues: ReturnType<typeof queuesOf>;
  readonly images: ImageCatalog;
  readonly knowledge: Knowledge;
  readonly evaluator: Evaluator;
  readonly verdicts: Verdicts;
  readonly layerWorkers: LayerWorkerPool;
  readonly registries: RegistryAccess;
}

export interface Backend {
  readonly controllerPorts: ControllerPorts;
  readonly routePorts: RoutePorts;
  /** Starts job workers; what they finish goes to the controllers. */
  startWorkers(controllers: Controllers): Workers;
  close(): Promise<void>;
}

export async function createBackend(options: BackendOptions): Promise<Backend> {
  const { stores, caches, client, config } = options;
  const images = imageCatalog(stores.catalog);
  const kept = collections(stores);
  const knowledge = await openKnowledge(stores.catalog, stores.objects, recompiled(options, kept));
  const registries = registryAccess(client, caches, config.namespace, options.proxy);
  const evaluator = new Evaluator({
    clock: systemClock,
    catalog: stores.catalog,
    objects: stores.objects,
    knowledge,
    vexTrust: () => vexTrust(caches, knowledge.vex().snapshot),
    attachedVex: (image, repository) => heardAttachedVex(caches, image, repository),
    observed: (seconds) => options.metrics.own.evaluationSeconds.observe(seconds),
    onDelta: tellDelta(options, images),
  });
  measureSources(caches, config.namespace, options.metrics);
  const verdicts = new Verdicts({
    clock: systemClock,
    systemNamespace: config.namespace,
    caches,
    images,
    evaluator,
    resolve: registries.resolveDigest,
    unreadSources: () => unreadSources(caches, config.namespace, kept.importRecords),
    requestScan: async (repository, digest) => {
      await createScan(client, caches, config.namespace, { imageRef: repository, digest, discovered: true });
    },
  });
  const parts: Parts = {
    ...options,
    ...kept,
    queues: queuesOf(stores),
    clock: systemClock,
    images,
    knowledge,
    evaluator,
    verdicts,
    layerWorkers: layerWorkerPool({ size: config.scanWorkers, fileFacts: fileFactsIn(config.dataDir) }),
    registries,
  };
  return {
    controllerPorts: controllerPorts(parts),
    routePorts: {
      caches,
      images,
      objects: stores.objects,
      verdicts,
      createScan: (request) => createScan(client, caches, request.namespace, request),
    },
    startWorkers: (controllers) => startWorkers(parts, controllers),
    close: () => parts.layerWorkers.close(),
  };
}

/** @returns undefined where it can't be: all feeds are then read anew, and no verdict is given before */
function recompiled(
  { stores: { objects }, logger }: BackendOptions,
  { feeds, importRecords: records }: ReturnType<typeof collections>,
): Recompile {
  return async (kind, reason) => {
    logger.warn({ kind, reason: messageOf(reason) }, "snapshot unreadable, made anew from what was imported");
    try {
      return await compileFeeds(kind, { feeds, objects, startWork: () => importThread({}) });
    } catch (error) {
      if (!isDamaged(error)) throw error;
      logger.warn({ kind, reason: messageOf(error) }, "what was imported is unreadable too, fetched anew");
      await forgetFeeds(kind === "vex" ? "VexSource" : "AdvisorySource", { feeds, records, objects });
      return undefined;
    }
  };
}

function collections({ catalog }: Stores) {
  return {
    scanRecords: catalog.collection<ScanRecord>("scan-records"),
    importRecords: catalog.collection<ImportRecord>("import-records"),
    feeds: catalog.collection<FeedDocumentRecord>("feeds", ["kind"]),
    runs: catalog.collection<RunRecord>("runs"),
    plans: catalog.collection<RunPlan>("run-plans"),
    indexes: catalog.collection<IndexName>("indexes"),
  };
}

function queuesOf({ queues }: Stores) {
  return {
    scan: queues.queue<ScanJob>("scan"),
    import: queues.queue<ImportJob | { readonly sweep: true }>("import"),
    run: queues.queue<RunJob>("run"),
  };
}
