// SPDX-License-Identifier: Apache-2.0
/**
 * A node's life as processes: one supervisor in namespaces of its own (unshare(1)), whose end is the end of
 * everything on the node.
 */
import { spawn } from "node:child_process";
import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  identify,
  isRunning,
  readRecord,
  signalRecorded,
  type ProcessRecord,
} from "#hack/lib/process-identity.ts";
import type { AddressPlan } from "./address-plan.ts";
import { createCgroups, removeCgroups } from "./cgroups.ts";
import { connectNode, disconnectNode } from "./network.ts";
import type { ClusterPaths } from "./paths.ts";
import { waitFor } from "./wait.ts";
import type { PartName } from "../provider.ts";

const UNSHARE = "unshare";
const START_LIMIT_MS = 20_000;
const END_LIMIT_MS = 30_000;

export function recordPath(paths: ClusterPaths, part: PartName | "unshare"): string {
  return join(paths.records, `${part}.json`);
}

/** The part's present process; undefined when it does not run. */
export async function runningPart(
  paths: ClusterPaths,
  part: PartName | "unshare",
): Promise<ProcessRecord | undefined> {
  const record = await readRecord(recordPath(paths, part)).catch(() => undefined);
  return record !== undefined && (await isRunning(record)) ? record : undefined;
}

/** Starts a node whose configuration is written. It has processes and a network when this returns. */
export async function startNode(plan: AddressPlan, paths: ClusterPaths): Promise<void> {
  await prepareFolders(paths);
  await createCgroups(plan.cgroup);
  await launch(paths);
  const supervisor = await waitFor(
    "the node's first process",
    START_LIMIT_MS,
    () => runningPart(paths, "supervisor"),
    { everyMs: 10 },
  );
  await disconnectNode(plan);
  await connectNode(plan, supervisor.pid);
  await writeFile(paths.networkReady, "");
}

/**
 * Ends whatever runs of the node and removes what it had from the kernel. Files stay. `plan` is that of the
 * number which the cluster holds now: after a reboot its old number may be another's.
 */
export async function endNode(plan: AddressPlan | undefined, paths: ClusterPaths): Promise<void> {
  for (const part of ["supervisor", "unshare"] as const) await endPart(paths, part);
  if (!plan) return;
  await disconnectNode(plan);
  await removeCgroups(plan.cgroup);
}

/** kill -9; the part's process is gone when this returns. False when it did not run. */
export async function endPart(paths: ClusterPaths, part: PartName | "unshare"): Promise<boolean> {
  const record = await runningPart(paths, part);
  if (!record || !(await signalRecorded(record, "SIGKILL"))) return false;
  const gone = async () => !(await isRunning(record));
  await waitFor(`end of ${part}`, END_LIMIT_MS, gone, { everyMs: 10 });
  return true;
}

/** /run is fresh at each boot, as a machine's is. */
async function prepareFolders(paths: ClusterPaths): Promise<void> {
  await rm(paths.run, { recursive: true, force: true });
  await rm(paths.records, { recursive: true, force: true });
  await mkdir(paths.etcd, { recursive: true, mode: 0o700 });
  const folders = [paths.records, paths.logs, paths.hostProc, join(paths.run, "lock")];
  const inVar = ["lib/kubelet", "lib/containerd", "log", "cache", "spool"].map((one) => join(paths.var, one));
  for (const folder of [...folders, ...inVar]) await mkdir(folder, { recursive: true, mode: 0o755 });
  await mkdir(join(paths.var, "tmp"), { recursive: true, mode: 0o1777 });
}

async function launch(paths: ClusterPaths): Promise<void> {
  const output = await open(join(paths.logs, "supervisor.log"), "a");
  const namespaces = ["--net", "--mount", "--pid", "--ipc", "--propagation", "private"];
  const lifetime = ["--fork", "--kill-child=SIGKILL"];
  const child = spawn(
    UNSHARE,
    [...namespaces, ...lifetime, "--", join(paths.bin, "supervisor"), "run", paths.plan],
    { detached: true, cwd: "/", stdio: ["ignore", output.fd, output.fd] },
  );
  child.on("error", () => undefined); // seen as a supervisor that never appears
  child.unref();
  const record = child.pid === undefined ? undefined : await identify(child.pid);
  await writeFile(recordPath(paths, "unshare"), JSON.stringify(record ?? {}));
  await output.close();
}
