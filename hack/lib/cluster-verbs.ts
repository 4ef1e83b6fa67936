// SPDX-License-Identifier: Apache-2.0
/** Command lines of developer scripts that work on a cluster: the same flags, and the same way to fail. */
import type { Command } from "commander";
import { errorKinds, kindOf, messageOf } from "#lib/errors.ts";
import { logToStderr } from "./log.ts";

/** A verb with the flags that name its cluster; `standard` is the name where none is given. */
export function clusterVerb(program: Command, name: string, description: string, standard: string): Command {
  return program
    .command(name)
    .description(description)
    .option("--name <name>", "name of the cluster", standard)
    .option("--context <context>", "use the cluster of this kubeconfig context instead of making one");
}

/** Says what went wrong in one line, and leaves the exit code that the error's kind has. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    logToStderr(messageOf(error));
    process.exitCode = errorKinds[kindOf(error)].exit;
  }
}
