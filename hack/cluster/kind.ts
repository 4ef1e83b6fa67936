// SPDX-License-Identifier: Apache-2.0
/**
 * Provider `kind`: Kubernetes in Docker (https://kind.sigs.k8s.io), for machines where Docker answers.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { exists } from "#hack/lib/file.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { findCommand, run } from "#hack/lib/run.ts";
import { toolPath } from "#hack/tools/programs.ts";
import { clusterErrors } from "./errors.ts";
import type { Cluster, ClusterStatus, PartName, Provider } from "./provider.ts";

export const kind: Provider = { id: "kind", up, down, status, kill, loadImage };

/** Whether a Docker engine answers on this machine. */
export async function dockerAnswers(): Promise<boolean> {
  if ((await findCommand("docker")) === undefined) return false;
  try {
    await run("docker", ["info", "--format", "{{.ServerVersion}}"]);
    return true;
  } catch {
    return false;
  }
}

async function up(name: string, log: Log): Promise<Cluster> {
  const program = await kindProgram(log);
  const kubeconfig = kubeconfigPath(name);
  if (await isCreated(program, name)) {
    log(`kind cluster ${name} exists`);
    await run("docker", ["start", nodeContainer(name)]);
  } else {
    await mkdir(join(kubeconfig, ".."), { recursive: true });
    await step(log, `kind create cluster ${name}`, () =>
      run(program, ["create", "cluster", "--name", name, "--kubeconfig", kubeconfig, "--wait", "180s"]),
    );
  }
  await run(program, ["export", "kubeconfig", "--name", name, "--kubeconfig", kubeconfig]);
  return {
    name,
    provider: "kind",
    kubeconfigPath: kubeconfig,
    context: `kind-${name}`,
    nodeIp: await inspect(name, "{{.NetworkSettings.Networks.kind.IPAddress}}"),
    hostIp: await inspect(name, "{{.NetworkSettings.Networks.kind.Gateway}}"),
    loadImage: (archivePath) => loadImage(name, archivePath),
    kill: (part) => kill(name, part),
    status: () => status(name),
    down: () => down(name, log),
  };
}

async function down(name: string, log: Log): Promise<void> {
  const program = await kindProgram(log);
  await step(log, `kind delete cluster ${name}`, () => run(program, ["delete", "cluster", "--name", name]));
  await rm(join(kubeconfigPath(name), ".."), { recursive: true, force: true });
}

async function status(name: string): Promise<ClusterStatus> {
  const state = await inspect(name, "{{.State.Status}} {{.State.Pid}}").catch(() => "absent 0");
  const [word = "absent", pid = "0"] = state.split(" ");
  const running = word === "running";
  return {
    name,
    provider: "kind",
    running,
    healthy: running,
    kubeconfigPath: (await exists(kubeconfigPath(name))) ? kubeconfigPath(name) : undefined,
    parts: [
      { part: nodeContainer(name), pid: running ? Number(pid) : undefined, healthy: running, detail: word },
    ],
  };
}

function kill(_name: string, part: PartName): Promise<void> {
  return Promise.reject(
    clusterErrors.make("CLUSTER_OPERATION_UNSUPPORTED", `kill ${part}: kind runs its parts out of our reach`),
  );
}

async function loadImage(name: string, archivePath: string): Promise<void> {
  await run(await kindProgram(), ["load", "image-archive", archivePath, "--name", name]);
}

async function kindProgram(log?: Log): Promise<string> {
  return (await findCommand("kind")) ?? (await toolPath("kind", log));
}

async function isCreated(program: string, name: string): Promise<boolean> {
  return (await run(program, ["get", "clusters"])).split("\n").includes(name);
}

async function inspect(name: string, format: string): Promise<string> {
  return (await run("docker", ["inspect", "--format", format, nodeContainer(name)])).trim();
}

function nodeContainer(name: string): string {
  return `${name}-control-plane`;
}

function kubeconfigPath(name: string): string {
  return join(cacheFolder(), "kind", name, "kubeconfig");
}
