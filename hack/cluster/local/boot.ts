// SPDX-License-Identifier: Apache-2.0
/**
 * From programs and a number to a node on which Pods can run. A boot with files of an earlier one is what a
 * reboot is to a machine: etcd and images are kept, containers start anew.
 */
import { link, mkdir, rm, copyFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { addressPlan, type AddressPlan } from "./address-plan.ts";
import { ensureCertificates } from "./certificates.ts";
import { dnsObjects } from "./cluster-dns.ts";
import { configFiles } from "./configs.ts";
import { allPartsHealthy, dnsAnswers, kubeletKnowsPods, nodeIsReady } from "./health.ts";
import { importImage, ownImages } from "./images.ts";
import { kubeApi, type KubeApi } from "./kube-api.ts";
import { writeKubeconfigs } from "./kubeconfig.ts";
import { runningPart, startNode } from "./node-process.ts";
import type { ClusterPaths } from "./paths.ts";
import { supervisorPlan } from "./plan.ts";
import type { Programs } from "./programs.ts";
import { writeState, type ClusterState } from "./state.ts";
import { waitFor } from "./wait.ts";

const READY_LIMIT_MS = 90_000;

export async function boot(
  name: string,
  number: number,
  programs: Programs,
  paths: ClusterPaths,
  log: Log,
): Promise<void> {
  const plan = addressPlan(number);
  await writeFiles(name, plan, programs, paths);
  const images = await ownImages(programs);
  await step(log, `starting node ${name} at ${plan.nodeIp}`, () => startNode(plan, paths));
  const loaded = loadOwnImages(images, programs.ctr, paths);
  const served = step(log, "waiting for the API server", () => setUpDns(plan, paths));
  await Promise.all([loaded, served]);
  let missing = "";
  await step(
    log,
    "waiting for the node, its DNS and the default account",
    () => untilReady(name, plan, paths, READY_LIMIT_MS, (what) => (missing = what)),
    () => missing,
  );
  await writeFile(paths.booted, "");
}

/** `tell` learns what is waited for and why it is not there yet. @throws CLUSTER_NOT_READY */
export async function untilReady(
  name: string,
  plan: AddressPlan,
  paths: ClusterPaths,
  limitMs: number,
  tell: (missing: string) => void,
): Promise<void> {
  const account = "/api/v1/namespaces/default/serviceaccounts/default";
  await withApi(plan, paths, async (api) => {
    const giveUp = async () => (await runningPart(paths, "supervisor")) === undefined;
    const until = (what: string, ask: () => Promise<unknown>) =>
      waitFor(what, limitMs, ask, { tell, giveUp });
    await until("parts", () => allPartsHealthy(plan, paths));
    await until("node Ready", () => nodeIsReady(api, name));
    await until("Pods on the node", () => kubeletKnowsPods(api, name));
    await until("an answer from the cluster's DNS", () => dnsAnswers(plan));
    await until("the default service account", () => api.get(account));
  });
}

async function writeFiles(
  name: string,
  plan: AddressPlan,
  programs: Programs,
  paths: ClusterPaths,
): Promise<void> {
  await mkdir(paths.root, { recursive: true, mode: 0o755 });
  const { cniFolder, containerd, ctr } = programs;
  const state: ClusterState = { name, number: plan.number, cniFolder, containerd, ctr };
  await writeState(paths, state);
  await ensureCertificates(paths.pki, plan, name);
  await keepPrograms(programs, paths);
  await rm(paths.config, { recursive: true, force: true });
  const files = {
    ...configFiles({ name, plan, paths, cniFolder }),
    "plan.json": JSON.stringify(
      supervisorPlan({ name, addresses: plan, paths, cacheFolder: cacheFolder(), containerd }),
      null,
      2,
    ),
  };
  for (const [file, text] of Object.entries(files)) {
    const path = join(paths.config, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await writeKubeconfigs(name, plan, paths);
}

/** The cluster's own links to its programs: the cache may be cleaned or rebuilt while it runs. */
async function keepPrograms(programs: Programs, paths: ClusterPaths): Promise<void> {
  await rm(paths.bin, { recursive: true, force: true });
  await mkdir(paths.bin, { recursive: true });
  for (const [name, path] of Object.entries(programs.built)) {
    const target = join(paths.bin, name);
    await link(path, target).catch(() => copyFile(path, target));
  }
}

async function loadOwnImages(archives: readonly string[], ctr: string, paths: ClusterPaths): Promise<void> {
  for (const archive of archives) {
    await waitFor("containerd", READY_LIMIT_MS, async () => {
      await importImage(ctr, paths, archive);
      return true;
    });
  }
}

async function setUpDns(plan: AddressPlan, paths: ClusterPaths): Promise<void> {
  await withApi(plan, paths, async (api) => {
    await waitFor("the API server", READY_LIMIT_MS, () => api.get("/readyz"));
    for (const object of dnsObjects(plan.dnsIp)) {
      await waitFor(`${object.kind} ${object.metadata.name}`, READY_LIMIT_MS, async () => {
        await api.apply(object);
        return true;
      });
    }
  });
}

async function withApi<Result>(
  plan: AddressPlan,
  paths: ClusterPaths,
  work: (api: KubeApi) => Promise<Result>,
): Promise<Result> {
  const api = await kubeApi(plan.nodeIp, paths);
  try {
    return await work(api);
  } finally {
    api.close();
  }
}
