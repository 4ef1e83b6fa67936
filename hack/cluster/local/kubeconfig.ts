// SPDX-License-Identifier: Apache-2.0
/**
 * Kubeconfigs: one for the developer, with its keys inside, and one for each part, which names its key files.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { AddressPlan } from "./address-plan.ts";
import type { ClusterPaths } from "./paths.ts";

const PARTS = ["kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet"];

export function contextName(cluster: string): string {
  return `stellaops-dev-${cluster}`;
}

export async function writeKubeconfigs(name: string, plan: AddressPlan, paths: ClusterPaths): Promise<void> {
  const server = `https://${plan.nodeIp}:6443`;
  const ca = join(paths.pki, "ca.crt");
  for (const part of PARTS) {
    const user = {
      "client-certificate": join(paths.pki, `${part}.crt`),
      "client-key": join(paths.pki, `${part}.key`),
    };
    const text = kubeconfig(part, { server, "certificate-authority": ca }, user);
    await writeFile(join(paths.config, `${part}.kubeconfig`), text, { mode: 0o600 });
  }
  const inline = async (file: string) => (await readFile(join(paths.pki, file))).toString("base64");
  const cluster = { server, "certificate-authority-data": await inline("ca.crt") };
  const admin = {
    "client-certificate-data": await inline("admin.crt"),
    "client-key-data": await inline("admin.key"),
  };
  await writeFile(paths.kubeconfig, kubeconfig(contextName(name), cluster, admin), { mode: 0o600 });
}

function kubeconfig(name: string, cluster: Record<string, string>, user: Record<string, string>): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
