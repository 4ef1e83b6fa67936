// SPDX-License-Identifier: Apache-2.0
/**
 * Provider `existing`: a cluster that somebody else made and named by a context. It is used, never changed:
 * nothing is created, ended or loaded by this file.
 */
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import type { Log } from "#hack/lib/log.ts";
import { messageOf } from "#lib/errors.ts";
import { clusterErrors } from "./errors.ts";
import type { Cluster, ClusterStatus, PartName, Provider } from "./provider.ts";

/** `name` of the cluster is the name of the context. */
export const existing: Provider = { id: "existing", up, down, status, kill, loadImage };

async function up(context: string, log: Log): Promise<Cluster> {
  const { path, server, config } = findContext(context);
  const version = await serverVersion(config).catch((cause: unknown) => {
    throw clusterErrors.make("CLUSTER_NOT_READY", `${server} does not answer: ${messageOf(cause)}`, {
      cause,
    });
  });
  log(`context ${context}: ${server} is Kubernetes ${version}`);
  return {
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
  };
}

function down(context: string): Promise<void> {
  return refuse(`cluster of context ${context} was not made here, so it is not removed here`);
}

async function status(context: string): Promise<ClusterStatus> {
  const { path, server, config } = findContext(context);
  const base = { name: context, provider: "existing", kubeconfigPath: path } as const;
  const part = (healthy: boolean, detail: string) => ({ part: server, pid: undefined, healthy, detail });
  try {
    const version = await serverVersion(config);
    return { ...base, running: true, healthy: true, parts: [part(true, `Kubernetes ${version}`)] };
  } catch (error) {
    return { ...base, running: false, healthy: false, parts: [part(false, messageOf(error))] };
  }
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

async function serverVersion(config: KubeConfig): Promise<string> {
  return (await config.makeApiClient(VersionApi).getCode()).gitVersion;
}

interface Found {
  readonly path: string;
  readonly server: string;
  /** With the context as its current one. */
  readonly config: KubeConfig;
}

/** The file of KUBECONFIG, or else of the home folder, that has the context. @throws CLUSTER_NOT_FOUND */
function findContext(context: string): Found {
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
    if (server === undefined || server === null) continue;
    config.setCurrentContext(context);
    return { path, server, config };
  }
  throw clusterErrors.make("CLUSTER_NOT_FOUND", `no context ${context} in ${paths.join(" or ")}`);
}
