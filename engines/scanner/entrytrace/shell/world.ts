// SPDX-License-Identifier: Apache-2.0
/** One possible state of a running shell. Conditions that can't be decided make two of one; joins make one of many. */
import type { Function as FunctionNode } from "unbash";
import type { EntryStep } from "../types.ts";
import { UNKNOWN } from "../unknown.ts";
import type { Source } from "./source.ts";

/** Names that one world may hold; beyond, new ones are forgotten. */
const MAX_VARIABLES = 4096;

export type Value = string | readonly string[];

export interface Variable {
  readonly value: Value;
  readonly isExported: boolean;
}

/** A program that a script runs without becoming it. */
export interface Launched {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly workingDir: string;
  readonly user: string;
  readonly path: string;
  readonly line: number;
  readonly kind: "exec" | "run" | "wait";
  readonly note?: string;
  /** False for tools that are known to end by themselves. */
  readonly isLasting: boolean;
}

/** 0 or 1 (any failure); undefined where it is not known. */
export type Status = 0 | 1 | undefined;

export const flipped = (status: Status): Status => (status === undefined ? undefined : status === 0 ? 1 : 0);

/** A jump on its way to the loop, function or file that it ends. */
export type Jump =
  { readonly kind: "break" | "continue"; readonly levels: number } | { readonly kind: "return" };

interface Frame {
  readonly name: string;
  readonly source: Source;
  readonly parameters: readonly string[];
  /** What `local` hides. */
  readonly hidden: Map<string, Variable | undefined>;
}

export class World {
  variables = new Map<string, Variable>();
  /** `$0`. */
  zero = "sh";
  parameters: readonly string[] = [];
  functions = new Map<string, { readonly node: FunctionNode; readonly source: Source }>();
  frames: readonly Frame[] = [];
  workingDir = "/";
  user = "";
  status: Status = 0;
  jump: Jump | undefined;
  /** The last program run in the foreground, lasting ones before others. */
  last: Launched | undefined;
  jobs: readonly Launched[] = [];
  exportsAll = false;
  /** A file whose text is not known has been read in: what is not set may be set there. */
  mayHoldMore = false;
  source: Source;
  /** What a command substitution has printed; undefined outside of one. */
  output: string | undefined;
  /** Files read as part of the script. */
  trail: readonly EntryStep[] = [];

  constructor(source: Source) {
    this.source = source;
  }

  fork(): World {
    const other = new World(this.source);
    Object.assign(other, this);
    other.variables = new Map(this.variables);
    other.functions = new Map(this.functions);
    other.frames = this.frames.map((frame) => ({ ...frame, hidden: new Map(frame.hidden) }));
    return other;
  }

  set(name: string, value: Value, isExported?: boolean): void {
    const old = this.variables.get(name);
    if (!old && this.variables.size >= MAX_VARIABLES) return;
    const exported = isExported ?? (old?.isExported === true || this.exportsAll);
    this.variables.set(name, { value, isExported: exported });
  }

  /** As `local` does: the function's end brings the old value back. */
  hide(name: string): void {
    const frame = this.frames.at(-1);
    if (frame && !frame.hidden.has(name)) frame.hidden.set(name, this.variables.get(name));
  }

  enter(name: string, source: Source, parameters: readonly string[]): void {
    const frame: Frame = { name, source: this.source, parameters: this.parameters, hidden: new Map() };
    this.frames = [...this.frames, frame];
    this.parameters = parameters;
    this.source = source;
  }

  leave(): void {
    const frame = this.frames.at(-1);
    if (!frame) return;
    for (const [name, variable] of frame.hidden) {
      if (variable) this.variables.set(name, variable);
      else this.variables.delete(name);
    }
    this.frames = this.frames.slice(0, -1);
    this.parameters = frame.parameters;
    this.source = frame.source;
    if (this.jump?.kind === "return") this.jump = undefined;
  }

  print(text: string): void {
    if (this.output !== undefined) this.output += text;
  }

  /** What a program started now gets. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, { value, isExported }] of this.variables) {
      if (isExported) env.set(name, typeof value === "string" ? value : (value[0] ?? ""));
    }
    return env;
  }
}

/** Puts equal worlds together; past `most`, also those that differ in variables only, whose values are then unknown. */
export function joined(worlds: readonly World[], most: number): World[] {
  if (worlds.length < 2) return [...worlds];
  const kept: World[] = [];
  for (const world of worlds) {
    const same = kept.findIndex((other) => areAlike(other, world) && haveSameVariables(other, world));
    if (same < 0) kept.push(world);
    else kept[same] = unite(kept[same] ?? world, world);
  }
  if (kept.length <= most) return kept;
  const few: World[] = [];
  for (const world of kept) {
    const alike = few.findIndex((other) => areAlike(other, world));
    if (alike < 0) few.push(world);
    else few[alike] = unite(few[alike] ?? world, world);
  }
  return few.length <= most ? few : few.slice(-most);
}

/** The later one goes on, with what is not the same in both forgotten. */
function unite(earlier: World, later: World): World {
  if (earlier.status !== later.status) later.status = undefined;
  if (earlier.output !== later.output) later.output = UNKNOWN;
  later.mayHoldMore ||= earlier.mayHoldMore;
  for (const name of new Set([...earlier.variables.keys(), ...later.variables.keys()])) {
    const [one, other] = [earlier.variables.get(name), later.variables.get(name)];
    if (!sameValue(one?.value, other?.value))
      later.variables.set(name, { value: UNKNOWN, isExported: (one ?? other)?.isExported === true });
  }
  for (const [name, definition] of earlier.functions)
    if (!later.functions.has(name)) later.functions.set(name, definition);
  return later;
}

function areAlike(one: World, other: World): boolean {
  return (
    sameList(one.parameters, other.parameters) &&
    one.workingDir === other.workingDir &&
    one.frames.length === other.frames.length &&
    one.mayHoldMore === other.mayHoldMore &&
    JSON.stringify(one.jump) === JSON.stringify(other.jump) &&
    sameProgram(one.last, other.last) &&
    one.jobs.length === other.jobs.length &&
    one.jobs.every((job, index) => sameProgram(job, other.jobs[index]))
  );
}

function haveSameVariables(one: World, other: World): boolean {
  if (one.variables.size !== other.variables.size || one.output !== other.output) return false;
  for (const [name, { value }] of one.variables)
    if (!sameValue(value, other.variables.get(name)?.value)) return false;
  return true;
}

function sameValue(one: Value | undefined, other: Value | undefined): boolean {
  if (typeof one === "object" && typeof other === "object") return sameList(one, other);
  return one === other;
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((item, index) => item === other[index]));
}

/** Tools that end by themselves make no difference. */
function sameProgram(one: Launched | undefined, other: Launched | undefined): boolean {
  const [a, b] = [one?.isLasting === true ? one : undefined, other?.isLasting === true ? other : undefined];
  return a === b || (a !== undefined && b !== undefined && sameList(a.argv, b.argv) && a.line === b.line);
}
