// SPDX-License-Identifier: Apache-2.0
/** What the entry trace reads and what it answers: the chain from ENTRYPOINT and CMD to the program that really runs. */
import type { ImageConfig } from "#lib/oci/types.ts";
import type { BinaryFact, ManifestFact, ScriptFact } from "../facts.ts";

/** What an image config says of the start. */
export type EntryConfig = Pick<ImageConfig, "entrypoint" | "cmd" | "env" | "workingDir" | "user">;

/** A file that some analyzer has read. */
export interface EntryFile {
  /** The true path, no leading slash. */
  readonly path: string;
  readonly binary?: BinaryFact;
  readonly script?: ScriptFact;
  readonly manifest?: ManifestFact;
  readonly jar?: boolean;
}

/** The image's root filesystem as far as facts tell of it. Paths have no leading slash, `..` or doubled slash. */
export interface RootFiles {
  /** Leads through all links; undefined where nothing is known to stand there. */
  find(path: string): EntryFile | undefined;
  /** Names directly in a directory, sorted; files that some analyzer has read, and folders that hold such. */
  list(directory: string): readonly string[];
  /**
   * What stands at a path after all links, whether or not an analyzer has read it. Where the port has no such
   * method, a file that is not found counts as unknown.
   */
  kindOf?(path: string): "file" | "directory" | "absent";
}

export type EntryStepKind =
  /** ENTRYPOINT and CMD together, as the config gives them. */
  | "image-config"
  /** A script replaces itself by a program. */
  | "exec"
  /** A script runs a program and stays; nothing that lasts comes after it. */
  | "run"
  /** A script waits for a program that it has put in the background. */
  | "wait"
  /** A script reads another file as part of itself. */
  | "source"
  /** A program that only starts another one. */
  | "launcher"
  /** The `#!` line names the program. */
  | "interpreter"
  /** A script of a package.json. */
  | "npm-script"
  /** A supervised service's own start script. */
  | "service";

export interface EntryStep {
  readonly kind: EntryStepKind;
  /** The script or manifest that says so; not set for the image config. No leading slash. */
  readonly path?: string;
  /** 1-based. */
  readonly line?: number;
  /** True path of the file that the step starts or reads; not set where it is not known. No leading slash. */
  readonly program?: string;
  /** Words of the program started; what is not known statically shows as `<?>`, what is cut ends in `...`. */
  readonly argv: readonly string[];
  readonly note?: string;
}

export type TerminalKind = "native" | "python" | "node" | "java" | "ruby" | "php" | "dotnet" | "script";

/** The program that the container lives by. */
export interface EntryTerminal {
  readonly kind: TerminalKind;
  /** True path of what the kernel runs: a binary, or the interpreter of the program. */
  readonly path: string;
  /** True path of the script, jar or assembly that the interpreter runs. */
  readonly program?: string;
  /** Python's `-m`, Java's main class (or `module/class`). */
  readonly module?: string;
  /** What an application server is told to load: `app.main:app` of uvicorn, gunicorn, celery; Flask's may be a file. */
  readonly application?: string;
  readonly argv: readonly string[];
  /** Java: entries in order, no leading slash; a trailing `*` stands for all jars of the folder. */
  readonly classPath?: readonly string[];
  /** Loaded first. Node: modules as they are named (`--require`, `--import`); Java: agents and archives before all, no leading slash. */
  readonly preloads?: readonly string[];
  /** Absolute. */
  readonly workingDir: string;
  readonly user: string;
  /** Of PATH, PYTHONPATH, NODE_PATH, CLASSPATH, LD_LIBRARY_PATH, LD_PRELOAD those that are set. */
  readonly env: Readonly<Record<string, string>>;
}

export type UnresolvedCode =
  | "APPLICATION_NOT_NAMED"
  | "ARGUMENT_FILE"
  | "BUDGET_EXHAUSTED"
  | "CHROOT"
  | "CODE_IN_ARGUMENT"
  | "ENTRYPOINT_EMPTY"
  | "EXEC_FORMAT"
  | "INTERPRETER_UNKNOWN"
  | "NPM_SCRIPT_NOT_FOUND"
  | "PROGRAM_NOT_FOUND"
  | "S6_OVERLAY"
  | "SCRIPT_ENDS"
  | "SCRIPT_TEXT_NOT_KEPT"
  | "SHELL_SYNTAX"
  | "SUPERVISOR"
  | "WORD_NOT_LITERAL";

export interface Unresolved {
  readonly code: UnresolvedCode;
  /** One sentence: what is not known, and where. */
  readonly message: string;
  readonly path?: string;
  /** 1-based. */
  readonly line?: number;
}

/** One way through the scripts, with its end. */
export interface EntryPath {
  /** First the image config's own words. */
  readonly steps: readonly EntryStep[];
  readonly terminal?: EntryTerminal;
  readonly unresolved?: Unresolved;
}

export interface EntryTrace extends EntryPath {
  /** Other programs, reached by branches that can't be decided statically or as services beside; in the order found. */
  readonly alternatives?: readonly (EntryPath & { readonly terminal: EntryTerminal })[];
  /**
   * Programs that the scripts run and that are over before the last one starts, each followed to its own end; in the order
   * found. Those under conditions that can't be decided too. Their first step is the script's line; one without steps says that
   * there are more.
   */
  readonly onTheWay?: readonly EntryPath[];
}

export interface EntryTraceLimits {
  /** Shell commands, words and conditions evaluated in all. */
  readonly maxEvaluations: number;
  /** Programs that start one another. */
  readonly maxDepth: number;
  /** Ways through the scripts that are followed to their ends. */
  readonly maxPaths: number;
  /** States of one script kept apart by conditions that can't be decided; more are put together. */
  readonly maxWorlds: number;
}

export const defaultEntryTraceLimits: EntryTraceLimits = {
  maxEvaluations: 60_000, // the largest entry scripts of official images take about a thousand
  maxDepth: 24,
  maxPaths: 24,
  maxWorlds: 12,
};
