// SPDX-License-Identifier: Apache-2.0
/** The controllers' ports over the embedded backend. */
import type { ImageFactsState, ReportPorts, RunningState } from "#controllers/report/index.ts";
import type { ScanPorts } from "#controllers/scan/index.ts";
import type { SchedulePorts } from "#controllers/schedule/index.ts";
import type { SourcePorts } from "#controllers/source/index.ts";
import { names } from "#controllers/stella-ops/index.ts";
import type { Health, StellaOpsPorts } from "#controllers/stella-ops/index.ts";
import { DISCOVERED } from "#controllers/workload/index.ts";
import type { Digest } from "#lib/digest.ts";
import { messageOf } from "#lib/errors.ts";
import { builtin, createApplier, keyOf } from "#lib/kube/index.ts";
import type { KubeObject, Resource } from "#lib/kube/index.ts";
import type { Queue } from "#lib/stores/ports.ts";
import { durationMs, resources } from "#crds/index.ts";
import { BY_DIGEST, BY_NAMESPACE_DIGEST } from "./caches.ts";
import type { Parts } from "./backend.ts";
import type { ControllerPorts } from "./manager/controllers.ts";
import { unreadSources } from "./evaluation/unread-sources.ts";
import { sourceStates } from "./source-freshness.ts";
import { version } from "./version.ts";

const DAY_MS = 24 * 60 * 60_000;

export function controllerPorts(parts: Parts): ControllerPorts {
  const { caches, clock, config } = parts;
  return {
    clock,
    caches,
    scan: scanPorts(parts),
    report: reportPorts(parts),
    source: sourcePorts(parts),
    schedule: schedulePorts(parts),
    stellaOps: stellaOpsPorts(parts),
    workload: { caches, clock, systemNamespace: config.namespace, retentionMs: () => retentionMs(parts) },
  };
}

function retentionMs({ caches }: Parts): number {
  const retention = caches.stellaOps.get(undefined, names.singleton)?.spec.reportRetention;
  return retention === undefined ? DAY_MS : durationMs(retention);
}

async function enqueue<Payload extends { readonly key: string }>(
  queue: Queue<Payload>,
  payload: Payload,
): Promise<void> {
  await queue.add(payload.key, payload);
}

function scanPorts({ clock, scanRecords, queues }: Parts): ScanPorts {
  return {
    clock,
    record: async (uid) => (await scanRecords.get(uid))?.body,
    jobState: (key) => queues.scan.state(key),
    enqueue: (job) => enqueue(queues.scan, job),
  };
}

function sourcePorts({ clock, config, importRecords, queues }: Parts): SourcePorts {
  return {
    clock,
    systemNamespace: config.namespace,
    record: async (uid) => (await importRecords.get(uid))?.body,
    jobState: (key) => queues.import.state(key),
    enqueue: async (job) => {
      await queues.import.add(job.key, job);
    },
  };
}

function schedulePorts({ clock, runs, queues }: Parts): SchedulePorts {
  return {
    clock,
    lastRun: async (uid) => (await runs.get(uid))?.body,
    jobState: (key) => queues.run.state(key),
    enqueue: (job) => enqueue(queues.run, job),
  };
}

function reportPorts(parts: Parts): ReportPorts {
  const { clock, client, images, verdicts, evaluator } = parts;
  return {
    clock,
    facts: (imageDigest) => factsOf(parts, imageDigest as Digest),
    running: (namespace, imageDigest) => runningOf(parts, namespace, imageDigest),
    evaluate: async ({ metadata, spec }) => {
      const image = await images.find(spec.imageDigest);
      if (image === undefined) throw new Error(`${spec.imageDigest} was scanned and is not in the catalog`);
      const { imageDigest, imageRef, repository } = spec;
      const namespace = metadata.namespace ?? "";
      const made = await verdicts.forReport({ namespace, imageDigest, image: imageRef, repository }, image);
      const { summary, omissions, evaluatedAt, validUntil } = made;
      return { summary, omissions, evaluatedAt, ...(validUntil === undefined ? {} : { validUntil }) };
    },
    retentionMs: () => retentionMs(parts),
    remove: async ({ metadata, spec }) => {
      const { namespace = "", name, uid } = metadata;
      await client.delete(resources.reports, { namespace, name }, { preconditions: { uid } });
      await evaluator.forget(namespace, spec.imageDigest);
    },
  };
}

async function factsOf(parts: Parts, digest: Digest): Promise<ImageFactsState> {
  const { caches, config, images, importRecords } = parts;
  if ((await images.find(digest)) !== undefined) {
    const unread = await unreadSources(caches, config.namespace, importRecords);
    if (unread.length === 0) return { state: "scanned" };
    const message = `not read yet: ${unread.slice(0, 10).join(", ")}`;
    return { state: "pending", reason: "WaitingForFeeds", message };
  }
  const scans = caches.scans.byIndex(BY_DIGEST, digest);
  const scan = scans.find(({ metadata }) => metadata.namespace === config.namespace) ?? scans[0];
  const ready = scan?.status?.conditions?.find(({ type }) => type === "Ready");
  if (scan?.status?.phase === "Failed" && ready !== undefined) {
    return { state: "failed", reason: ready.reason, message: `scan ${keyOf(scan)}: ${ready.message}` };
  }
  return {
    state: "pending",
    reason: "WaitingForScan",
    message: scan === undefined ? "no Scan yet" : `scan ${keyOf(scan)} is under way`,
  };
}

function runningOf({ caches }: Parts, namespace: string, digest: string): RunningState {
  const pods = caches.pods.byIndex(BY_NAMESPACE_DIGEST, `${namespace}/${digest}`);
  const owners = new Map(pods.map(({ facts }) => [`${facts.owner.kind}/${facts.owner.name}`, facts.owner]));
  const discovery = caches.stellaOps.get(undefined, names.singleton)?.spec.discovery;
  const report = caches.reports
    .byIndex(BY_DIGEST, digest)
    .find((one) => one.metadata.namespace === namespace);
  return {
    owners: [...owners.keys()].sort().flatMap((key) => owners.get(key) ?? []),
    reliable: caches.pods.hasSynced() && discovery?.enabled === true && isDiscovered(report),
  };
}

/** A Report made by hand is left alone. */
const isDiscovered = (report: KubeObject | undefined): boolean =>
  Object.entries(DISCOVERED).every(([key, value]) => report?.metadata.labels?.[key] === value);

function stellaOpsPorts(parts: Parts): StellaOpsPorts {
  const { caches, certificates, clock, client, config, stores, queues } = parts;
  const applier = createApplier({ client, fieldManager: "stellaops-stellaops" });
  return {
    clock,
    namespace: config.namespace,
    version,
    image: parts.image,
    ensure: async (object) => {
      const resource = resourceOf(object);
      const { namespace, name = "" } = object.metadata;
      const cached = await client.find(resource, { namespace, name });
      await applier.applyIfChanged(resource, object, cached);
    },
    exists: async (object) => {
      const { namespace, name = "" } = object.metadata;
      return (await client.find(resourceOf(object), { namespace, name })) !== undefined;
    },
    remove: async (object) => {
      const { namespace, name = "" } = object.metadata;
      await client.delete(resourceOf(object), { namespace, name });
    },
    certificates: async () => {
      const { certificates: made, renewAt } = await certificates.ensure();
      return { bundle: made.bundle, renewAt };
    },
    webhookReplicas: () => {
      const status = caches.deployments.get(config.namespace, names.webhook)?.status;
      return status === undefined
        ? undefined
        : { ready: status.readyReplicas ?? 0, updated: status.updatedReplicas ?? 0 };
    },
    stores: async () => ({
      catalog: await healthOf(() => stores.catalog.ping()),
      objects: await healthOf(() => stores.objects.ping()),
      queue: await healthOf(() => queues.scan.ping()),
    }),
    feeds: () => sourceStates(caches, config.namespace),
    unsoundPolicies: () =>
      caches.scanPolicies
        .list()
        .filter(({ status }) =>
          status?.conditions?.some((one) => one.type === "Stalled" && one.status === "True"),
        )
        .map(keyOf)
        .sort(),
    counts: () => countsOf(parts),
    withoutDigest: () => [...imagesWithoutDigest(parts)].sort().slice(0, 10),
  };
}

async function healthOf(ping: () => Promise<void>): Promise<Health> {
  try {
    await ping();
    return { ok: true, message: "" };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
}

async function countsOf({
  caches,
  queues,
  metrics,
}: Parts): Promise<Awaited<ReturnType<StellaOpsPorts["counts"]>>> {
  const verdicts = { pass: 0, warn: 0, fail: 0 };
  for (const { status } of caches.reports.list())
    if (status?.verdict !== undefined) verdicts[status.verdict]++;
  const images = new Set(caches.pods.list().flatMap(({ facts }) => facts.images.map(({ digest }) => digest)));
  let queueDepth = 0;
  for (const [queue, stats] of [
    ["scan", await queues.scan.stats()],
    ["import", await queues.import.stats()],
    ["run", await queues.run.stats()],
  ] as const) {
    queueDepth += stats.waiting + stats.running;
    for (const state of ["waiting", "running", "dead"] as const) {
      metrics.own.queueJobs.set(stats[state], { queue, state });
    }
  }
  return { images: images.size, scans: caches.scans.size, reports: verdicts, queueDepth };
}

function imagesWithoutDigest({ caches, config, metrics }: Parts): ReadonlySet<string> {
  const own = new Set([config.namespace, "kube-system"]);
  const images = new Set(
    caches.pods
      .list()
      .filter(({ facts }) => !own.has(facts.namespace))
      .flatMap(({ facts }) => facts.withoutDigest),
  );
  metrics.own.imagesWithoutDigest.set(images.size);
  return images;
}

const RESOURCES: Readonly<Record<string, Resource>> = {
  Deployment: builtin.deployments,
  Service: builtin.services,
  ConfigMap: builtin.configMaps,
  ValidatingWebhookConfiguration: builtin.validatingWebhookConfigurations,
  PodDisruptionBudget: {
    group: "policy",
    version: "v1",
    plural: "poddisruptionbudgets",
    kind: "PodDisruptionBudget",
    namespaced: true,
  },
};

function resourceOf(object: KubeObject): Resource {
  const resource = RESOURCES[object.kind ?? ""];
  if (resource === undefined) throw new Error(`no managed piece is a ${object.kind ?? "nothing"}`);
  return resource;
}
