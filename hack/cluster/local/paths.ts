// SPDX-License-Identifier: Apache-2.0
/**
 * Where one local cluster keeps what, below `clusters/NAME` of the cache folder. The node sees these folders
 * at the same paths as the host does, and `run` and `var` also as its /run and /var.
 */
import { join } from "node:path";
import { cacheFolder } from "#hack/lib/cache-folder.ts";

export interface ClusterPaths {
  readonly root: string;
  /** {@link ClusterState} as JSON. */
  readonly state: string;
  readonly kubeconfig: string;
  readonly bin: string;
  readonly pki: string;
  readonly config: string;
  /** What `supervisor run` reads. */
  readonly plan: string;
  readonly etcd: string;
  readonly logs: string;
  /** One process record per part. */
  readonly records: string;
  /** The node's /run, emptied at each boot. */
  readonly run: string;
  /** The node's /var. */
  readonly var: string;
  /** Written once the node is connected. */
  readonly networkReady: string;
  /** Written when a boot is complete. */
  readonly booted: string;
  /** The host's /proc as the supervisor sees it. */
  readonly hostProc: string;
  readonly containerdSocket: string;
}

export function clustersFolder(): string {
  return join(cacheFolder(), "clusters");
}

export function clusterPaths(name: string): ClusterPaths {
  const root = join(clustersFolder(), name);
  return {
    root,
    state: join(root, "state.json"),
    kubeconfig: join(root, "kubeconfig"),
    bin: join(root, "bin"),
    pki: join(root, "pki"),
    config: join(root, "config"),
    plan: join(root, "config", "plan.json"),
    etcd: join(root, "etcd"),
    logs: join(root, "logs"),
    records: join(root, "records"),
    run: join(root, "run"),
    var: join(root, "var"),
    networkReady: join(root, "records", "network-ready"),
    booted: join(root, "records", "booted"),
    hostProc: join(root, "host-proc"),
    containerdSocket: join(root, "run", "containerd", "containerd.sock"),
  };
}
