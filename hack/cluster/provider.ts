// SPDX-License-Identifier: Apache-2.0
/**
 * What a development cluster is to scripts and tests, whoever provides it: a local node made of real parts,
 * kind in Docker, or a cluster that exists already.
 */
import type { Log } from "#hack/lib/log.ts";

/** Parts of a local node, in the order in which `status` lists them. */
export const partNames = [
  "supervisor",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "containerd",
  "kubelet",
  "kube-proxy",
] as const;

export type PartName = (typeof partNames)[number];

export interface PartStatus {
  readonly part: string;
  /** As the host numbers it; undefined when it does not run or is not a process that we know. */
  readonly pid: number | undefined;
  readonly healthy: boolean;
  /** Why not, or a version, or the like; for people. */
  readonly detail: string;
}

export interface ClusterStatus {
  readonly name: string;
  readonly provider: ProviderId;
  readonly running: boolean;
  readonly healthy: boolean;
  readonly kubeconfigPath: string | undefined;
  readonly parts: readonly PartStatus[];
}

export type ProviderId = "local" | "kind" | "existing";

export interface Cluster {
  readonly name: string;
  readonly provider: ProviderId;
  readonly kubeconfigPath: string;
  /** Context in the kubeconfig to use. */
  readonly context: string;
  /** Where NodePorts answer. */
  readonly nodeIp: string;
  /** The machine as Pods reach it; undefined where that is not known. */
  readonly hostIp: string | undefined;
  /** Puts the images of an OCI or Docker archive on the node under the names that the archive gives them. */
  readonly loadImage: (archivePath: string) => Promise<void>;
  /** kill -9 of one part. @throws CLUSTER_OPERATION_UNSUPPORTED unless local */
  readonly kill: (part: PartName) => Promise<void>;
  readonly status: () => Promise<ClusterStatus>;
  readonly down: () => Promise<void>;
}

export interface Provider {
  readonly id: ProviderId;
  /** Makes the cluster, mends it, or finds it healthy; returns when Pods can run. */
  readonly up: (name: string, log: Log) => Promise<Cluster>;
  readonly down: (name: string, log: Log) => Promise<void>;
  readonly status: (name: string) => Promise<ClusterStatus>;
  readonly kill: (name: string, part: PartName) => Promise<void>;
  readonly loadImage: (name: string, archivePath: string) => Promise<void>;
}
