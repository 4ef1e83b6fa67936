// SPDX-License-Identifier: Apache-2.0
/** Whether what a command prints goes where its surroundings read it. */
import type { Redirection } from "unbash";
import type { World } from "./world.ts";

/** Runs with the output thrown away where a redirection leads it off. */
export function printsElsewhere(
  redirects: readonly Redirection[],
  world: World,
  run: () => World[],
): World[] {
  if (world.output === undefined || !redirects.some(leadsOff)) return run();
  const before = world.output;
  const worlds = run();
  for (const each of worlds) each.output = before;
  return worlds;
}

function leadsOff(redirection: Redirection): boolean {
  if (redirection.type !== "Redirect" || redirection.operator.startsWith("<")) return false;
  const { descriptor, operator } = redirection;
  return (
    operator.startsWith("&") ||
    descriptor === undefined ||
    (descriptor.type === "FileDescriptor" && descriptor.value === 1)
  );
}
