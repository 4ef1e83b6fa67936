// SPDX-License-Identifier: Apache-2.0
/**
 * Provider `local`: a real one-node Kubernetes out of processes on this machine, in namespaces of its own.
 * Needs Linux and root; needs neither Docker nor systemd.
 */
import { readdir, rm } from "node:fs/promises";
import { exists } from "#hack/lib/file.ts";
import { withLock } from "#hack/lib/lock.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { messageOf } from "#lib/errors.ts";
import { addressPlan, checkName } from "./address-plan.ts";
import { boot, untilReady } from "./boot.ts";
import { claimNumber, heldNumber, releaseNumber } from "./claims.ts";
import { partStatuses } from "./health.ts";
import { importImage } from "./images.ts";
import { contextName } from "./kubeconfig.ts";
import { usedNetworks } from "./network.ts";
import { endNode, endPart, runningPart } from "./node-process.ts";
import { clusterPaths, clustersFolder, type ClusterPaths } from "./paths.ts";
import { preparePrograms } from "./programs.ts";
import { readState, type ClusterState } from "./state.ts";
import { clusterErrors } from "../errors.ts";
import type { Cluster, ClusterStatus, PartName, Provider } from "../provider.ts";

/** What runs but is unwell gets this long to heal before the node is started anew. */
const HEAL_LIMIT_MS = 45_000;

export const local: Provider = { id: "local", up, down, status, kill, loadImage };

/** Names of the local clusters that have files, running or not. */
export async function localClusters(): Promise<string[]> {
  const entries = await readdir(clustersFolder(), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function up(name: string, log: Log): Promise<Cluster> {
  checkMachine();
  const paths = clusterPaths(checkName(name));
  return withLock(`cluster ${paths.root}`, log, async () => {
    const state = await readState(paths);
    if (state && (await isUsable(state, paths, log))) return handle(state, paths, log);
    const programs = await preparePrograms(log);
    if (state) log(`cluster ${name} exists but does not work; starting its node anew`);
    await end(paths);
    const start = async () => {
      const number = await claimNumber(paths.root, state?.number, usedNetworks);
      if (state && number !== state.number) await rm(paths.root, { recursive: true, force: true });
      await boot(name, number, programs, paths, log);
    };
    try {
      await start();
    } catch (error) {
      if (!state) throw error;
      log(`the old cluster does not start (${messageOf(error)}); making a new one`);
      await remove(paths);
      await start();
    }
    const made = await existing(name, paths);
    return handle(made, paths, log);
  });
}

async function down(name: string, log: Log): Promise<void> {
  checkMachine();
  const paths = clusterPaths(checkName(name));
  await withLock(`cluster ${paths.root}`, log, () =>
    step(log, `removing cluster ${name}`, () => remove(paths)),
  );
}

async function status(name: string): Promise<ClusterStatus> {
  const paths = clusterPaths(checkName(name));
  const state = await readState(paths);
  const base = { name, provider: "local" } as const;
  if (!state) return { ...base, running: false, healthy: false, kubeconfigPath: undefined, parts: [] };
  const parts = await partStatuses(addressPlan(state.number), paths);
  return {
    ...base,
    running: parts.some((part) => part.part === "supervisor" && part.pid !== undefined),
    healthy: parts.every((part) => part.healthy),
    kubeconfigPath: paths.kubeconfig,
    parts,
  };
}

async function kill(name: string, part: PartName): Promise<void> {
  const paths = clusterPaths(checkName(name));
  await existing(name, paths);
  if (!(await endPart(paths, part))) {
    throw clusterErrors.make("CLUSTER_PART_NOT_RUNNING", `${part} of cluster ${name} does not run`);
  }
}

async function loadImage(name: string, archivePath: string): Promise<void> {
  const paths = clusterPaths(checkName(name));
  const { ctr } = await existing(name, paths);
  await importImage(ctr, paths, archivePath);
}

/** True when the node runs and is healthy, at once or after a while. */
async function isUsable(state: ClusterState, paths: ClusterPaths, log: Log): Promise<boolean> {
  const plan = addressPlan(state.number);
  if (!(await exists(paths.booted)) || !(await runningPart(paths, "supervisor"))) return false;
  let told = false;
  const tellOnce = (missing: string) => {
    if (!told) log(`waiting for it to heal: ${missing}`);
    told = true;
  };
  try {
    await untilReady(state.name, plan, paths, HEAL_LIMIT_MS, tellOnce);
    return true;
  } catch (error) {
    log(messageOf(error));
    return false;
  }
}

async function remove(paths: ClusterPaths): Promise<void> {
  await end(paths);
  await rm(paths.root, { recursive: true, force: true, maxRetries: 5 });
  await releaseNumber(paths.root);
}

/** Works from what is there: a cluster whose making was cut off has a number and perhaps no state yet. */
async function end(paths: ClusterPaths): Promise<void> {
  const number = await heldNumber(paths.root);
  await endNode(number === undefined ? undefined : addressPlan(number), paths);
}

async function existing(name: string, paths: ClusterPaths): Promise<ClusterState> {
  const state = await readState(paths);
  if (!state) throw clusterErrors.make("CLUSTER_NOT_FOUND", `there is no local cluster ${name}`);
  return state;
}

function handle(state: ClusterState, paths: ClusterPaths, log: Log): Cluster {
  const { name } = state;
  const plan = addressPlan(state.number);
  return {
    name,
    provider: "local",
    kubeconfigPath: paths.kubeconfig,
    context: contextName(name),
    nodeIp: plan.nodeIp,
    hostIp: plan.hostIp,
    loadImage: (archivePath) => loadImage(name, archivePath),
    kill: (part) => kill(name, part),
    status: () => status(name),
    down: () => down(name, log),
  };
}

function checkMachine(): void {
  if (process.platform === "linux" && process.getuid?.() === 0) return;
  throw clusterErrors.make(
    "CLUSTER_PLATFORM_UNSUPPORTED",
    "a local node needs Linux and root; start Docker to use kind, or name a context with --context",
  );
}
