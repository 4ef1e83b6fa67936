// SPDX-License-Identifier: Apache-2.0
/**
 * What packages require of each other, as far as it is in the image. Names are resolved as each ecosystem does: npm by
 * the nearest node_modules above, others by the same archive or prefix first, OS packages also by what is provided.
 */
import { byText } from "#lib/compare.ts";
import { directoryOf } from "../layer/paths.ts";
import type { Component } from "../types.ts";
import { isOsPackage } from "./purl-of.ts";
import type { RootView } from "./root-view.ts";
import type { PackageFact } from "../facts.ts";

/** A component and the fact that it was made from. */
export interface Node {
  readonly component: Component;
  readonly fact: PackageFact | undefined;
}

const PACKAGE_JSON = "/package.json";
/** Folders above a package in which npm's look-up goes on. */
const MAX_DEPTH = 64;

export class DependencyGraph {
  readonly #view: RootView;
  /** `type name` to the components of that name; of OS packages also under the names that they provide. */
  readonly #byName = new Map<string, Node[]>();
  /** npm: folder of the package, a true path. */
  readonly #byFolder = new Map<string, Node>();

  constructor(nodes: readonly Node[], view: RootView) {
    this.#view = view;
    for (const node of nodes) {
      const { component } = node;
      const path = component.evidence[0]?.path ?? "";
      if (component.type === "npm" && path.endsWith(PACKAGE_JSON))
        this.#byFolder.set(directoryOf(path), node);
      const names = isOsPackage(component.type) ? (component.provides ?? []) : [];
      for (const name of [requiredName(component), ...names]) this.#add(`${component.type} ${name}`, node);
    }
  }

  #add(key: string, node: Node): void {
    const known = this.#byName.get(key);
    if (known === undefined) this.#byName.set(key, [node]);
    else if (!known.includes(node)) known.push(node);
  }

  /** Components that it names as needed, sorted by bomRef; a name that leads to nothing is left out. */
  requiredBy({ component, fact }: Node): Node[] {
    const found = new Set<Node>();
    for (const name of fact?.requires ?? []) {
      for (const node of this.#resolve(component, name)) if (node.component !== component) found.add(node);
    }
    return [...found].sort((a, b) => byText(a.component.bomRef, b.component.bomRef));
  }

  #resolve(from: Component, name: string): readonly Node[] {
    const path = from.evidence[0]?.path ?? "";
    if (from.type === "npm") {
      const node = this.npmFrom(directoryOf(path), name);
      return node ? [node] : [];
    }
    const named = this.#byName.get(`${from.type} ${name}`) ?? [];
    if (named.length < 2 || isOsPackage(from.type)) return named;
    return nearest(path, named);
  }

  /** The package that `require(name)` in a file of the folder loads (https://nodejs.org/api/modules.html, "all together"). */
  npmFrom(folder: string, name: string): Node | undefined {
    let at = folder;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const candidate = `${at}${at === "" ? "" : "/"}node_modules/${name}`;
      const node =
        this.#byFolder.get(candidate) ?? this.#byFolder.get(this.#view.links.follow(candidate) ?? "");
      if (node) return node;
      if (at === "") return undefined;
      at = directoryOf(at);
    }
    return undefined;
  }

  /** Components of one type and name, e.g. `pypi`, `django`. */
  named(type: Component["type"], name: string): readonly Node[] {
    return this.#byName.get(`${type} ${name}`) ?? [];
  }
}

/** As `PackageFact.requires` writes the names of its type. */
function requiredName({ type, namespace, name }: Component): string {
  if (namespace === undefined || isOsPackage(type)) return name;
  return `${namespace}${type === "maven" ? ":" : "/"}${name}`;
}

/** Those that share the longest leading part of the path: the same archive, or the same prefix. */
function nearest(path: string, nodes: readonly Node[]): readonly Node[] {
  const shared = nodes.map(({ component }) => sharedFolders(path, component.evidence[0]?.path ?? ""));
  const most = Math.max(...shared);
  return nodes.filter((_, index) => shared[index] === most);
}

function sharedFolders(a: string, b: string): number {
  if (a === b) return Number.MAX_SAFE_INTEGER;
  const [left, right] = [a.split("/"), b.split("/")];
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count]) count++;
  return count;
}
