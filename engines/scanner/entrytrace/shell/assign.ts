// SPDX-License-Identifier: Apache-2.0
/** Assignments, and the built-ins that make them: export, declare, local, readonly. */
import type { Assignment } from "unbash";
import { bounded, isKnown, UNKNOWN } from "../unknown.ts";
import type { Evaluator } from "./evaluator.ts";
import { expandText, expandWords } from "./expand.ts";
import { textOf } from "./variables.ts";
import type { Value, World } from "./world.ts";

/** Items of an array that is filled by index. */
const MAX_ITEMS = 1024;
const NAME = /^[A-Za-z_]\w*$/;

/** The value that an assignment gives, with what stands there before where it adds to it. */
export function assignedValue(assignment: Assignment, world: World, evaluator: Evaluator): Value {
  const { name, value, append, index } = assignment;
  const old = world.variables.get(name)?.value;
  if (value.type === "ArrayValue") {
    const items = expandWords(value.elements, world, evaluator);
    return append === true && old !== undefined
      ? [...(typeof old === "string" ? [old] : old), ...items]
      : items;
  }
  const text = expandText(value, world, evaluator);
  if (index) return withItem(old, expandText(index, world, evaluator), text);
  if (append !== true) return text;
  if (typeof old === "object") return [bounded((old[0] ?? "") + text), ...old.slice(1)];
  return bounded(textOf(old) + text);
}

function withItem(old: Value | undefined, index: string, text: string): Value {
  const items = typeof old === "string" ? [old] : [...(old ?? [])];
  const at = Number(index);
  if (!/^\d+$/.test(index) || at > items.length || at >= MAX_ITEMS) return [UNKNOWN];
  items[at] = text;
  return items;
}

export const DECLARATIONS: ReadonlySet<string> = new Set([
  "export",
  "declare",
  "typeset",
  "local",
  "readonly",
]);

/** `-x`, `-g` and their like, then names with or without a value. */
export function declare(
  builtin: string,
  args: readonly (string | Assignment)[],
  world: World,
  evaluator: Evaluator,
): void {
  let flags = "";
  for (const arg of args) {
    if (typeof arg === "string" && /^[-+]/.test(arg)) flags += arg;
    else declareOne(builtin, arg, flags, world, evaluator);
  }
}

function declareOne(
  builtin: string,
  arg: string | Assignment,
  flags: string,
  world: World,
  evaluator: Evaluator,
): void {
  const split = typeof arg === "string" ? arg.indexOf("=") : -1;
  const name = typeof arg === "string" ? arg.slice(0, split < 0 ? undefined : split) : arg.name;
  if (!isKnown(name) || !NAME.test(name)) return;
  if (/[fF]/.test(flags) && flags.startsWith("-")) return; // functions
  const isExported = builtin === "export" ? !flags.includes("n") : flags.includes("x") ? true : undefined;
  const isLocal = builtin === "local" || (/^(?:declare|typeset)$/.test(builtin) && !flags.includes("g"));
  const value: Value | undefined =
    typeof arg === "string"
      ? split < 0
        ? undefined
        : arg.slice(split + 1)
      : assignedValue(arg, world, evaluator);
  if (isLocal) world.hide(name);
  if (value !== undefined)
    world.set(name, /[nA]/.test(flags) && builtin !== "export" ? UNKNOWN : value, isExported);
  else if (isExported !== undefined && world.variables.has(name))
    world.set(name, world.variables.get(name)?.value ?? "", isExported);
  else if (isLocal && world.frames.length > 0) {
    if (flags.includes("a") || flags.includes("A")) world.set(name, []);
    else world.variables.delete(name);
  }
}
