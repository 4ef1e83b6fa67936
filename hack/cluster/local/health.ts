// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a node and each of its parts do their work, asked from the host.
 */
import { Resolver } from "node:dns/promises";
import { Agent, request as httpsRequest } from "node:https";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { messageOf } from "#lib/errors.ts";
import { runningPart } from "./node-process.ts";
import type { AddressPlan } from "./address-plan.ts";
import type { KubeApi } from "./kube-api.ts";
import type { ClusterPaths } from "./paths.ts";
import { healthPorts } from "./plan.ts";
import { partNames, type PartName, type PartStatus } from "../provider.ts";

const TIMEOUT_MS = 2_000;

/** Every part of the node, in the order of {@link partNames}. */
export async function partStatuses(plan: AddressPlan, paths: ClusterPaths): Promise<PartStatus[]> {
  return Promise.all(
    partNames.map(async (part) => {
      const process = await runningPart(paths, part).catch(() => undefined);
      if (!process) return { part, pid: undefined, healthy: false, detail: "not running" };
      try {
        return { part, pid: process.pid, healthy: true, detail: await probe(part, plan, paths) };
      } catch (error) {
        return { part, pid: process.pid, healthy: false, detail: messageOf(error) };
      }
    }),
  );
}

/** True, or else an error that names the unhealthy parts. */
export async function allPartsHealthy(plan: AddressPlan, paths: ClusterPaths): Promise<true> {
  const sick = (await partStatuses(plan, paths)).filter((part) => !part.healthy);
  if (sick.length === 0) return true;
  throw new Error(sick.map((part) => `${part.part} ${part.detail}`).join("; "));
}

async function probe(part: PartName, plan: AddressPlan, paths: ClusterPaths): Promise<string> {
  const url = (scheme: string, port: number, path: string) =>
    `${scheme}://${plan.nodeIp}:${String(port)}${path}`;
  switch (part) {
    case "supervisor":
      return "running";
    case "containerd":
      await connectTo(paths.containerdSocket);
      return "accepts connections";
    case "etcd":
      return ask(url("http", healthPorts.etcd, "/health"));
    case "kube-apiserver":
      return ask(url("https", healthPorts["kube-apiserver"], "/readyz"));
    case "kube-controller-manager":
    case "kube-scheduler":
      return ask(url("https", healthPorts[part], "/healthz"));
    case "kubelet":
    case "kube-proxy":
      return ask(url("http", healthPorts[part], "/healthz"));
  }
}

interface NodeView {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export async function nodeIsReady(api: KubeApi, node: string): Promise<boolean> {
  const seen = (await api.get(`/api/v1/nodes/${node}`)) as NodeView;
  return (seen.status?.conditions ?? []).some((one) => one.type === "Ready" && one.status === "True");
}

/** A kubelet that just started is healthy before it has heard of its Pods: until then exec and logs fail. */
export async function kubeletKnowsPods(api: KubeApi, node: string): Promise<boolean> {
  const seen = (await api.get(`/api/v1/nodes/${node}/proxy/pods`)) as { readonly items?: readonly unknown[] };
  return (seen.items ?? []).length > 0;
}

/** Asks the cluster's DNS through kube-proxy, as a Pod would. */
export async function dnsAnswers(plan: AddressPlan): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([plan.dnsIp]);
  const addresses = await resolver.resolve4("kubernetes.default.svc.cluster.local");
  return addresses.includes(plan.apiServiceIp);
}

/** Parts show certificates of their own making; health is no secret, so who answers is not checked. */
function ask(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const secure = url.startsWith("https:");
    const options = {
      timeout: TIMEOUT_MS,
      agent: secure ? new Agent({ rejectUnauthorized: false }) : undefined,
    };
    const send = secure ? httpsRequest : httpRequest;
    const outgoing = send(url, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve("ok");
        else {
          const text = Buffer.concat(chunks).toString().slice(0, 200);
          reject(new Error(`${url}: ${String(answer.statusCode)} ${text}`));
        }
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`${url}: no answer`)));
    outgoing.on("error", reject);
    outgoing.end();
  });
}

function connectTo(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`${socketPath}: no answer`)));
    socket.on("error", reject);
    socket.on("connect", () => {
      socket.destroy();
      resolve();
    });
  });
}
