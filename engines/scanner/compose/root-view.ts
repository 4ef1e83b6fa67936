// SPDX-License-Identifier: Apache-2.0
/**
 * What of the layers' facts is left in the image's root filesystem, and since which layer each package is there.
 * Change sets are applied as OCI image-spec v1.1 layer.md says: whiteouts hide lower layers only, a later file
 * replaces an earlier one, a directory and what is in it is replaced by anything that is no directory.
 */
import { byKey, byText } from "#lib/compare.ts";
import type { FileFacts, Fragment, PackageFact } from "../facts.ts";
import { Omissions } from "../layer/omissions.ts";
import { baseName, directoryOf } from "../layer/paths.ts";
import { forEachTreeEntry } from "../layer/tree.ts";
import type { Omission } from "../types.ts";
import { Links } from "./links.ts";
import { PathTree } from "./path-tree.ts";

/** A file with facts that is visible in the image. */
export interface VisibleFile {
  readonly path: string;
  readonly facts: readonly FileFacts[];
  /** Index of the layer that brought its content, as far as its facts tell. */
  readonly layer: number;
  /** By `packageKey`: index of the first layer since which the package has stood in this file without a break. */
  readonly since: ReadonlyMap<string, number>;
}

/** A package that stood in the image's lower layers and is not in its root filesystem any more. */
export interface RemovedPackage {
  readonly path: string;
  readonly fact: PackageFact;
  /** Index of the layer that brought it. */
  readonly since: number;
  /** Index of the layer that deleted or replaced it. */
  readonly removedIn: number;
}

/** Of one layer. */
const MAX_OMISSIONS = 50;
/** Kept of one image; ordinary images have some dozens. */
const MAX_REMOVED = 20_000;

export class RootView {
  readonly links = new Links();
  readonly omissions: Omission[] = [];
  /** In the order of layers; of one layer sorted by path. */
  readonly removed: RemovedPackage[] = [];
  readonly #files = new Map<string, VisibleFile>();
  readonly #tree = new PathTree();
  /** What the layer being applied has taken away so far. */
  readonly #dropped = new Map<string, VisibleFile>();
  #names: Map<string, string[]> | undefined;

  /** Sorted by path. */
  files(): VisibleFile[] {
    return [...this.#files.values()].sort(byKey(({ path }) => path));
  }

  file(path: string): VisibleFile | undefined {
    return this.#files.get(path);
  }

  /** The file that a path leads to through links; undefined where no analyzer has read one. */
  find(path: string): VisibleFile | undefined {
    const direct = this.#files.get(path);
    if (direct) return direct;
    const real = this.links.follow(path);
    return real === undefined ? undefined : this.#files.get(real);
  }

  /** Names of files that analyzers have read directly in a directory (a true path, empty for the root), sorted. */
  namesIn(directory: string): readonly string[] {
    this.#names ??= Map.groupBy([...this.#files.keys()].sort(byText), directoryOf);
    return (this.#names.get(directory) ?? []).map(baseName);
  }

  /** Puts the next layer on top. */
  apply(fragment: Fragment, layer: number): void {
    this.#dropped.clear();
    this.#names = undefined;
    this.#remove(fragment);
    const replaced = this.#replace(fragment);
    this.#add(fragment, layer, replaced);
    this.#noteRemoved(layer);
  }

  #drop(path: string): void {
    const file = this.#files.get(path);
    if (file && file.since.size > 0) this.#dropped.set(path, file);
    if (this.#files.delete(path)) this.#tree.delete(path, (at) => this.#files.has(at));
  }

  #dropUnder(folder: string): void {
    for (const path of this.#tree.under(folder)) this.#drop(path);
  }

  #noteRemoved(layer: number): void {
    for (const [path, { facts, since }] of [...this.#dropped].sort(byKey(([at]) => at))) {
      const now = this.#files.get(path)?.since;
      for (const fact of facts.flatMap(({ packages }) => packages ?? [])) {
        const key = packageKey(fact);
        if (now?.has(key) !== true && this.removed.length < MAX_REMOVED)
          this.removed.push({ path, fact, since: since.get(key) ?? 0, removedIn: layer });
      }
    }
  }

  #remove({ whiteouts, opaques }: Fragment): void {
    if (whiteouts.length === 0 && opaques.length === 0) return;
    const deleted = new Set(whiteouts.map((path) => this.links.resolveParent(path)));
    const emptied = new Set(opaques.map((path) => this.links.follow(path) ?? path));
    for (const path of deleted) this.#drop(path);
    for (const path of [...deleted, ...emptied]) this.#dropUnder(path);
    this.links.deleteIn(deleted, emptied);
  }

  /** Drops files that the layer's own entries take the place of, and learns its links. */
  #replace({ tree, diffId }: Fragment): ReadonlyMap<string, VisibleFile> {
    const replaced = new Map<string, VisibleFile>();
    const replacedDirectories = new Set<string>();
    const isBottom = this.#files.size === 0 && this.links.size === 0;
    const isWhole = forEachTreeEntry(
      tree,
      (type, rawPath, target) => {
        const path = this.links.resolveParent(rawPath);
        const old = this.#files.get(path);
        if (old) {
          replaced.set(path, old);
          this.#drop(path);
        }
        if (type !== "d" && this.#tree.holds(path)) replacedDirectories.add(path);
        if (type === "l") this.links.set(path, target);
        else this.links.delete(path);
      },
      isBottom ? "links" : "all", // under the bottom layer there is nothing to replace
    );
    if (!isWhole)
      this.omissions.push({ code: "FRAGMENT_TREE_INVALID", message: "path list is damaged", diffId });
    for (const path of replacedDirectories) this.#dropUnder(path);
    return replaced;
  }

  #add(fragment: Fragment, layer: number, replaced: ReadonlyMap<string, VisibleFile>): void {
    const added = new Map<string, FileFacts[]>();
    for (const facts of [...fragment.files, ...this.#linked(fragment, replaced)]) {
      const path = this.links.resolveParent(facts.path);
      const ofPath = added.get(path);
      if (ofPath) ofPath.push(facts);
      else added.set(path, [facts]);
    }
    for (const [path, facts] of added) {
      const old = replaced.get(path);
      const before = old?.since;
      const since = new Map<string, number>();
      for (const { packages } of facts) {
        for (const fact of packages ?? []) {
          const key = packageKey(fact);
          since.set(key, before?.get(key) ?? layer);
        }
      }
      const isSame = old !== undefined && binaryHash(old.facts) === binaryHash(facts);
      this.#tree.add(path);
      this.#files.set(path, { path, facts, layer: isSame ? old.layer : layer, since });
    }
  }

  /** Facts of hard links to files of lower layers. */
  #linked(fragment: Fragment, replaced: ReadonlyMap<string, VisibleFile>): FileFacts[] {
    const { diffId } = fragment;
    const omissions = new Omissions(MAX_OMISSIONS);
    const linked = fragment.links.flatMap(({ path, target, analyzer }) => {
      const file = this.#files.get(this.links.resolveParent(target)) ?? replaced.get(target);
      const facts = file?.facts.find((candidate) => candidate.analyzer === analyzer);
      if (facts) return [{ ...facts, path }];
      const message = `hard link to ${target.slice(0, 200)}, which no layer has shown to this analyzer`;
      omissions.add({ code: "LINK_TARGET_UNREAD", message, path, analyzer });
      return [];
    });
    for (const omission of omissions.all()) this.omissions.push({ ...omission, diffId });
    return linked;
  }
}

/** Tells one package of a file from the others and from another version of itself. */
export function packageKey({ type, namespace, name, version, architecture }: PackageFact): string {
  return JSON.stringify([type, namespace, name, version, architecture]);
}

const binaryHash = (facts: readonly FileFacts[]): string | undefined =>
  facts.find(({ binary }) => binary)?.binary?.sha256;
