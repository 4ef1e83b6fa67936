// SPDX-License-Identifier: Apache-2.0
/** What a launcher is: a program of which it is known how it chooses the next one, or what it runs itself. */
import type { FoundProgram } from "../places.ts";
import { rootPath } from "../places.ts";
import { placeOf, shownWords, stuck, type Process, type TraceContext, type Way } from "../process.ts";
import type { EntryStep, EntryTerminal, RootFiles, TerminalKind } from "../types.ts";
import { isKnown, shown } from "../unknown.ts";

export interface Start {
  readonly process: Process;
  readonly found: FoundProgram;
  /** The name that chose the launcher. */
  readonly name: string;
  readonly context: TraceContext;
  /** Goes on with another program. */
  readonly follow: (process: Process) => Way[];
}

export type Launcher = (start: Start) => Way[];

const KEPT = ["PATH", "PYTHONPATH", "NODE_PATH", "CLASSPATH", "LD_LIBRARY_PATH", "LD_PRELOAD"];

export type Application = Partial<
  Pick<EntryTerminal, "program" | "module" | "application" | "classPath" | "preloads">
>;

/** The way's end: the program found is the one that runs. */
export function terminal(
  { process, found }: Pick<Start, "process" | "found">,
  kind: TerminalKind,
  application: Application = {},
): Way {
  const { argv, env, workingDir, user, steps } = process;
  const kept = KEPT.flatMap((name) => {
    const value = knownItems(env.get(name) ?? "");
    return value === "" ? [] : [[name, value] as const];
  });
  return {
    steps,
    terminal: {
      kind,
      path: found.file.path,
      ...application,
      argv: shownWords(argv),
      workingDir: shown(workingDir),
      user,
      env: Object.fromEntries(kept),
    },
  };
}

/** Of a list with colons the items that are known. */
const knownItems = (list: string): string =>
  isKnown(list)
    ? list
    : list
        .split(":")
        .filter((item) => item !== "" && isKnown(item))
        .join(":");

/** Goes on with other words, as a launcher that this program is. */
export function onward(
  { process, found, follow }: Start,
  argv: readonly string[],
  changes: Partial<Pick<Process, "env" | "user" | "workingDir">> = {},
  note?: string,
): Way[] {
  const step: EntryStep = {
    kind: "launcher",
    path: found.file.path,
    argv: shownWords(argv),
    ...(note === undefined ? {} : { note }),
  };
  const { scriptPath, ...rest } = process;
  return follow({ ...rest, ...changes, argv, steps: [...process.steps, step] });
}

/** A way that ends since a word of the command line is not known. */
export function notLiteral({ process }: Start, what: string): Way {
  const words = shownWords(process.argv).join(" ").slice(0, 300);
  return stuck(process, "WORD_NOT_LITERAL", `${what} of "${words}"${placeOf(process)} is not known`);
}

/** True path of a file that a program names; where nothing is known to stand there, the path as it is named. */
export function namedFile(name: string, { workingDir }: Process, files: RootFiles): string {
  const path = rootPath(name, workingDir);
  return files.find(path)?.path ?? path;
}

export interface Parsed {
  /** Values by option, the last of each. */
  readonly values: ReadonlyMap<string, string>;
  /** Every option with its value, in order. */
  readonly all: readonly (readonly [string, string])[];
  /** What stands behind the options. */
  readonly rest: readonly string[];
}

/** Options of getopt(3) before the first operand: letters that take a value, and long names that do. */
export function parseOptions(args: readonly string[], letters: string, long: readonly string[] = []): Parsed {
  const all: (readonly [string, string])[] = [];
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--") {
      at++;
      break;
    }
    if (!arg.startsWith("-") || arg === "-") break;
    const equals = arg.indexOf("=");
    if (arg.startsWith("--") || long.includes(arg)) {
      const name = equals < 0 ? arg : arg.slice(0, equals);
      const takesNext = equals < 0 && long.includes(name);
      all.push([name, equals >= 0 ? arg.slice(equals + 1) : takesNext ? (args[++at] ?? "") : ""]);
      continue;
    }
    for (let letter = 1; letter < arg.length; letter++) {
      const takesValue = letters.includes(arg.charAt(letter));
      const attached = arg.slice(letter + 1);
      const name = `-${arg.charAt(letter)}`;
      if (!takesValue) all.push([name, ""]);
      else all.push([name, attached !== "" ? attached : (args[++at] ?? "")]);
      if (takesValue) break;
    }
  }
  return { values: new Map(all), all, rest: args.slice(at) };
}
