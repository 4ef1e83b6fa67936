// SPDX-License-Identifier: Apache-2.0
/**
 * The development cluster from the command line: `node hack/cluster/main.ts up|down|status|kill|load`.
 * Results go to stdout, talk to stderr.
 */
import { Command, Argument } from "commander";
import { clusterVerb, runProgram } from "#hack/lib/cluster-verbs.ts";
import { duration, logToStderr } from "#hack/lib/log.ts";
import {
  clusterDown,
  clusterKill,
  clusterLoadImage,
  clusterStatus,
  clusterUp,
  DEFAULT_NAME,
  partNames,
  type ClusterOptions,
  type ClusterStatus,
  type PartName,
} from "./index.ts";

interface Flags {
  readonly name: string;
  readonly context?: string;
  readonly json?: boolean;
}

const program = new Command("cluster").description("a Kubernetes cluster for development and tests");

verb("up", "make the cluster, mend it, or find it healthy; print its kubeconfig's path").action(
  async (flags: Flags) => {
    const start = performance.now();
    const cluster = await clusterUp(optionsOf(flags));
    logToStderr(`cluster ${cluster.name} is ready after ${duration(performance.now() - start)}`);
    console.log(cluster.kubeconfigPath);
  },
);

verb("down", "remove the cluster and everything of it").action(async (flags: Flags) => {
  await clusterDown(optionsOf(flags));
});

verb("status", "each part, its process and its health; exit code 1 unless all are healthy")
  .option("--json", "as JSON")
  .action(async (flags: Flags) => {
    const status = await clusterStatus(optionsOf(flags));
    console.log(flags.json === true ? JSON.stringify(status, null, 2) : table(status));
    if (!status.healthy) process.exitCode = 1;
  });

verb("kill", "kill -9 of one part, to see it heal")
  .addArgument(new Argument("<part>").choices(partNames))
  .action(async (part: PartName, flags: Flags) => {
    await clusterKill(part, optionsOf(flags));
  });

verb("load", "put the images of OCI or Docker archives on the node")
  .argument("<archive...>", "paths of .tar files")
  .action(async (archives: string[], flags: Flags) => {
    for (const archive of archives) await clusterLoadImage(archive, optionsOf(flags));
  });

await runProgram(program);

function verb(name: string, description: string): Command {
  return clusterVerb(program, name, description, DEFAULT_NAME);
}

function optionsOf(flags: Flags): ClusterOptions {
  const { name, context } = flags;
  return { name, log: logToStderr, ...(context === undefined ? {} : { context }) };
}

function table(status: ClusterStatus): string {
  if (!status.running && status.parts.length === 0)
    return `cluster ${status.name}: none (${status.provider})`;
  const rows = status.parts.map(({ part, pid, healthy, detail }) =>
    [part.padEnd(24), String(pid ?? "-").padStart(8), healthy ? "healthy " : "UNWELL  ", detail].join("  "),
  );
  const head = `cluster ${status.name} (${status.provider}): ${status.healthy ? "healthy" : "unwell"}`;
  return [head, ...rows, `kubeconfig ${status.kubeconfigPath ?? "none"}`].join("\n");
}
