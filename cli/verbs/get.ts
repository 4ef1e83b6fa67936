// SPDX-License-Identifier: Apache-2.0
/** `stella get KIND` and `stella report NAME`: what the cluster says, through the API server and the REST API. */
import { Argument, Option } from "commander";
import type { Command } from "commander";

export const gettable = [
  "reports",
  "scans",
  "scanpolicies",
  "schedules",
  "advisorysources",
  "vexsources",
  "notifyrules",
  "notifychannels",
  "stellaops",
] as const;
export type Gettable = (typeof gettable)[number];

export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly json?: boolean;
  readonly output?: "table" | "json";
  readonly all?: boolean;
  readonly wide?: boolean;
}

export function addGet(program: Command): void {
  clusterOptions(
    program
      .command("get")
      .description("List our resources in the cluster, as kubectl would.")
      .addArgument(new Argument("<kind>", "which kind").choices(gettable))
      .argument("[name]", "one object"),
  )
    .option("-A, --all-namespaces", "of all namespaces")
    .action(async (kind: Gettable, name: string | undefined, flags: ClusterFlags) => {
      const { getKind } = await import("../cluster.ts");
      await getKind(kind, name, flags);
    });
}

export function addReport(program: Command): void {
  clusterOptions(
    program
      .command("report")
      .description("Print the full report of an image, read from the REST API.")
      .argument("<name>", "name of the Report"),
  )
    .option("--all", "also list suppressed, waived and deferred findings")
    .option("--wide", "also show paths and sources; nothing is cut")
    .action(async (name: string, flags: ClusterFlags) => {
      const { printReport } = await import("../cluster.ts");
      await printReport(name, flags);
    });
}

function clusterOptions(command: Command): Command {
  return command
    .option("--kubeconfig <file>", "kubeconfig; KUBECONFIG or ~/.kube/config unless given")
    .option("--context <name>", "context of the kubeconfig")
    .option("-n, --namespace <namespace>", "namespace; the context's unless given")
    .addOption(new Option("-o, --output <format>", "how to print").choices(["table", "json"]))
    .option("--json", "short for -o json");
}
