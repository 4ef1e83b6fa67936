// SPDX-License-Identifier: Apache-2.0
/**
 * Which program ENTRYPOINT and CMD lead to, and by which lines. Nothing is run. Source: OCI image-spec v1.1, config.md;
 * how the two are put together: Dockerfile reference, "Understand how CMD and ENTRYPOINT interact".
 */
import { Budget, BudgetExhausted } from "./budget.ts";
import { follow } from "./follow.ts";
import { absolute, DEFAULT_PATH } from "./places.ts";
import { stuck, type Process, type Way } from "./process.ts";
import {
  defaultEntryTraceLimits,
  type EntryConfig,
  type EntryPath,
  type EntryTerminal,
  type EntryTrace,
  type EntryTraceLimits,
  type RootFiles,
} from "./types.ts";

/** Alternatives that one trace carries. */
const MAX_ALTERNATIVES = 16;

/** Never throws for what an image holds; where the way can't be followed, `unresolved` says why. */
export function traceEntry(
  config: EntryConfig,
  files: RootFiles,
  limits: Partial<EntryTraceLimits> = {},
): EntryTrace {
  const start = startOf(config);
  if (start.argv.length === 0)
    return plain(stuck(start, "ENTRYPOINT_EMPTY", "the image names neither an entry point nor a command"));
  const all = { ...defaultEntryTraceLimits, ...limits };
  const ways = waysFrom(start, files, all, false);
  if (ways.some(({ isExit }) => isExit !== true)) return chosen(ways);
  const others = waysFrom(asking(start), files, all, true).filter(({ isExit }) => isExit !== true);
  return chosen(others.length > 0 ? others : ways);
}

function startOf({ entrypoint, cmd, env, workingDir, user }: EntryConfig): Process {
  const argv = [...entrypoint, ...cmd].map(withoutHoles);
  const variables = new Map([["PATH", DEFAULT_PATH]]);
  for (const entry of env) {
    const equals = entry.indexOf("=");
    if (equals > 0) variables.set(entry.slice(0, equals), withoutHoles(entry.slice(equals + 1)));
  }
  return {
    argv,
    env: variables,
    workingDir: absolute(withoutHoles(workingDir), "/"),
    user: withoutHoles(user),
    steps: [{ kind: "image-config", argv }],
  };
}

/** A script that only ends as the image stands may ask for variables: whoever runs the image sets them. */
function asking(start: Process): Process {
  const note = "followed as if variables that the image leaves unset could hold anything";
  return { ...start, steps: start.steps.map((step) => ({ ...step, note })) };
}

/** No word of a command line can hold the characters that stand for what is not known. */
const withoutHoles = (text: string): string => text.replace(/[\0\u0001]/g, "");

function waysFrom(
  start: Process,
  files: RootFiles,
  limits: EntryTraceLimits,
  unsetIsUnknown: boolean,
): Way[] {
  const budget = new Budget(limits.maxEvaluations);
  try {
    return follow(start, { files, budget, limits, unsetIsUnknown });
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return [stuck(start, "BUDGET_EXHAUSTED", error.message)];
  }
}

type Resolved = EntryPath & { readonly terminal: EntryTerminal };

/** The last way goes farthest; those that end before a program that lasts only count where there is no other. */
function chosen(ways: readonly Way[]): EntryTrace {
  const going = ways.filter(({ isExit }) => isExit !== true);
  const candidates = going.length > 0 ? going : ways;
  const last = candidates.at(-1);
  const primary = candidates.findLast(isResolved) ?? last;
  if (!primary) throw new Error("a trace has at least one way"); // `follow` answers with one
  const seen = new Set([keyOf(primary)]);
  const alternatives: Resolved[] = [];
  for (const way of going.filter(isResolved)) {
    const key = keyOf(way);
    if (seen.has(key) || alternatives.length >= MAX_ALTERNATIVES) continue;
    seen.add(key);
    alternatives.push(resolved(way));
  }
  const unresolved = primary.unresolved ?? last?.unresolved;
  return {
    ...plain(primary),
    ...(unresolved ? { unresolved } : {}),
    ...(alternatives.length > 0 ? { alternatives } : {}),
  };
}

const isResolved = (way: Way): way is Way & Resolved => way.terminal !== undefined;

function resolved(way: Way & Resolved): Resolved {
  return { ...plain(way), terminal: way.terminal };
}

function plain({ isExit, ...path }: Way): EntryPath {
  return path;
}

function keyOf({ terminal }: EntryPath): string {
  if (!terminal) return "";
  const { kind, path, program, module, application, classPath, argv } = terminal;
  return JSON.stringify([path, program, module, application, classPath, kind === "native" ? argv : []]);
}
