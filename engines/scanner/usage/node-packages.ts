// SPDX-License-Identifier: Apache-2.0
/**
 * npm packages that a Node program can load by declaration: those of the nearest package.json above it that names any, of
 * linked workspace packages theirs, what is loaded first, and what NODE_PATH leads to.
 * Sources: https://nodejs.org/api/modules.html#all-together, https://docs.npmjs.com/cli/using-npm/workspaces
 */
import { factOf } from "../compose/draft.ts";
import type { EntryTerminal } from "../entrytrace/index.ts";
import { absolute } from "../entrytrace/places.ts";
import { directoryOf } from "../layer/paths.ts";
import type { ManifestFact } from "../facts.ts";
import type { ComposedImage, UsedPackage } from "./usage-view.ts";

/** Workspace packages of one program. */
const MAX_WORKSPACES = 5000;
/** Places looked at for workspace packages; a great workspace takes some thousand. */
const MAX_LOOKS = 1_000_000;
/** Folders of NODE_PATH. */
const MAX_FOLDERS = 64;

export function nodePackages(terminal: EntryTerminal, image: ComposedImage): readonly UsedPackage[] {
  const { program, workingDir, preloads = [], env } = terminal;
  const search = new PackageSearch(image);
  const here = workingDir.replace(/^\/+/, "");
  if (program !== undefined) search.file(program, "the entry point runs");
  search.declaredAbove(here);
  for (const name of preloads) search.preload(name, here);
  for (const folder of (env["NODE_PATH"] ?? "").split(":").slice(0, MAX_FOLDERS))
    if (folder !== "") search.folder(absolute(folder, workingDir).slice(1));
  return search.found;
}

class PackageSearch {
  readonly found: UsedPackage[] = [];
  readonly #image: ComposedImage;
  /** Folders of manifests that were read. */
  readonly #read = new Set<string>();
  #looksLeft = MAX_LOOKS;

  constructor(image: ComposedImage) {
    this.#image = image;
  }

  /** A file that is loaded: its own package, and what is declared for it. */
  file(path: string, reason: string): void {
    const own = this.#image.ownerOf(path);
    const isInPackage = own?.component.type === "npm";
    if (isInPackage) this.found.push({ node: own, reason: `${reason} /${path}` });
    if (!this.declaredAbove(directoryOf(path)) && !isInPackage) this.#loadableFrom(directoryOf(path));
  }

  /** A module by its name, or by a path or URL. */
  preload(name: string, workingDir: string): void {
    const path = name.replace(/^file:\/\//i, "");
    if (/^\.{0,2}\//.test(path)) {
      this.file(absolute(path, `/${workingDir}`).slice(1), "loaded before the program:");
      return;
    }
    const [scope = "", second = ""] = path.split("/");
    this.#add(
      workingDir,
      scope.startsWith("@") ? `${scope}/${second}` : scope,
      `loaded before the program: ${name}`,
    );
  }

  /** A folder of NODE_PATH: all that lies in it can be named. */
  folder(folder: string): void {
    for (const node of this.#image.graph.npmIn(folder))
      this.found.push({ node, reason: `in /${folder}, which NODE_PATH names` });
  }

  /** Takes the dependencies of the nearest manifest that has any. False where there is no manifest at all. */
  declaredAbove(place: string): boolean {
    let isManifestThere = false;
    for (const folder of upward(place)) {
      const manifest = this.#manifestIn(folder);
      if (manifest === undefined) continue;
      isManifestThere = true;
      if (manifest.requires.length === 0) continue;
      this.#declared(folder, manifest);
      break;
    }
    return isManifestThere;
  }

  #manifestIn(folder: string): ManifestFact | undefined {
    return factOf(this.#image.view.find(within(folder, "package.json")), "manifest");
  }

  /** What a manifest names, and what those of the workspace packages name that it leads to. */
  #declared(start: string, first: ManifestFact): void {
    const queue = [{ folder: start, manifest: first }];
    for (let each = queue.shift(); each; each = queue.shift()) {
      const { folder, manifest } = each;
      if (this.#read.has(folder) || this.#read.size >= MAX_WORKSPACES) continue;
      this.#read.add(folder);
      for (const name of manifest.requires) {
        this.#add(folder, name, `dependency of /${within(folder, "package.json")}`);
        const linked = this.#workspace(folder, name);
        if (linked) queue.push(linked);
      }
    }
  }

  #add(folder: string, name: string, reason: string): void {
    const node = this.#image.graph.npmFrom(folder, name);
    if (node) this.found.push({ node, reason });
  }

  /** A package of the same workspace: node_modules holds a link to its folder, which has a manifest and no node of its own. */
  #workspace(from: string, name: string): { folder: string; manifest: ManifestFact } | undefined {
    const { links } = this.#image.view;
    for (const above of upward(from)) {
      if (--this.#looksLeft < 0) return undefined;
      const place = within(above, `node_modules/${name}`);
      const folder = links.follow(place);
      const manifest = folder === undefined || folder === place ? undefined : this.#manifestIn(folder);
      if (folder !== undefined && manifest) return { folder, manifest };
    }
    return undefined;
  }

  /** Without a manifest nothing narrows it down: every package that the program could name. */
  #loadableFrom(place: string): void {
    const reason = `no package.json above /${place} says less: it can be loaded from there`;
    for (const folder of upward(place))
      for (const node of this.#image.graph.npmIn(within(folder, "node_modules")))
        this.found.push({ node, reason });
  }
}

const within = (folder: string, path: string): string => (folder === "" ? path : `${folder}/${path}`);

/** The folder and those above it, the root last. */
function upward(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; at !== ""; at = directoryOf(at)) found.push(at);
  return [...found, ""];
}
