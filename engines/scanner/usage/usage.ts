// SPDX-License-Identifier: Apache-2.0
/**
 * Which components the entry program uses, each with the reason: what is started on the way, what the dynamic linker
 * loads for it, and the language packages that it leads to by their own declarations. Evidence of use only: what is
 * not among them may still be loaded by name at run time.
 */
import type { EntryPath, EntryTrace } from "../entrytrace/index.ts";
import { linkedObjects, type Closure, type LinkerFiles } from "./dynamic-linker.ts";

/** What the closure is made over; the composed image implements it. */
export interface UsageView extends LinkerFiles {
  /** Native objects in a folder or at a path, at any depth; sorted. */
  binariesUnder(path: string): readonly string[];
  /** Packages that the terminal program leads to, with the reason for each. */
  languagePackages(path: EntryPath): readonly { readonly reference: Reference; readonly reason: string }[];
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
  readonly missing: Closure["missing"];
}

export function usageOf(trace: EntryTrace, view: UsageView): Usage {
  const reasons = new Map<Reference, string>();
  const note = (references: readonly Reference[], reason: string): void => {
    for (const reference of references) if (!reasons.has(reference)) reasons.set(reference, reason);
  };
  const missing: Closure["missing"][number][] = [];
  const load = (programs: readonly string[], environment: Readonly<Record<string, string>>): void => {
    const closure = linkedObjects(programs, view, environment["LD_LIBRARY_PATH"]);
    for (const { path, neededBy } of closure.linked)
      note(view.componentsOf(path), `/${neededBy} links to /${path}`);
    missing.push(...closure.missing);
  };
  for (const way of [trace, ...(trace.alternatives ?? [])]) {
    const environment = way.terminal?.env ?? {};
    const started = startedPaths(way);
    for (const [path, reason] of started) note(view.componentsOf(path), reason);
    load([...started.keys()], environment);
    for (const { reference, reason } of view.languagePackages(way)) {
      note([reference], reason);
      const modules = view.contentsOf(reference).flatMap((path) => view.binariesUnder(path));
      for (const path of modules) note(view.componentsOf(path), `native module of a used package: /${path}`);
      load(modules, environment);
    }
  }
  return { reasons, missing };
}

/** Files that are executed or read as scripts on the way, the terminal program last. */
function startedPaths({ steps, terminal }: EntryPath): Map<string, string> {
  const paths = new Map<string, string>();
  for (const { kind, path, line } of steps) {
    if (path === undefined) continue;
    const where = line === undefined ? "" : `:${line}`;
    if (!paths.has(path)) paths.set(path, `the entry point leads through /${path}${where} (${kind})`);
  }
  if (terminal) {
    paths.set(terminal.path, `the entry point runs /${terminal.path}`);
    if (terminal.program !== undefined)
      paths.set(terminal.program, `the entry point runs /${terminal.program}`);
  }
  return paths;
}
