// SPDX-License-Identifier: Apache-2.0
/** Values of parameters, special ones too, as far as an image tells them. POSIX.1-2024 2.5, bash(1) PARAMETERS. */
import { isKnown, UNKNOWN, UNKNOWN_ID } from "../unknown.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Value, World } from "./world.ts";

const RUN_TIME = new Set([
  "HOSTNAME",
  "RANDOM",
  "SRANDOM",
  "PPID",
  "SECONDS",
  "EPOCHSECONDS",
  "LINENO",
  "BASHPID",
]);
/** Of a shell that runs a script. */
const FLAGS = "hB";

/** Undefined where it is not set. */
export function valueOf(name: string, world: World, evaluator: Evaluator): Value | undefined {
  if (/^\d+$/.test(name)) return name === "0" ? world.zero : world.parameters[Number(name) - 1];
  const special = specialValue(name, world);
  if (special !== undefined) return special;
  const variable = world.variables.get(name);
  if (variable) return variable.value;
  const built = builtIn(name, world);
  if (built !== undefined) return built;
  if (evaluator.conditions > 0) evaluator.asked.unset = true;
  const isOpen = world.mayHoldMore || (evaluator.unsetIsUnknown && evaluator.conditions > 0);
  return isOpen ? UNKNOWN : undefined;
}

function specialValue(name: string, world: World): Value | undefined {
  switch (name) {
    case "@":
    case "*":
      return world.parameters;
    case "#":
      return String(world.parameters.length);
    case "?":
      return world.status === 0 ? "0" : world.status === 1 ? UNKNOWN_ID : UNKNOWN;
    case "$":
    case "!":
      return UNKNOWN;
    case "-":
      return FLAGS;
    default:
      return undefined;
  }
}

function builtIn(name: string, world: World): Value | undefined {
  if (RUN_TIME.has(name)) return UNKNOWN;
  switch (name) {
    case "PWD":
      return world.workingDir;
    case "HOME":
      return userId(world.user) === "0" ? "/root" : UNKNOWN;
    case "UID":
    case "EUID":
      return userId(world.user);
    case "OSTYPE":
      return "linux-gnu";
    case "FUNCNAME":
      return callers(world);
    case "BASH_SOURCE":
      return [world.source.name, ...world.frames.map(({ source }) => source.name).reverse()];
    case "BASH_VERSION":
    case "BASH_VERSINFO":
      return UNKNOWN;
    default:
      return undefined;
  }
}

/** Innermost first, `main` for the script itself; empty outside of functions. */
function callers({ frames }: World): string[] {
  return frames.length === 0 ? [] : [...frames.map(({ name }) => name).reverse(), "main"];
}

/** `id -u` of the config's or a launcher's user. */
export function userId(user: string): string {
  const name = user.split(":")[0] ?? "";
  if (name === "" || name === "root" || name === "0") return "0";
  if (/^\d+$/.test(name)) return name;
  return isKnown(name) ? UNKNOWN_ID : UNKNOWN;
}

/** As one text: of an array its first item. */
export function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : (value?.[0] ?? "");
}
