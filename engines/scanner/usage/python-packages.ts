// SPDX-License-Identifier: Apache-2.0
/**
 * Python distributions that a program imports: its own modules are followed by their import statements, the others are
 * looked up among the top-level modules that installed distributions name.
 * Source: https://docs.python.org/3/reference/import.html; PYTHONPATH and sys.path[0] of https://docs.python.org/3/using/cmdline.html
 */
import { importsOf } from "../analyzers/python/imports.ts";
import { installedBeside } from "../compose/claims.ts";
import { factOf } from "../compose/draft.ts";
import type { Node } from "../compose/dependencies.ts";
import type { EntryTerminal } from "../entrytrace/index.ts";
import { directoryOf } from "../layer/paths.ts";
import type { ComposedImage, UsedPackage } from "./usage-view.ts";

/** Own modules of one program that are followed. */
const MAX_MODULES = 20_000;

export function pythonPackages(terminal: EntryTerminal, image: ComposedImage): readonly UsedPackage[] {
  const search = new ImportSearch(terminal, image);
  const { program, module, application } = terminal;
  if (program !== undefined) search.file(program);
  if (module !== undefined) search.name(module, "the entry point runs it");
  const [target] = application?.split(":") ?? [];
  if (target !== undefined && target !== "")
    search.name(target, `the entry point names ${application ?? ""}`);
  return search.run();
}

class ImportSearch {
  readonly #image: ComposedImage;
  /** Where own modules are looked for. */
  readonly #roots: readonly string[];
  readonly #distributions: ReadonlyMap<string, readonly Node[]>;
  readonly #seen = new Set<string>();
  readonly #queue: string[] = [];
  readonly #found = new Map<Node, string>();

  constructor(terminal: EntryTerminal, image: ComposedImage) {
    this.#image = image;
    const { program, workingDir, env } = terminal;
    const places = [
      ...(program === undefined ? [] : [directoryOf(program)]),
      workingDir,
      ...(env["PYTHONPATH"] ?? "").split(":"),
    ];
    this.#roots = [
      ...new Set(places.filter((place) => place !== "").map((place) => place.replace(/^\/+/, ""))),
    ];
    this.#distributions = distributionsByModule(image);
  }

  /** A file that is run. */
  file(path: string): void {
    const owner = this.#image.ownerOf(path);
    if (owner?.component.type === "pypi") this.#found.set(owner, `the entry point runs /${path}`);
    this.#enqueue(path);
  }

  /** A module that is run or named. */
  name(dotted: string, reason: string): void {
    this.#import(dotted, undefined, reason);
  }

  run(): readonly UsedPackage[] {
    for (let path = this.#queue.shift(); path !== undefined; path = this.#queue.shift()) {
      for (const dotted of this.#importsIn(path)) this.#import(dotted, path, `imported by /${path}`);
    }
    return [...this.#found].map(([node, reason]) => ({ node, reason }));
  }

  #enqueue(path: string): void {
    if (this.#seen.has(path) || this.#seen.size >= MAX_MODULES) return;
    this.#seen.add(path);
    this.#queue.push(path);
  }

  #importsIn(path: string): readonly string[] {
    const file = this.#image.view.find(path);
    const text = factOf(file, "script")?.text;
    return factOf(file, "imports") ?? (text === undefined ? [] : importsOf(text));
  }

  #import(dotted: string, from: string | undefined, reason: string): void {
    const own = dotted.startsWith(".") ? relative(dotted, from ?? "") : undefined;
    const places = own === undefined ? this.#roots.map((root) => joined(root, asPath(dotted))) : [own];
    const files = places.flatMap((place) => this.#filesOf(place));
    for (const path of files) this.#enqueue(path);
    if (files.length > 0 || own !== undefined) return;
    for (const [module, nodes] of this.#distributions) {
      if (!isLoadedBy(dotted, module)) continue;
      for (const node of nodes) if (!this.#found.has(node)) this.#found.set(node, reason);
    }
  }

  /** `a/b` as a module's file, or as a package, any module of which may be what is imported from it. */
  #filesOf(place: string): readonly string[] {
    const { view } = this.#image;
    const module = view.find(`${place}.py`);
    if (module) return [module.path];
    const folder = view.links.follow(place) ?? place;
    return view
      .namesIn(folder)
      .filter((name) => name.endsWith(".py"))
      .map((name) => joined(folder, name));
  }
}

/** Modules of a namespace that several distributions share are dotted: `google.cloud.storage`. */
const isLoadedBy = (imported: string, module: string): boolean =>
  imported === module || imported.startsWith(`${module}.`) || module.startsWith(`${imported}.`);

const asPath = (dotted: string): string => dotted.replaceAll(".", "/");
const joined = (root: string, path: string): string => (root === "" ? path : `${root}/${path}`);

/** One dot is the file's own package, each further one the package above. */
function relative(dotted: string, from: string): string {
  const name = dotted.replace(/^\.+/, "");
  let folder = directoryOf(from);
  for (let dots = dotted.length - name.length; dots > 1; dots--) folder = directoryOf(folder);
  return name === "" ? folder : joined(folder, asPath(name));
}

/** By top-level module; without a list of modules a distribution's own name stands for it. */
function distributionsByModule({ nodes, view }: ComposedImage): Map<string, Node[]> {
  const found = new Map<string, Node[]>();
  for (const node of nodes) {
    if (node.component.type !== "pypi") continue;
    const named =
      installedBeside(view, node.component.evidence[0]?.path ?? "")?.modules ?? node.fact?.modules ?? [];
    const modules = named.length > 0 ? named : [node.component.name.replaceAll("-", "_")];
    for (const name of modules) {
      const known = found.get(name);
      if (known) known.push(node);
      else found.set(name, [node]);
    }
  }
  return found;
}
