// SPDX-License-Identifier: Apache-2.0
/** The operator's local copies of what it watches, with the indexes its controllers ask by. */
import { builtin, watchResource } from "#lib/kube/index.ts";
import type {
  IndexFunction,
  KubeClient,
  KubeLogger,
  KubeObject,
  ObjectMeta,
  Resource,
  WatchedStore,
} from "#lib/kube/index.ts";
import { resources } from "#crds/index.ts";
import type {
  AdvisorySource,
  NotifyChannel,
  NotifyRule,
  Report,
  Scan,
  ScanPolicy,
  Schedule,
  StellaOps,
  VexSource,
} from "#crds/index.ts";
import { podFacts } from "#controllers/workload/index.ts";
import type { Pod, PodFacts } from "#controllers/workload/index.ts";

/** A Pod cut down to what discovery reads. */
export interface PodObject extends KubeObject {
  readonly facts: PodFacts;
}

export interface Deployment extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number; readonly updatedReplicas?: number };
}

export interface Caches {
  readonly stellaOps: WatchedStore<StellaOps>;
  readonly scanPolicies: WatchedStore<ScanPolicy>;
  readonly schedules: WatchedStore<Schedule>;
  readonly notifyRules: WatchedStore<NotifyRule>;
  readonly notifyChannels: WatchedStore<NotifyChannel>;
  readonly advisorySources: WatchedStore<AdvisorySource>;
  readonly vexSources: WatchedStore<VexSource>;
  readonly scans: WatchedStore<Scan>;
  readonly reports: WatchedStore<Report>;
  readonly pods: WatchedStore<PodObject>;
  readonly namespaces: WatchedStore<KubeObject>;
  /** Of the system namespace only. */
  readonly deployments: WatchedStore<Deployment>;
  readonly services: WatchedStore<KubeObject>;
  readonly configMaps: WatchedStore<KubeObject>;
}

export const BY_DIGEST = "digest";
export const BY_NAMESPACE_DIGEST = "namespace/digest";
export const BY_UID = "uid";
/** Scans by the digest of a document that they made. */
export const BY_ARTIFACT = "artifact";

/** What controllers, routes and jobs look things up by. */
export const cacheIndexes = {
  scans: {
    [BY_DIGEST]: (scan: Scan) => digestsOf(scan),
    [BY_UID]: (scan: Scan) => [scan.metadata.uid ?? ""],
    [BY_ARTIFACT]: (scan: Scan) => [...new Set(scan.status?.artifacts?.map(({ digest }) => digest) ?? [])],
  },
  reports: { [BY_DIGEST]: (report: Report) => [report.spec.imageDigest] },
  pods: {
    [BY_DIGEST]: ({ facts }: PodObject) => [...new Set(facts.images.map((image) => image.digest))],
    [BY_NAMESPACE_DIGEST]: ({ facts }: PodObject) => [
      ...new Set(facts.images.map((image) => `${facts.namespace}/${image.digest}`)),
    ],
  },
} as const;

export const podObject = (pod: Pod): PodObject => ({ metadata: slim(pod.metadata), facts: podFacts(pod) });

export function startCaches(client: KubeClient, namespace: string, logger: KubeLogger): Caches {
  const ours = <T extends KubeObject>(
    resource: Resource,
    indexes: Readonly<Record<string, IndexFunction<T>>> = {},
  ): WatchedStore<T> => watchResource<T>(client, resource as Resource<T>, { logger, indexes });
  const system = <T extends KubeObject>(
    resource: Resource<T>,
    transform?: (object: T) => T,
  ): WatchedStore<T> =>
    watchResource<T>(client, resource, {
      logger,
      namespace,
      ...(transform === undefined ? {} : { transform }),
    });
  return {
    stellaOps: ours<StellaOps>(resources.stellaOps),
    scanPolicies: ours<ScanPolicy>(resources.scanPolicies),
    schedules: ours<Schedule>(resources.schedules),
    notifyRules: ours<NotifyRule>(resources.notifyRules),
    notifyChannels: ours<NotifyChannel>(resources.notifyChannels),
    advisorySources: ours<AdvisorySource>(resources.advisorySources),
    vexSources: ours<VexSource>(resources.vexSources),
    scans: ours<Scan>(resources.scans, cacheIndexes.scans),
    reports: ours<Report>(resources.reports, cacheIndexes.reports),
    pods: watchResource<PodObject>(client, builtin.pods as Resource<PodObject>, {
      logger,
      transform: podObject,
      indexes: cacheIndexes.pods,
    }),
    namespaces: watchResource(client, builtin.namespaces, {
      logger,
      transform: (object) => ({ metadata: slim(object.metadata) }),
    }),
    deployments: system(builtin.deployments as Resource<Deployment>),
    services: system(builtin.services),
    configMaps: system(builtin.configMaps),
  };
}

/** Under every digest that a Scan is about: the one it was asked for, and the manifest and index found. */
function digestsOf(scan: Scan): readonly string[] {
  const { status, spec } = scan;
  const digests = [spec.digest, status?.imageDigest, status?.indexDigest];
  return [...new Set(digests.filter((digest) => digest !== undefined))];
}

function slim(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, labels, deletionTimestamp } = metadata;
  return {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(labels === undefined ? {} : { labels }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
}

export async function stopCaches(caches: Caches): Promise<void> {
  await Promise.all(Object.values(caches).map((cache: WatchedStore<KubeObject>) => cache.stop()));
}

export async function cachesSynced(caches: Caches): Promise<boolean> {
  const synced = await Promise.all(
    Object.values(caches).map((cache: WatchedStore<KubeObject>) => cache.synced),
  );
  return synced.every(Boolean);
}
