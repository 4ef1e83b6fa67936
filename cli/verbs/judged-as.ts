// SPDX-License-Identifier: Apache-2.0
/** Options that say as which image, and where, a target is judged: what the cluster knows of it and a file does not. */
import type { Command } from "commander";

export interface JudgedAs {
  readonly as?: string;
  readonly namespace?: string;
  readonly env?: string;
}

export const judgedAsOptions = (command: Command): Command =>
  command
    .option("--as <reference>", "judge it as this image: what rules with image and repo, and VEX, ask for")
    .option("--namespace <name>", "judge it as in this namespace")
    .option("--env <name>", "judge it as in this environment");
