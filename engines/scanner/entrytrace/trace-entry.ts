// SPDX-License-Identifier: Apache-2.0
/**
 * Which program ENTRYPOINT and CMD lead to, and by which lines. Nothing is run. Source: OCI image-spec v1.1, config.md;
 * how the two are put together: Dockerfile reference, "Understand how CMD and ENTRYPOINT interact".
 */
import { Budget, BudgetExhausted } from "./budget.ts";
import { follow } from "./follow.ts";
import { absolute, DEFAULT_PATH } from "./places.ts";
import { stuck, type Process, type TraceContext, type Way } from "./process.ts";
import { RanPrograms } from "./ran.ts";
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
/** Programs on the way that one trace carries. */
const MAX_ON_THE_WAY = 64;

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
  const ran = new RanPrograms();
  const context = { files, limits: all, ran, asked: { unset: false } };
  const ways = waysFrom(start, { ...context, unsetIsUnknown: false });
  // Whoever runs the image may set what it leaves unset.
  const others = context.asked.unset
    ? going(waysFrom(asking(start), { ...context, unsetIsUnknown: true }))
    : [];
  const isOver = going(ways).length === 0;
  const trace = isOver && others.length > 0 ? chosen(others, []) : chosen(ways, others);
  const onTheWay = followed({ ...context, unsetIsUnknown: true }, trace);
  return { ...trace, ...(onTheWay.length > 0 ? { onTheWay } : {}) };
}

const going = (ways: readonly Way[]): readonly Way[] => ways.filter(({ isExit }) => isExit !== true);

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

function asking(start: Process): Process {
  const note = "followed as if variables that the image leaves unset could hold anything";
  return { ...start, steps: start.steps.map((step) => ({ ...step, note })) };
}

/** No word of a command line can hold the characters that stand for what is not known. */
const withoutHoles = (text: string): string => text.replace(/[\0\u0001]/g, "");

const CUT: EntryPath = {
  steps: [],
  unresolved: { code: "BUDGET_EXHAUSTED", message: "the scripts run more programs than are followed" },
};

type Shared = Omit<TraceContext, "budget">;

function waysFrom(start: Process, shared: Shared, budget = new Budget(shared.limits.maxEvaluations)): Way[] {
  try {
    return follow(start, { ...shared, budget });
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return [stuck(start, "BUDGET_EXHAUSTED", error.message)];
  }
}

/** What is run on the way, as far as it leads to files that the ways themselves don't name. */
function followed(shared: Shared, trace: EntryTrace): EntryPath[] {
  const budget = new Budget(shared.limits.maxEvaluations);
  const seen = new Set([trace, ...(trace.alternatives ?? [])].flatMap(filesOf));
  const found: EntryPath[] = [];
  let isCut = false;
  for (let process = shared.ran.take(); process; process = shared.ran.take()) {
    for (const way of waysFrom(process, shared, budget)) {
      const files = filesOf(way);
      isCut ||= way.unresolved?.code === "BUDGET_EXHAUSTED";
      if (files.every((file) => seen.has(file))) continue;
      if (found.length >= MAX_ON_THE_WAY) return [...found, CUT];
      for (const file of files) seen.add(file);
      found.push(plain(way));
    }
  }
  return isCut || shared.ran.isCut ? [...found, CUT] : found;
}

/** What a way starts and reads, and what its program is told to load. */
function filesOf({ steps, terminal }: EntryPath): string[] {
  const files = steps.flatMap(({ path, program }) => [path, program]).filter((file) => file !== undefined);
  if (!terminal) return files;
  const { argv, workingDir, user, env, ...loads } = terminal;
  return [...files, terminal.kind === "native" ? terminal.path : JSON.stringify(loads)];
}

type Resolved = EntryPath & { readonly terminal: EntryTerminal };

/** The last way goes farthest; those that end before a program that lasts only count where there is no other. */
function chosen(ways: readonly Way[], others: readonly Way[]): EntryTrace {
  const lasting = going(ways);
  const candidates = lasting.length > 0 ? lasting : ways;
  const last = candidates.at(-1);
  const primary = candidates.findLast(isResolved) ?? last;
  if (!primary) throw new Error("a trace has at least one way"); // `follow` answers with one
  const seen = new Set([keyOf(primary)]);
  const alternatives: Resolved[] = [];
  for (const way of lasting.filter(isResolved)) {
    const key = keyOf(way);
    if (seen.has(key) || alternatives.length >= MAX_ALTERNATIVES) continue;
    seen.add(key);
    alternatives.push(resolved(way));
  }
  const files = new Set([primary, ...alternatives].flatMap(filesOf));
  for (const way of others.filter(isResolved)) {
    const own = filesOf(way);
    if (own.every((file) => files.has(file)) || alternatives.length >= MAX_ALTERNATIVES) continue;
    for (const file of own) files.add(file);
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
