// SPDX-License-Identifier: Apache-2.0
/**
 * A Kubernetes cluster for development and tests. Which kind of cluster it is depends on the machine:
 * the named context, else kind when Docker answers, else a local node.
 */
import { silent, type Log } from "#hack/lib/log.ts";
import { local } from "./local/local.ts";
import type { Cluster, ClusterStatus, PartName, Provider } from "./provider.ts";

export { localClusters } from "./local/local.ts";
export { kubectlPath } from "./local/programs.ts";
export { partNames } from "./provider.ts";
export type { Cluster, ClusterStatus, PartName, PartStatus, ProviderId } from "./provider.ts";

export const DEFAULT_NAME = "stellaops";

export interface ClusterOptions {
  /** 1 to 40 of a-z, 0-9 and "-"; `stellaops` when left out. */
  readonly name?: string;
  /** Use the cluster of this context instead of making one. */
  readonly context?: string;
  /** Receives progress, line by line. */
  readonly log?: Log;
}

/** Makes the cluster, mends it, or finds it healthy. Pods can run and names resolve when it returns. */
export async function clusterUp(options: ClusterOptions = {}): Promise<Cluster> {
  const { provider, name, log } = await choose(options);
  return provider.up(name, log);
}

/** Leaves nothing behind; a cluster that does not exist is no error. */
export async function clusterDown(options: ClusterOptions = {}): Promise<void> {
  const { provider, name, log } = await choose(options);
  await provider.down(name, log);
}

export async function clusterStatus(options: ClusterOptions = {}): Promise<ClusterStatus> {
  const { provider, name } = await choose(options);
  return provider.status(name);
}

/** kill -9 of one part of a local node. @throws CLUSTER_PART_NOT_RUNNING */
export async function clusterKill(part: PartName, options: ClusterOptions = {}): Promise<void> {
  const { provider, name } = await choose(options);
  await provider.kill(name, part);
}

/** Puts the images of an OCI or Docker archive on the node. @throws IMAGE_ARCHIVE_UNREADABLE */
export async function clusterLoadImage(archivePath: string, options: ClusterOptions = {}): Promise<void> {
  const { provider, name } = await choose(options);
  await provider.loadImage(name, archivePath);
}

interface Choice {
  readonly provider: Provider;
  readonly name: string;
  readonly log: Log;
}

/** The other providers are loaded only when they are chosen: tests start in a fraction of a second. */
async function choose(options: ClusterOptions): Promise<Choice> {
  const log = options.log ?? silent;
  if (options.context !== undefined) {
    const { existing } = await import("./existing.ts");
    return { provider: existing, name: options.context, log };
  }
  const name = options.name ?? DEFAULT_NAME;
  const { kind, dockerAnswers } = await import("./kind.ts");
  return { provider: (await dockerAnswers()) ? kind : local, name, log };
}
