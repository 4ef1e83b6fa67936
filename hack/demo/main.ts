// SPDX-License-Identifier: Apache-2.0
/**
 * The demo from the command line: `npm run demo`, `npm run demo:down`. Results go to stdout, talk to stderr.
 */
import { Command } from "commander";
import { clusterVerb, runProgram } from "#hack/lib/cluster-verbs.ts";
import { logToStderr } from "#hack/lib/log.ts";
import { demoDown } from "./down.ts";
import { demoUp, type DemoOptions } from "./up.ts";

const program = new Command("demo").description("StellaOps on a cluster, with images that it judges");

verb("up", "get a cluster, install the operator, run the demo's workloads, and show the reports")
  .option("--image <name>", "where the nodes of an existing cluster find the product's image")
  .option("--registry-image <name>", "the same for the demo registry's image")
  .action(async (options: DemoOptions) => {
    await demoUp(options, logToStderr, (text) => {
      process.stdout.write(`${text}\n`);
    });
  });

verb("down", "remove the cluster, or what the demo put into an existing one").action((options: DemoOptions) =>
  demoDown(options, logToStderr),
);

await runProgram(program);

function verb(name: string, description: string): Command {
  return clusterVerb(program, name, description, "demo");
}
