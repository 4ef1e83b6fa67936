// SPDX-License-Identifier: Apache-2.0
/**
 * Which components the entry program uses, each with the reason: what is started on the way, what the dynamic linker
 * loads for it, and the language packages that it leads to by their own declarations. Evidence of use only: what is
 * not among them may still be loaded by name at run time.
 */
import { byKey } from "#lib/compare.ts";
import type { EntryPath, EntryTerminal, EntryTrace } from "../entrytrace/index.ts";
import {
  linkedObjects,
  LinkerBudget,
  type Closure,
  type Linked,
  type LinkerFiles,
  type Start,
} from "./dynamic-linker.ts";
import { runtimeModuleFolders } from "./runtime-modules.ts";

/** What the closure is made over; the composed image implements it. */
export interface UsageView extends LinkerFiles {
  /** Native objects in a folder or at a path, at any depth; sorted. */
  binariesUnder(path: string): readonly string[];
  /** Packages that the terminal program leads to, with the reason for each. */
  languagePackages(path: EntryPath): readonly { readonly reference: Reference; readonly reason: string }[];
  /** True once a limit has ended the search for packages. */
  isCut(): boolean;
  /** Components that a file belongs to: the package that owns it, or the binary itself. */
  componentsOf(path: string): readonly Reference[];
  /** Folders and files of a component. */
  contentsOf(reference: Reference): readonly string[];
}

/** Index of a component. */
export type Reference = number;

export interface Usage {
  /** Component to reason, the first found. */
  readonly reasons: ReadonlyMap<Reference, string>;
  /** Libraries that some program or module needs and that are not there; sorted, each once. */
  readonly missing: Closure["missing"];
  /** True where a limit ended the search. */
  readonly isCut: boolean;
}

export function usageOf(trace: EntryTrace, view: UsageView): Usage {
  const search = new UsageSearch(view);
  for (const way of [trace, ...(trace.alternatives ?? []), ...(trace.onTheWay ?? [])]) search.follow(way);
  return search.found();
}

class UsageSearch {
  readonly #view: UsageView;
  readonly #reasons = new Map<Reference, string>();
  readonly #missing = new Map<string, Closure["missing"][number]>();
  readonly #budget = new LinkerBudget();
  #isCut = false;

  constructor(view: UsageView) {
    this.#view = view;
  }

  follow(way: EntryPath): void {
    const { terminal } = way;
    const start = startOf(terminal?.env ?? {});
    const started = startedPaths(way);
    for (const [path, reason] of started) this.#note(this.#view.componentsOf(path), reason);
    for (const path of started.keys()) this.#noteMissing(this.#load(path, start));
    // A module of the standard library whose libraries are not installed is one that can't be loaded.
    if (terminal) this.#load(terminal.path, { ...start, modules: this.#runtimeModules(terminal) });
    const binaries = this.#packageBinaries(way);
    const [modules, programs] = parted(binaries, (path) => this.#interpreterOf(path) === undefined);
    if (terminal) this.#noteMissing(this.#load(terminal.path, { ...start, modules }));
    for (const path of programs) this.#noteMissing(this.#run(path, start));
  }

  found(): Usage {
    const missing = [...this.#missing].sort(byKey(([key]) => key)).map(([, each]) => each);
    const isCut = this.#isCut || this.#budget.isSpent || this.#view.isCut();
    return { reasons: this.#reasons, missing, isCut };
  }

  #runtimeModules(terminal: EntryTerminal): readonly string[] {
    const modules = runtimeModuleFolders(terminal).flatMap((path) => this.#view.binariesUnder(path));
    for (const path of modules)
      this.#note(this.#view.componentsOf(path), `native module of the runtime: /${path}`);
    return modules;
  }

  #interpreterOf(path: string): string | undefined {
    return this.#view.find(path)?.binary.interpreter;
  }

  /** A package's own program, unless it is made for a system with another C library. */
  #run(path: string, start: Start): Closure["missing"] {
    const interpreter = this.#interpreterOf(path)?.replace(/^\/+/, "");
    return interpreter !== undefined && this.#view.find(interpreter) ? this.#load(path, start) : [];
  }

  /** Notes the packages that the program leads to; answers their native modules and programs. */
  #packageBinaries(way: EntryPath): readonly string[] {
    const binaries: string[] = [];
    for (const { reference, reason } of this.#view.languagePackages(way)) {
      this.#note([reference], reason);
      for (const path of this.#view.contentsOf(reference).flatMap((each) => this.#view.binariesUnder(each))) {
        this.#note(this.#view.componentsOf(path), `native module of a used package: /${path}`);
        binaries.push(path);
      }
    }
    return binaries;
  }

  /** Answers what is not there. */
  #load(program: string, start: Start): Closure["missing"] {
    if (start.modules?.length === 0) return [];
    const { linked, missing, isCut } = linkedObjects(program, this.#view, start, this.#budget);
    for (const each of linked) this.#note(this.#view.componentsOf(each.path), linkReason(each));
    this.#isCut ||= isCut;
    return missing;
  }

  #note(references: readonly Reference[], reason: string): void {
    for (const reference of references)
      if (!this.#reasons.has(reference)) this.#reasons.set(reference, reason);
  }

  #noteMissing(missing: Closure["missing"]): void {
    for (const each of missing) this.#missing.set(`${each.neededBy} ${each.name}`, each);
  }
}

function parted<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

function startOf(environment: Readonly<Record<string, string>>): Start {
  return {
    libraryPath: environment["LD_LIBRARY_PATH"] ?? "",
    preload: environment["LD_PRELOAD"] ?? "",
  };
}

const linkReason = ({ path, neededBy, preloadedBy }: Linked): string =>
  preloadedBy === undefined
    ? `/${neededBy} links to /${path}`
    : `${preloadedBy} has it loaded into /${neededBy}: /${path}`;

/** Files that are executed or read as scripts on the way, the terminal program first. */
function startedPaths({ steps, terminal }: EntryPath): Map<string, string> {
  const paths = new Map<string, string>();
  if (terminal) {
    paths.set(terminal.path, `the entry point runs /${terminal.path}`);
    if (terminal.program !== undefined)
      paths.set(terminal.program, `the entry point runs /${terminal.program}`);
  }
  for (const { kind, path, line, program } of steps) {
    const where = line === undefined ? "" : `:${line}`;
    if (path !== undefined && !paths.has(path))
      paths.set(path, `the entry point leads through /${path}${where} (${kind})`);
    if (program !== undefined && !paths.has(program))
      paths.set(program, `the entry point leads through /${program}`);
  }
  return paths;
}
