// SPDX-License-Identifier: Apache-2.0
/**
 * Provider `existing`: a cluster that somebody else made and named by a context. It is used, never changed:
 * nothing is created, ended or loaded by this file.
 */
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { clusterErrors } from "./errors.ts";
import type { Cluster, ClusterStatus, PartName, Provider } from "./provider.ts";

/** `name` of the cluster is the name of the context. */
export const existing: Provider = { id: "existing", up, down, status, kill, loadImage };

function up(context: string): Promise<Cluster> {
  const { path, server } = findContext(context);
  return Promise.resolve({
    name: context,
    provider: "existing",
    kubeconfigPath: path,
    context,
    nodeIp: new URL(server).hostname,
    hostIp: undefined,
    loadImage: (archivePath) => loadImage(context, archivePath),
    kill: (part) => kill(context, part),
    status: () => status(context),
    down: () => down(context),
  });
}

function down(context: string): Promise<void> {
  return refuse(`cluster of context ${context} was not made here, so it is not removed here`);
}

function status(context: string): Promise<ClusterStatus> {
  const { path, server } = findContext(context);
  const parts = [{ part: "API server", pid: undefined, healthy: true, detail: `${server} (not asked)` }];
  return Promise.resolve({
    name: context,
    provider: "existing",
    running: true,
    healthy: true,
    kubeconfigPath: path,
    parts,
  });
}

function kill(context: string, part: PartName): Promise<void> {
  return refuse(`kill ${part}: the parts of context ${context} are out of reach`);
}

function loadImage(context: string, archivePath: string): Promise<void> {
  return refuse(
    `an image cannot be put on the nodes of context ${context}: push ${archivePath} to a registry that ` +
      "they can reach (crane push), and use that name in manifests",
  );
}

function refuse(why: string): Promise<never> {
  return Promise.reject(clusterErrors.make("CLUSTER_OPERATION_UNSUPPORTED", why));
}

/** The file of KUBECONFIG, or else of the home folder, that has the context. @throws CLUSTER_NOT_FOUND */
function findContext(context: string): { path: string; server: string } {
  const paths = (process.env["KUBECONFIG"] ?? join(homedir(), ".kube", "config")).split(delimiter);
  for (const path of paths.filter((one) => one !== "")) {
    const config = new KubeConfig();
    try {
      config.loadFromFile(path, { onInvalidEntry: "filter" });
    } catch {
      continue;
    }
    const found = config.getContextObject(context);
    const server = found && config.getCluster(found.cluster)?.server;
    if (server !== undefined && server !== null) return { path, server };
  }
  throw clusterErrors.make("CLUSTER_NOT_FOUND", `no context ${context} in ${paths.join(" or ")}`);
}
