// SPDX-License-Identifier: Apache-2.0
/** `--no-vex` beside options that ask for VEX: one of them would be dropped silently, and which hangs on their order. */
import type { Command } from "commander";

/** Of a command that has `--vex` and `--no-vex`. */
export function refuseVexBesideNone(command: Command): void {
  const given = new Set<string>();
  for (const name of ["vex", "no-vex"])
    command.on(`option:${name}`, () => {
      given.add(name);
      if (given.size > 1) command.error("error: --vex and --no-vex contradict each other: give one of them");
    });
  command.hook("preAction", () => {
    if (given.has("no-vex") && command.getOptionValue("attachedVex") === "any")
      command.error("error: --attached-vex any and --no-vex contradict each other: give one of them");
  });
}
