// SPDX-License-Identifier: Apache-2.0
/**
 * Python distributions that a program imports: its own modules are followed by their import statements, the others are
 * looked up among the top-level modules that installed distributions name.
 * Source: https://docs.python.org/3/reference/import.html; PYTHONPATH and sys.path[0] of https://docs.python.org/3/using/cmdline.html
 */
import { byText } from "#lib/compare.ts";
import { importsOf } from "../analyzers/python/imports.ts";
import { installedBeside } from "../compose/claims.ts";
import { factOf } from "../compose/draft.ts";
import { isVendored, siteOf } from "../compose/python-sites.ts";
import type { Node } from "../compose/dependencies.ts";
import type { EntryTerminal } from "../entrytrace/index.ts";
import { absolute } from "../entrytrace/places.ts";
import { directoryOf } from "../layer/paths.ts";
import { startingWith } from "./sorted-paths.ts";
import type { ComposedImage, UsedPackage } from "./usage-view.ts";

/** Folders that own modules are looked for in. */
const MAX_ROOTS = 100;
/** Own modules of one program that are followed. */
const MAX_MODULES = 20_000;

export function pythonPackages(terminal: EntryTerminal, image: ComposedImage): readonly UsedPackage[] {
  const search = new ImportSearch(terminal, image);
  const { program, module, application } = terminal;
  if (program !== undefined) search.file(program);
  if (module !== undefined) search.name(module, "the entry point runs it");
  const target = targetOf(application);
  if (isFile(target)) search.file(absolute(target, terminal.workingDir).slice(1));
  else if (target !== "") search.name(target, `the entry point names ${application ?? ""}`);
  return search.run();
}

class ImportSearch {
  readonly #image: ComposedImage;
  /** Where own modules are looked for. */
  readonly #roots: readonly string[];
  readonly #distributions: ModuleIndex;
  /** Environments that the interpreter or the program stands in. */
  readonly #prefixes: readonly string[];
  /** Names and places that were looked for already. */
  readonly #asked = new Set<string>();
  readonly #seen = new Set<string>();
  /** Folders whose `__init__.py` was looked for. */
  readonly #packages = new Set<string>();
  readonly #queue: string[] = [];
  readonly #found = new Map<Node, string>();

  constructor(terminal: EntryTerminal, image: ComposedImage) {
    this.#image = image;
    const { program, application, workingDir, env, argv } = terminal;
    const target = targetOf(application);
    const places = [
      ...(program === undefined ? [] : [`/${directoryOf(program)}`]),
      workingDir,
      ...(isFile(target) ? [`${target}/..`] : []),
      ...(env["PYTHONPATH"] ?? "").split(":"),
      ...serverFolders(argv),
    ];
    const named = places.filter((place) => place !== "").map((place) => absolute(place, workingDir).slice(1));
    this.#roots = [...new Set(named.slice(0, MAX_ROOTS))];
    this.#distributions = moduleIndexOf(image);
    this.#prefixes = [argv[0] ?? "", `/${program ?? ""}`].flatMap(
      (path) => /^\/(.+)\/bin\/[^/]+$/.exec(path)?.[1] ?? [],
    );
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
    if (this.#seen.has(path)) return;
    if (this.#seen.size >= MAX_MODULES) {
      this.#image.onCut?.();
      return;
    }
    this.#seen.add(path);
    this.#queue.push(path);
    this.#enqueuePackages(path);
  }

  /** Importing a module runs the `__init__.py` of each package around it; one without imports is not in the view. */
  #enqueuePackages(path: string): void {
    const isAbove = (folder: string): boolean =>
      this.#roots.some((root) => folder !== root && (root === "" || folder.startsWith(`${root}/`)));
    for (let folder = directoryOf(path); isAbove(folder); folder = directoryOf(folder)) {
      if (this.#packages.has(folder)) return;
      this.#packages.add(folder);
      const init = this.#image.view.find(`${folder}/__init__.py`);
      if (init) this.#enqueue(init.path);
    }
  }

  #importsIn(path: string): readonly string[] {
    const file = this.#image.view.find(path);
    const text = factOf(file, "script")?.text;
    return factOf(file, "imports") ?? (text === undefined ? [] : importsOf(text));
  }

  #import(dotted: string, from: string | undefined, reason: string): void {
    const own = dotted.startsWith(".") ? relative(dotted, from ?? "") : undefined;
    const question = own === undefined ? dotted : `/${own}`;
    if (this.#asked.has(question)) return;
    this.#asked.add(question);
    const places = own === undefined ? this.#roots.map((root) => joined(root, asPath(dotted))) : [own];
    const files = places.flatMap((place) => this.#filesOf(place));
    for (const path of files) this.#enqueue(path);
    // A folder alone is a namespace: an installed package of that name goes before it.
    if (own !== undefined || places.some((place) => this.#isModule(place))) return;
    for (const node of firstOnPath([...this.#distributions.loadedBy(dotted)], this.#prefixes))
      if (!this.#found.has(node)) this.#found.set(node, reason);
  }

  #isModule(place: string): boolean {
    const { view } = this.#image;
    return (view.find(`${place}.py`) ?? view.find(`${place}/__init__.py`)) !== undefined;
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

/** Module or file of `app.main:app`; empty where nothing is named. */
const targetOf = (application: string | undefined): string => (application ?? "").split(":")[0]?.trim() ?? "";

const isFile = (target: string): boolean => target.endsWith(".py");

/** Folders that gunicorn and uvicorn look for the application in. */
function serverFolders(argv: readonly string[]): string[] {
  return argv.flatMap((word, index) => {
    const [, option = "", value] = /^(--(?:chdir|pythonpath|app-dir))(?:=(.*))?$/s.exec(word) ?? [];
    return option === "" ? [] : (value ?? argv[index + 1] ?? "").split(",");
  });
}

/** Of several copies of a distribution the one that Python's path has first, as far as their folders tell. */
function firstOnPath(nodes: readonly Node[], prefixes: readonly string[]): readonly Node[] {
  if (nodes.length < 2) return nodes;
  const rank = ({ component }: Node): number => {
    const site = siteOf(component.evidence[0]?.path ?? "");
    if (isVendored(site)) return 3;
    if (prefixes.some((prefix) => !SYSTEM.has(prefix) && site.startsWith(`${prefix}/`))) return 0;
    return site.startsWith("usr/lib/") ? 2 : 1; // a distro's own packages come behind those put beside them
  };
  return [...Map.groupBy(nodes, ({ component }) => component.name).values()].flatMap((copies) => {
    const first = Math.min(...copies.map(rank));
    return copies.filter((node) => rank(node) === first);
  });
}

/** Prefixes that are no environment of their own. */
const SYSTEM: ReadonlySet<string> = new Set(["usr", "usr/local"]);

/** Distributions by module, found without looking at all. */
class ModuleIndex {
  readonly #byModule: ReadonlyMap<string, readonly Node[]>;
  readonly #sorted: readonly string[];

  constructor(byModule: ReadonlyMap<string, readonly Node[]>) {
    this.#byModule = byModule;
    this.#sorted = [...byModule.keys()].sort(byText);
  }

  /**
   * Those of the module itself and of the packages that it is in; and, since modules of a namespace that several
   * distributions share are dotted (`google.cloud.storage`), those of the modules in it. Sorted by module.
   */
  *loadedBy(imported: string): Generator<Node> {
    for (let dot = imported.indexOf("."); dot >= 0; dot = imported.indexOf(".", dot + 1))
      yield* this.#byModule.get(imported.slice(0, dot)) ?? [];
    yield* this.#byModule.get(imported) ?? [];
    for (const module of startingWith(this.#sorted, `${imported}.`)) yield* this.#byModule.get(module) ?? [];
  }
}

const asPath = (dotted: string): string => dotted.replaceAll(".", "/");
const joined = (root: string, path: string): string => (root === "" ? path : `${root}/${path}`);

/** One dot is the file's own package, each further one the package above. */
function relative(dotted: string, from: string): string {
  const name = dotted.replace(/^\.+/, "");
  let folder = directoryOf(from);
  for (let dots = dotted.length - name.length; dots > 1; dots--) folder = directoryOf(folder);
  return name === "" ? folder : joined(folder, asPath(name));
}

const indexes = new WeakMap<ComposedImage, ModuleIndex>();

/** Made once for all programs of an image. */
function moduleIndexOf(image: ComposedImage): ModuleIndex {
  const known = indexes.get(image) ?? new ModuleIndex(distributionsByModule(image));
  indexes.set(image, known);
  return known;
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
