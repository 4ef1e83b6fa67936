// SPDX-License-Identifier: Apache-2.0
/**
 * What packages require of each other, as far as it is in the image. Names are resolved as each ecosystem does: npm by
 * the nearest node_modules above, pypi by the same site folder first, others by the same archive or prefix, OS packages
 * also by what is provided, of the same architecture first.
 */
import { byText } from "#lib/compare.ts";
import { directoryOf } from "../layer/paths.ts";
import type { Component } from "../types.ts";
import { ofArchitecture } from "./architectures.ts";
import { installedBeside } from "./claims.ts";
import { isOsPackage } from "./purl-of.ts";
import { NodeModules } from "./node-modules.ts";
import { PythonExtras } from "./python-extras.ts";
import { siteOf, VendoredSites, type Installed } from "./python-sites.ts";
import type { RootView } from "./root-view.ts";
import type { PackageFact } from "../facts.ts";

/** A component and the fact that it was made from. */
export interface Node {
  readonly component: Component;
  readonly fact: PackageFact | undefined;
}

/** Places looked at for all of an image's names; ten thousand packages take about a million. */
const MAX_LOOKS = 4_000_000;
/** Dependencies of all components together: eight for each of the most that an SBOM has. */
const MAX_DEPENDENCIES = 2_000_000;

export class DependencyGraph {
  /** `type name` to the components of that name; of OS packages also under the names that they provide. */
  readonly #byName = new Map<string, Node[]>();
  readonly #npm: NodeModules;
  readonly #extras: PythonExtras;
  readonly #vendored: VendoredSites;
  readonly #required = new Map<Node, readonly Node[]>();
  #looksLeft = MAX_LOOKS;
  #dependenciesLeft = MAX_DEPENDENCIES;

  constructor(nodes: readonly Node[], view: RootView) {
    this.#npm = new NodeModules(nodes, view.links);
    this.#extras = new PythonExtras(nodes);
    this.#vendored = new VendoredSites(installed(nodes, view));
    for (const node of nodes) {
      const { component } = node;
      const names = isOsPackage(component.type) ? (component.provides ?? []) : [];
      for (const name of [requiredName(component), ...names]) this.#add(`${component.type} ${name}`, node);
    }
  }

  #add(key: string, node: Node): void {
    const known = this.#byName.get(key);
    if (known === undefined) this.#byName.set(key, [node]);
    else if (known.at(-1) !== node) known.push(node); // all names of one component come together
  }

  /** True once a limit has left dependencies out. */
  get isCut(): boolean {
    return this.#looksLeft < 0 || this.#dependenciesLeft < 0;
  }

  /** Components that it names as needed, sorted by bomRef; a name that leads to nothing is left out. */
  requiredBy(node: Node): readonly Node[] {
    const known = this.#required.get(node);
    if (known) return known;
    const required = this.#requiredBy(node);
    this.#required.set(node, required);
    return required;
  }

  #requiredBy(from: Node): readonly Node[] {
    const { component, fact } = from;
    const found = new Set<Node>();
    for (const name of [...(fact?.requires ?? []), ...this.#extras.requiredBy(from)]) {
      if (this.isCut) break;
      for (const node of this.#resolve(component, name)) {
        if (node.component === component || found.has(node)) continue;
        if (--this.#dependenciesLeft < 0) break;
        found.add(node);
      }
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
    this.#looksLeft -= 1 + named.length;
    if (isOsPackage(from.type))
      return ofArchitecture(from.architecture, named, ({ component }) => component.architecture);
    if (from.type === "pypi") return this.#fromSite(path, named);
    return nearest(path, named);
  }

  /** What is in the same site folder; else, since which others are on its path is not known, the nearest that may be. */
  #fromSite(path: string, named: readonly Node[]): readonly Node[] {
    const site = siteOf(path);
    const beside = named.filter((node) => siteOf(placeOf(node)) === site);
    if (beside.length > 0) return beside;
    return nearest(
      path,
      named.filter((node) => !this.#vendored.has(siteOf(placeOf(node)))),
    );
  }

  /** The package that `require(name)` in a file of the folder loads (https://nodejs.org/api/modules.html, "all together"). */
  npmFrom(folder: string, name: string): Node | undefined {
    if (this.isCut) return undefined;
    const places = this.#npm.placesAbove(folder);
    this.#looksLeft -= places.looks + places.holders.length;
    for (const holder of places.holders) {
      const node = holder.get(name);
      if (node) return node;
    }
    return undefined;
  }

  /** npm packages directly in a folder that serves as a node_modules; sorted by bomRef. */
  npmIn(folder: string): readonly Node[] {
    const packages = new Set(this.#npm.in(folder)?.values() ?? []);
    return [...packages].sort((a, b) => byText(a.component.bomRef, b.component.bomRef));
  }

  /** Components of one type and name, e.g. `pypi`, `django`. */
  named(type: Component["type"], name: string): readonly Node[] {
    return this.#byName.get(`${type} ${name}`) ?? [];
  }
}

const placeOf = ({ component }: Node): string => component.evidence[0]?.path ?? "";

function* installed(nodes: readonly Node[], view: RootView): Generator<Installed> {
  for (const node of nodes) {
    if (node.component.type !== "pypi") continue;
    const path = placeOf(node);
    yield { path, contents: installedBeside(view, path)?.contents ?? [] };
  }
}

/** As `PackageFact.requires` writes the names of its type. */
function requiredName({ type, namespace, name }: Component): string {
  if (namespace === undefined || isOsPackage(type)) return name;
  return `${namespace}${type === "maven" ? ":" : "/"}${name}`;
}

/** Those that share the longest leading part of the path: the same archive, or the same prefix. */
function nearest(path: string, nodes: readonly Node[]): readonly Node[] {
  if (nodes.length < 2) return nodes;
  const shared = nodes.map((node) => sharedFolders(path, placeOf(node)));
  const most = shared.reduce((a, b) => Math.max(a, b), 0);
  return nodes.filter((_, index) => shared[index] === most);
}

function sharedFolders(a: string, b: string): number {
  if (a === b) return Number.MAX_SAFE_INTEGER;
  const [left, right] = [a.split("/"), b.split("/")];
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count]) count++;
  return count;
}
