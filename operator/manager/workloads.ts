// SPDX-License-Identifier: Apache-2.0
/** The discovery controller: one key a digest; makes and removes the Scan and the Reports of what runs. */
import { createApplier, runController, source } from "#lib/kube/index.ts";
import type { Controller, KubeObject, Resource } from "#lib/kube/index.ts";
import { matchGlob } from "#lib/glob.ts";
import type { Clock } from "#lib/clock.ts";
import { API_VERSION, resources } from "#crds/index.ts";
import type { Report, Scan, StellaOps } from "#crds/index.ts";
import { DISCOVERED, desiredFor } from "#controllers/workload/index.ts";
import type { DesiredReport, DesiredScan, PodFacts } from "#controllers/workload/index.ts";
import { BY_DIGEST } from "../caches.ts";
import type { Caches, PodObject } from "../caches.ts";
import { isSpecChanged } from "./changes.ts";
import type { Manager } from "./run-kind.ts";

/** A Scan that was asked for at admission has this long to be met by its Pod. */
const MIN_AGE_MS = 60_000;

type Discovery = StellaOps["spec"]["discovery"];

const scans = resources.scans as Resource<Scan>;
const reports = resources.reports as Resource<Report>;

export interface WorkloadOptions {
  readonly caches: Caches;
  readonly clock: Clock;
  readonly systemNamespace: string;
  /** Milliseconds that a Scan outlives the last Pod and Report with its image. */
  readonly retentionMs: () => number;
}

export function runWorkloads(manager: Manager, options: WorkloadOptions): Controller {
  const { caches, systemNamespace } = options;
  const applier = createApplier({ client: manager.client, fieldManager: "stellaops-workload" });

  const ensure = async <T extends KubeObject>(
    resource: Resource<T>,
    intent: KubeObject,
    cached: T | undefined,
  ) => {
    await applier.applyIfChanged(resource, intent, cached);
  };

  return runController({
    name: "workload",
    logger: manager.logger,
    workers: 4,
    onReconcile: manager.onReconcile,
    sources: [
      source(caches.pods, digestsOfPod),
      source(caches.scans, (scan) => (scan.spec.digest === undefined ? [] : [scan.spec.digest])),
      source(caches.reports, (report) => [report.spec.imageDigest]),
      // A change of the settings concerns every digest.
      source(caches.stellaOps, (object, old, type) =>
        isSpecChanged(object, old, type)
          ? [...new Set(caches.pods.list().flatMap((pod) => digestsOfPod(pod)))]
          : [],
      ),
    ],
    reconcile: async (digest) => {
      const discovery = caches.stellaOps.get(undefined, "stellaops")?.spec.discovery;
      const pods = caches.pods
        .byIndex(BY_DIGEST, digest)
        .map((pod) => pod.facts)
        .filter((facts) => isDiscovered(facts, digest, discovery));
      const desired = desiredFor(digest, pods);
      const existing = caches.scans
        .byIndex(BY_DIGEST, digest)
        .find((scan) => scan.metadata.namespace === systemNamespace && scan.spec.digest === digest);
      if (desired.scan !== undefined) {
        await ensure(scans, scanObject(desired.scan, systemNamespace, existing), existing);
      } else if (existing !== undefined && isOurs(existing)) {
        return { requeueAfterMs: await removeUnused(existing, digest) };
      }
      for (const wanted of desired.reports) {
        const report = caches.reports
          .byIndex(BY_DIGEST, digest)
          .find((one) => one.metadata.namespace === wanted.namespace);
        await ensure(reports, reportObject(wanted, report), report);
      }
      return {};
    },
  });

  /**
   * A Scan goes once it is done and no Report needs it; Reports go after their retention by their own controller.
   * @returns when to look again
   */
  async function removeUnused(scan: Scan, digest: string): Promise<number | undefined> {
    if (caches.reports.byIndex(BY_DIGEST, digest).length > 0) return undefined;
    const { namespace, name, uid } = scan.metadata;
    const age = options.clock.now() - Date.parse(scan.metadata.creationTimestamp ?? "");
    const isDone = scan.status?.phase === "Succeeded" || scan.status?.phase === "Failed";
    if (!isDone || age < Math.min(options.retentionMs(), MIN_AGE_MS)) return MIN_AGE_MS;
    await manager.client.delete(scans, { namespace, name }, { preconditions: { uid } });
    return undefined;
  }
}

const digestsOfPod = (pod: PodObject): readonly string[] => pod.facts.images.map((image) => image.digest);

function isDiscovered(facts: PodFacts, digest: string, discovery: Discovery | undefined): boolean {
  if (discovery === undefined || !discovery.enabled) return false;
  if (discovery.excludeNamespaces.some((pattern) => matchGlob(pattern, facts.namespace))) return false;
  const images = facts.images.filter((image) => image.digest === digest);
  return !images.every((image) =>
    discovery.excludeImages.some(
      (pattern) => matchGlob(pattern, image.image) || matchGlob(pattern, image.repository),
    ),
  );
}

const isOurs = (object: KubeObject): boolean =>
  Object.entries(DISCOVERED).every(([key, value]) => object.metadata.labels?.[key] === value);

/** What cannot be changed stays as it is: another repository may have been the first to run the digest. */
function scanObject(wanted: DesiredScan, namespace: string, existing: Scan | undefined): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: "Scan",
    metadata: { namespace, name: existing?.metadata.name ?? wanted.name, labels: DISCOVERED },
    spec: {
      imageRef: existing?.spec.imageRef ?? wanted.imageRef,
      digest: wanted.digest,
      ...(wanted.pullSecrets.length === 0 ? {} : { pullSecrets: wanted.pullSecrets }),
    },
  } as KubeObject;
}

function reportObject(wanted: DesiredReport, existing: Report | undefined): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: "Report",
    metadata: {
      namespace: wanted.namespace,
      name: existing?.metadata.name ?? wanted.name,
      labels: DISCOVERED,
    },
    spec: {
      imageDigest: wanted.imageDigest,
      imageRef: existing?.spec.imageRef ?? wanted.imageRef,
      repository: existing?.spec.repository ?? wanted.repository,
    },
  } as KubeObject;
}
