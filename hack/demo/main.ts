// SPDX-License-Identifier: Apache-2.0
/**
 * The demo from the command line: `npm run demo`, `npm run demo:down`. Results go to stdout, talk to stderr.
 */
import { Command } from "commander";
import { errorKinds, kindOf, messageOf } from "#lib/errors.ts";
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

try {
  await program.parseAsync();
} catch (error) {
  logToStderr(messageOf(error));
  process.exitCode = errorKinds[kindOf(error)].exit;
}

function verb(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option("--name <name>", "name of the cluster", "demo")
    .option("--context <context>", "use the cluster of this kubeconfig context instead of making one");
}
