// SPDX-License-Identifier: Apache-2.0
/** The product installed in a cluster of its own, with a registry beside it, as a user would have it. */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { clusterDown, clusterUp } from "#hack/cluster/index.ts";
import type { Cluster } from "#hack/cluster/index.ts";
import { apply, kubectlFor } from "#hack/demo/kubectl.ts";
import type { Kubectl } from "#hack/demo/kubectl.ts";
import { productImage } from "#hack/images/product.ts";
import { registryImage } from "#hack/images/registry.ts";
import { silent } from "#hack/lib/log.ts";
import { createKubeClient, kubeconfigCredentials } from "#lib/kube/index.ts";
import type { KubeClient } from "#lib/kube/index.ts";
import { pushImage } from "#lib/oci/push.ts";

export const REGISTRY = "localhost:30500";
const ROOT = join(import.meta.dirname, "..", "..");

export interface Installation {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly client: KubeClient;
  /** `host:port` of the registry as this machine reaches it, over plain HTTP. */
  readonly registry: string;
  /** Pushes what an oci-dir target names as `localhost:30500/<name>`, under which the node pulls it. */
  push(source: string, name: string): Promise<void>;
  /** Host process of a Pod's container, by a part of its command line. */
  hostPid(podName: string, command: string): Promise<number>;
  remove(): Promise<void>;
}

/** Applies CRDs, roles, operator and registry, and waits until both answer. */
export async function install(name: string): Promise<Installation> {
  const cluster = await clusterUp({ name });
  for (const archive of [await productImage(silent), await registryImage(silent)])
    await cluster.loadImage(archive);
  const kubectl = await kubectlFor(cluster, silent);
  await apply(kubectl, "-k", join(ROOT, "config", "default"));
  await apply(kubectl, "-f", join(ROOT, "hack", "demo", "registry.yaml"));
  await kubectl("-n", "stellaops-demo", "rollout", "status", "deployment/registry", "--timeout=120s");
  await kubectl("-n", "stellaops", "rollout", "status", "deployment/stellaops-operator", "--timeout=120s");
  const credentials = await kubeconfigCredentials({ path: cluster.kubeconfigPath, context: cluster.context });
  const client = createKubeClient({ credentials });
  const registry = `${cluster.nodeIp}:30500`;
  return {
    cluster,
    kubectl,
    client,
    registry,
    push: async (source, image) => {
      await pushImage(source, `${registry}/${image}`, {
        registry: { hosts: { [registry]: { plainHttp: true } } },
      });
    },
    hostPid,
    remove: async () => {
      client.close();
      await clusterDown({ name });
    },
  };
}

async function hostPid(podName: string, command: string): Promise<number> {
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const read = (file: string): Promise<string> =>
      readFile(`/proc/${entry}/${file}`, "utf8").catch(() => "");
    if (!(await read("cmdline")).replaceAll("\0", " ").includes(command)) continue;
    const environment = (await read("environ")).split("\0");
    if (environment.includes(`HOSTNAME=${podName}`)) return Number(entry);
  }
  throw new Error(`no process of Pod ${podName} has ${command} in its command line`);
}
