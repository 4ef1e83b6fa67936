// SPDX-License-Identifier: Apache-2.0
/** The job workers: scan, import and run queues, each with its own concurrency. */
import { jobOf } from "#controllers/scan/index.ts";
import { scanImage } from "#engines/scanner/index.ts";
import { allDocuments } from "#lib/stores/all-documents.ts";
import type { FragmentCache } from "#engines/scanner/index.ts";
import { trimFolder } from "#engines/scanner/adapters/trim-folder.ts";
import { durationMs } from "#crds/index.ts";
import type { Schedule } from "#crds/index.ts";
import type { KnownImage } from "#engines/scheduling/index.ts";

import { digestOf, hexOf } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { codeOf, messageOf } from "#lib/errors.ts";
import { keyOf } from "#lib/kube/index.ts";
import { objectErrors } from "#lib/stores/errors.ts";
import type { ObjectStore } from "#lib/stores/ports.ts";
import { BY_DIGEST } from "./caches.ts";
import type { Parts } from "./backend.ts";
import { attachedSboms } from "./jobs/attached-sboms.ts";
import { attachedVexOf } from "./jobs/attached-vex.ts";
import { vexTrust } from "./evaluation/vex-trust.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { openFeed } from "./jobs/feed-places.ts";
import type { FeedPlacePorts } from "./jobs/feed-places.ts";
import { importThread } from "./jobs/import-thread.ts";
import { rebuildSnapshot, runImportJob } from "./jobs/import.ts";
import type { ImportJobPorts } from "./jobs/import.ts";
import { objectsOf } from "./jobs/kept-import.ts";
import { runScheduleJob } from "./jobs/run.ts";
import type { RunJobPorts } from "./jobs/run.ts";
import { scanDocuments } from "./jobs/scan-documents.ts";
import { analyzerKey, runScanJob } from "./jobs/scan.ts";
import type { ScanJobPorts } from "./jobs/scan.ts";
import { sweepStores } from "./jobs/sweep.ts";
import type { Controllers } from "./manager/controllers.ts";
import { downloadsIn, fileFactsIn } from "./stores.ts";
import { version } from "./version.ts";

export interface Workers {
  stop(): Promise<void>;
}

const DEFAULT_SCAN_TIMEOUT_MS = 10 * 60_000;

/** Parse results of single files, e.g. of jars: some ten thousand. */
const MAX_FILE_FACTS_BYTES = 512 * 1024 * 1024;
const SWEEP_EVERY_MS = 3_600_000;
/** Longest wait for running jobs at the end; what is not done then runs again after the next start. */
const GRACE_MS = 3_000;
const MAX_FRAGMENT_BYTES = 256 * 1024 * 1024;
/** Left by other versions of the analyzers. */
const MAX_FRAGMENTS_OF_LAYER = 50;

export function startWorkers(parts: Parts, controllers: Controllers): Workers {
  const { queues, logger } = parts;
  const uidOf = (id: string): string => id.slice(0, id.indexOf(":"));
  const scanPorts = scanJobPorts(parts);
  const running = [
    queues.scan.work(
      scansAtATime(parts),
      async (job, signal) => {
        const record = await runScanJob(job.payload, signal, scanPorts);
        observeScan(parts, record);
        logger.info(factsOf(job.payload.imageReference, record.result), "image scanned");
      },
      ({ id }) => controllers.scanSettled(uidOf(id)),
    ),
    queues.import.work(
      1,
      async (job, signal) => {
        const ports = importJobPorts(parts);
        if ("sweep" in job.payload) return sweepAll(parts, ports, signal);
        const record = await runImportJob(job.payload, ports, signal);
        logger.info(
          { source: job.payload.name, records: record.good?.records ?? 0, code: record.error?.code },
          "feed imported",
        );
      },
      () => {
        for (const [store, controller] of [
          [parts.caches.advisorySources, controllers.advisorySource],
          [parts.caches.vexSources, controllers.vexSource],
        ] as const) {
          for (const source of store.list()) controller.queue.add(keyOf(source));
        }
        // Its record is there only now: a Report that was looked at when the snapshot came still waits for it.
        controllers.knowledgeChanged();
      },
    ),
    queues.run.work(
      1,
      (job, signal) => runScheduleJob(job.payload, signal, runJobPorts(parts, scanPorts, controllers)),
      () => {
        for (const schedule of parts.caches.schedules.list()) controllers.schedule.queue.add(keyOf(schedule));
      },
    ),
  ];
  const sweep = (): void => {
    // A job that runs already has listed the sources; who is gone since then is a new question.
    const alive = digestOf(canonicalJson([...aliveSources(parts)].sort()));
    queues.import.add(`sweep-${hexOf(alive).slice(0, 16)}`, { sweep: true }).catch((error: unknown) => {
      logger.error({ err: error }, "sweep of feeds not queued");
    });
  };
  const unsubscribe = [
    parts.knowledge.onChange(() => controllers.knowledgeChanged()),
    onTrustChange(parts, () => controllers.knowledgeChanged()),
    ...[parts.caches.advisorySources, parts.caches.vexSources].map((store) =>
      store.onChange((change) => {
        if (change.type === "deleted") sweep();
      }),
    ),
  ];
  sweep();
  const hourly = setInterval(sweep, SWEEP_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(hourly);
      for (const end of unsubscribe) end();
      await Promise.all(running.map((worker) => worker.stop(GRACE_MS)));
    },
  };
}

/** Sources change with every import; what they weigh, and whose attached documents are heard, seldom does. */
function onTrustChange({ caches, knowledge }: Parts, changed: () => void): () => void {
  const current = (): string =>
    canonicalJson([
      vexTrust(caches, knowledge.vex().snapshot),
      caches.stellaOps.get(undefined, "stellaops")?.spec.scan.attachedVex ?? null,
    ]);
  let before = current();
  const look = (): void => {
    const now = current();
    if (now === before) return;
    before = now;
    changed();
  };
  const ends = [caches.vexSources.onChange(look), caches.stellaOps.onChange(look)];
  return () => {
    for (const end of ends) end();
  };
}

const scansAtATime = ({ caches, config }: Parts): number =>
  caches.stellaOps.get(undefined, "stellaops")?.spec.scan.maxParallel ?? config.scanWorkers;

function scanTimeoutMs({ caches }: Parts): number {
  const timeout = caches.stellaOps.get(undefined, "stellaops")?.spec.scan.timeout;
  return timeout === undefined ? DEFAULT_SCAN_TIMEOUT_MS : durationMs(timeout);
}

function scanJobPorts(parts: Parts): ScanJobPorts {
  const { stores, layerWorkers, registries } = parts;
  const fragmentCache = fragmentsIn(stores.objects);
  return {
    clock: parts.clock,
    objects: stores.objects,
    images: parts.images,
    records: parts.scanRecords,
    defaultPlatform: { os: "linux", architecture: process.arch === "x64" ? "amd64" : process.arch },
    analyzers: analyzerKey,
    timeoutMs: () => scanTimeoutMs(parts),
    openSource: (job) => registries.open(job.imageReference, job.namespace, job.pullSecrets),
    scan: (source, platform, options) =>
      scanImage(source, platform, { fragmentCache, layerWorkers }, options),
    ...attachedSboms(parts),
    attachedVex: attachedVexOf(parts),
    documents: (scanned, imageName) => scanDocuments(scanned, imageName, version),
  };
}

/** Fragments as objects: `layers/<key>/fragment.json`. A damaged one is made again. */
function fragmentsIn(objects: ObjectStore): FragmentCache {
  const keyOfFragment = (key: string): string => `layers/${key}`;
  return {
    get: async (key) => {
      try {
        return await objects.read(keyOfFragment(key), MAX_FRAGMENT_BYTES);
      } catch (error) {
        if (objectErrors.is(error)) return undefined;
        throw error;
      }
    },
    put: async (key, bytes) => {
      await objects.put(keyOfFragment(key), bytes);
    },
    keysOf: async (layer) => {
      const found = await objects.list(keyOfFragment(`${layer}-`), { limit: MAX_FRAGMENTS_OF_LAYER });
      return found.map(({ key }) => key.slice(keyOfFragment("").length));
    },
  };
}

function importJobPorts(parts: Parts): ImportJobPorts {
  const { caches, client, config, registries } = parts;
  const places: FeedPlacePorts = {
    client,
    roots: config.feedRoots,
    downloads: downloadsIn(config.dataDir),
    proxy: parts.proxy,
    version,
    registrySettings: ({ metadata, spec }) =>
      registries.settings(
        config.namespace,
        spec.oci?.secretRef === undefined
          ? []
          : [{ namespace: metadata.namespace ?? "", name: spec.oci.secretRef.name }],
      ),
  };
  return {
    clock: parts.clock,
    objects: parts.stores.objects,
    feeds: parts.feeds,
    images: parts.images,
    indexes: parts.indexes,
    onUnknown: (error) =>
      parts.logger.warn({ err: error }, "not known whom new knowledge concerns; every report is judged anew"),
    records: parts.importRecords,
    knowledge: parts.knowledge,
    startWork: (signal) => importThread(signal === undefined ? {} : { signal }),
    source: ({ kind, uid, namespace, name }) => {
      const store = kind === "AdvisorySource" ? caches.advisorySources : caches.vexSources;
      const found = store.get(namespace, name);
      return found?.metadata.uid === uid ? found : undefined;
    },
    open: (source, before, signal) => openFeed(source, places, before, signal),
  };
}

async function sweepAll(parts: Parts, ports: ImportJobPorts, signal: AbortSignal): Promise<void> {
  await sweepFeeds(parts, ports, signal);
  const { caches, queues, logger } = parts;
  const scans = caches.scans.list();
  await trimFolder(fileFactsIn(parts.config.dataDir), MAX_FILE_FACTS_BYTES);
  const swept = await sweepStores(
    {
      images: parts.images,
      records: parts.scanRecords,
      evaluations: parts.evaluator.evaluations,
      objects: parts.stores.objects,
      scanUids: new Set(scans.map(({ metadata }) => metadata.uid ?? "")),
      imageDigests: new Set(scans.flatMap(({ status }) => status?.imageDigest ?? [])),
      isScanning: async () => {
        const { waiting, running } = await queues.scan.stats();
        return waiting + running > 0;
      },
    },
    signal,
  );
  if (Object.values(swept).some((count) => count > 0)) logger.info({ swept }, "stores swept");
}

const aliveSources = ({ caches }: Parts): ReadonlySet<string> =>
  new Set(
    [...caches.advisorySources.list(), ...caches.vexSources.list()].map(({ metadata }) => metadata.uid ?? ""),
  );

/** Exports of sources that are gone leave the snapshots. */
async function sweepFeeds(parts: Parts, ports: ImportJobPorts, signal: AbortSignal): Promise<void> {
  const { feeds, stores } = parts;
  const alive = aliveSources(parts);
  for await (const { id, body } of allDocuments(feeds)) {
    if (alive.has(id)) continue;
    // First without it: what can't be rebuilt is tried again with the next sweep, which finds it by its record.
    await rebuildSnapshot(body.kind, ports, signal, id);
    await feeds.delete(id);
    await parts.importRecords.delete(id);
    for (const key of objectsOf(body)) await stores.objects.delete(key);
  }
}

function runJobPorts(parts: Parts, scanPorts: ScanJobPorts, controllers: Controllers): RunJobPorts {
  const { caches, config, evaluator, images, verdicts, logger } = parts;
  const reach = (schedule: Schedule) =>
    caches.reports
      .list()
      .filter(
        ({ metadata }) =>
          schedule.metadata.namespace === config.namespace ||
          metadata.namespace === schedule.metadata.namespace,
      );
  return {
    clock: parts.clock,
    runs: parts.runs,
    plans: parts.plans,
    schedule: ({ namespace, name, uid }) => {
      const found = caches.schedules.get(namespace, name);
      return found?.metadata.uid === uid ? found : undefined;
    },
    images: async (schedule) => {
      const known = new Map<string, KnownImage>();
      for (const { metadata, spec } of reach(schedule)) {
        const { namespace = "" } = metadata;
        const digest = spec.imageDigest as ImageDigest;
        const at = await evaluator.lastEvaluated(namespace, digest);
        const before = known.get(digest);
        const pods = caches.pods
          .byIndex(BY_DIGEST, digest)
          .filter((pod) => pod.facts.namespace === namespace);
        known.set(digest, {
          digest,
          namespaces: [...(before?.namespaces ?? []), namespace],
          repositories: [...new Set([...(before?.repositories ?? []), spec.repository])],
          labels: Object.assign({}, before?.labels, ...pods.map((pod) => pod.facts.labels)) as Record<
            string,
            string
          >,
          ...(at === undefined ? {} : { lastReportAt: Math.min(at, before?.lastReportAt ?? at) }),
        });
      }
      return [...known.values()];
    },
    reevaluate: async (schedule, digest) => {
      const image = await images.find(digest);
      if (image === undefined) throw new Error(`${digest} was not scanned`);
      for (const report of reach(schedule).filter(({ spec }) => spec.imageDigest === digest)) {
        const { imageDigest, imageRef, repository } = report.spec;
        const asked = {
          namespace: report.metadata.namespace ?? "",
          imageDigest,
          image: imageRef,
          repository,
        };
        await verdicts.forReport(asked, image, true);
        controllers.report.queue.add(keyOf(report));
      }
    },
    rescan: async (_schedule, digest, signal) => {
      const all = caches.scans.byIndex(BY_DIGEST, digest);
      const ours = all.filter(({ metadata }) => metadata.namespace === config.namespace);
      if (all.length === 0) throw new Error(`there is no Scan of ${digest}`);
      // A Scan that somebody made with credentials of his own does not decide whether the image can be read.
      for (const scan of ours.length > 0 ? ours : all) {
        const job = { ...jobOf(scan), force: true };
        const { result } = await runScanJob(job, signal, scanPorts);
        controllers.scanSettled(scan.metadata.uid ?? "");
        if (!result.ok) throw new Error(result.message);
      }
    },
    failed: (digest, error) =>
      logger.warn(
        { imageDigest: digest, code: codeOf(error), reason: messageOf(error) },
        "image of a run failed",
      ),
  };
}

function observeScan({ metrics }: Parts, record: Awaited<ReturnType<typeof runScanJob>>): void {
  const { result, startedAt, finishedAt } = record;
  metrics.own.scanSeconds.observe((finishedAt - startedAt) / 1000, {
    result: result.ok ? "succeeded" : "failed",
  });
  if (!result.ok) return;
  metrics.own.scanLayers.add(result.layers.cached, { source: "cached" });
  metrics.own.scanLayers.add(result.layers.analyzed, { source: "analyzed" });
}

function factsOf(
  image: string,
  result: Awaited<ReturnType<typeof runScanJob>>["result"],
): Readonly<Record<string, unknown>> {
  return result.ok
    ? { image, imageDigest: result.imageDigest, layers: result.layers, components: result.components }
    : { image, code: result.code, reason: result.message };
}
