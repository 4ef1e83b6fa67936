// SPDX-License-Identifier: Apache-2.0
/** A program about to be started, and what the trace carries along to it. */
import type { Budget } from "./budget.ts";
import type { RanPrograms } from "./ran.ts";
import type {
  EntryPath,
  EntryStep,
  EntryTraceLimits,
  RootFiles,
  Unresolved,
  UnresolvedCode,
} from "./types.ts";
import { shown } from "./unknown.ts";

/** A program with all that execve(2) and the kernel give it. Words and values may hold unknown parts. */
export interface Process {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** Absolute. */
  readonly workingDir: string;
  readonly user: string;
  /** The file and line that start it; undefined for the image config. */
  readonly from?: { readonly path: string; readonly line: number };
  /** The script that the kernel hands to this interpreter; undefined for all others. */
  readonly scriptPath?: string;
  /** Steps that led here, the one that starts it included. */
  readonly steps: readonly EntryStep[];
}

/** What all steps of one trace share. */
export interface TraceContext {
  readonly files: RootFiles;
  readonly budget: Budget;
  readonly limits: EntryTraceLimits;
  /** Takes variables that the image leaves unset as unknown in conditions. */
  readonly unsetIsUnknown: boolean;
  readonly ran: RanPrograms;
  /** Set once a condition has asked for a variable that the image leaves unset. */
  readonly asked: { unset: boolean };
}

/** A way of which a script knows that it is over before a program that lasts: never chosen before another. */
export interface Way extends EntryPath {
  readonly isExit?: boolean;
}

/** A program as a script's line starts it. */
export interface Launch extends Pick<Process, "argv" | "env" | "workingDir" | "user"> {
  /** The script; empty for a text that is an argument. */
  readonly path: string;
  /** 0 where it is not known. */
  readonly line: number;
  readonly kind: EntryStep["kind"];
  readonly note?: string;
}

/** @param before steps that led to the script */
export function started(launch: Launch, before: readonly EntryStep[]): Process {
  const { argv, env, workingDir, user, path, line, kind, note } = launch;
  const step: EntryStep = {
    kind,
    ...(path === "" ? {} : { path }),
    ...(line > 0 ? { line } : {}),
    argv: shownWords(argv),
    ...(note === undefined ? {} : { note: shown(note) }),
  };
  const from = path === "" ? {} : { from: { path, line } };
  return { argv, env, workingDir, user, ...from, steps: [...before, step] };
}

/** A way that ends here, and why. */
export function stuck(
  { steps, from }: Pick<Process, "steps" | "from">,
  code: UnresolvedCode,
  message: string,
): Way {
  const place: Pick<Unresolved, "path" | "line"> = from ?? {};
  return { steps, unresolved: { code, message, ...place } };
}

/** ` at a/b.sh:12`, or nothing for the image config. */
export const placeOf = ({ from }: Pick<Process, "from">): string =>
  from === undefined ? "" : ` at ${from.path}${from.line > 0 ? `:${from.line}` : ""}`;

/** Of one command line, for people; what is longer is cut. */
const MAX_SHOWN_WORDS = 256;
const MAX_SHOWN_LENGTH = 4000;

export function shownWords(words: readonly string[]): string[] {
  const cut = words.slice(0, MAX_SHOWN_WORDS).map((word) => {
    const text = shown(word);
    return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}...` : text;
  });
  return words.length > MAX_SHOWN_WORDS ? [...cut, "..."] : cut;
}

export function withEnv(
  env: ReadonlyMap<string, string>,
  changes: Iterable<readonly [string, string]>,
): Map<string, string> {
  const changed = new Map(env);
  for (const [name, value] of changes) changed.set(name, value);
  return changed;
}
