// SPDX-License-Identifier: Apache-2.0
/**
 * Where npm packages lie, for the look-up that Node does: in the node_modules of the folder and of each above it.
 * Source: https://nodejs.org/api/modules.html, "Loading from node_modules folders". pnpm's are links.
 */
import { baseName, directoryOf, someAncestor } from "../layer/paths.ts";
import type { Node } from "./dependencies.ts";
import type { Links } from "./links.ts";

const PACKAGE_JSON = "/package.json";
const NODE_MODULES = "node_modules";
/** Folders above a package in which the look-up goes on. */
const MAX_DEPTH = 64;
/** Packages that are known by links of whole scopes too. */
const MAX_LINKED = 100_000;

type Holder = ReadonlyMap<string, Node>;

interface Places {
  /** The nearest first; those that hold nothing are left out. */
  readonly holders: readonly Holder[];
  /** Folders looked into to find them, if this was not done before. */
  readonly looks: number;
}

export class NodeModules {
  readonly #links: Links;
  /** True path of a folder to the packages in it by name, with scope: it, or a link to it, may be called node_modules. */
  readonly #holders = new Map<string, Map<string, Node>>();
  /** Asked for last: a package's needs are all looked up from its own folder. */
  #folder: string | undefined;
  #above: readonly Holder[] = [];
  #linkedLeft = MAX_LINKED;

  constructor(nodes: readonly Node[], links: Links) {
    this.#links = links;
    const byFolder = new Map<string, Node>();
    for (const node of nodes) {
      const path = node.component.evidence[0]?.path ?? "";
      if (node.component.type === "npm" && path.endsWith(PACKAGE_JSON)) byFolder.set(directoryOf(path), node);
    }
    if (byFolder.size === 0) return;
    for (const [folder, node] of byFolder) this.#add(folder, node);
    for (const link of links.paths()) this.#addLink(link, byFolder);
  }

  /** Packages directly in a folder, whatever its name, by theirs. */
  in(folder: string): Holder | undefined {
    return this.#holders.get(this.#links.follow(folder) ?? folder);
  }

  placesAbove(folder: string): Places {
    if (folder === this.#folder) return { holders: this.#above, looks: 0 };
    const isLink = (path: string): boolean => this.#links.has(path);
    const isTrue = !isLink(folder) && !someAncestor(folder, isLink); // as good as always: spares most of the work
    const holders: Holder[] = [];
    let at = folder;
    let looks = 0;
    while (looks < MAX_DEPTH) {
      looks++;
      const place = at === "" ? NODE_MODULES : `${at}/${NODE_MODULES}`;
      const real = isTrue && !this.#links.has(place) ? place : (this.#links.follow(place) ?? place);
      for (const each of new Set([place, real])) {
        const holder = this.#holders.get(each);
        if (holder) holders.push(holder);
      }
      if (at === "") break;
      at = directoryOf(at);
    }
    [this.#folder, this.#above] = [folder, holders];
    return { holders, looks };
  }

  /** A package under the name of its folder or of a link; the folder around it may be led to by another name. */
  #add(folder: string, node: Node): void {
    const above = directoryOf(folder);
    this.#put(above, baseName(folder), node);
    const scope = baseName(above);
    if (scope.startsWith("@")) this.#put(directoryOf(above), `${scope}/${baseName(folder)}`, node);
  }

  #put(holder: string, name: string, node: Node): void {
    const known = this.#holders.get(holder);
    if (known === undefined) this.#holders.set(holder, new Map([[name, node]]));
    else if (!known.has(name)) known.set(name, node);
  }

  /** To a package, or to a folder of a scope's packages. */
  #addLink(link: string, byFolder: ReadonlyMap<string, Node>): void {
    const target = this.#links.follow(link);
    if (target === undefined) return;
    const node = byFolder.get(target);
    if (node) this.#add(link, node);
    else if (baseName(link).startsWith("@")) {
      for (const [name, each] of this.#holders.get(target) ?? []) {
        if (--this.#linkedLeft >= 0) this.#add(`${link}/${name}`, each);
      }
    }
  }
}
