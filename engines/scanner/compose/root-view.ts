// SPDX-License-Identifier: Apache-2.0
/**
 * What of the layers' facts is left in the image's root filesystem, and since which layer each package is there.
 * Change sets are applied as OCI image-spec v1.1 layer.md says: whiteouts hide lower layers only, a later file
 * replaces an earlier one, a directory and what is in it is replaced by anything that is no directory.
 */
import { byKey } from "#lib/compare.ts";
import type { FileFacts, Fragment, PackageFact } from "../facts.ts";
import { addAncestors, someAncestor } from "../layer/paths.ts";
import { forEachTreeEntry } from "../layer/tree.ts";
import type { Omission } from "../types.ts";
import { Links } from "./links.ts";

/** A file with facts that is visible in the image. */
export interface VisibleFile {
  readonly path: string;
  readonly facts: readonly FileFacts[];
  /** By `packageKey`: index of the first layer since which the package has stood in this file without a break. */
  readonly since: ReadonlyMap<string, number>;
}

export class RootView {
  readonly links = new Links();
  readonly omissions: Omission[] = [];
  readonly #files = new Map<string, VisibleFile>();

  /** Sorted by path. */
  files(): VisibleFile[] {
    return [...this.#files.values()].sort(byKey(({ path }) => path));
  }

  file(path: string): VisibleFile | undefined {
    return this.#files.get(path);
  }

  /** Puts the next layer on top. */
  apply(fragment: Fragment, layer: number): void {
    this.#remove(fragment);
    const replaced = this.#replace(fragment);
    this.#add(fragment, layer, replaced);
  }

  #remove({ whiteouts, opaques }: Fragment): void {
    if (whiteouts.length === 0 && opaques.length === 0) return;
    const deleted = new Set(whiteouts.map((path) => this.links.resolveParent(path)));
    const emptied = new Set(opaques.map((path) => this.links.follow(path) ?? path));
    const isGone = (path: string): boolean =>
      deleted.has(path) ||
      emptied.has("") ||
      someAncestor(path, (directory) => deleted.has(directory) || emptied.has(directory));
    for (const path of this.#files.keys()) if (isGone(path)) this.#files.delete(path);
    this.links.deleteWhere(isGone);
  }

  /** Drops files that the layer's own entries take the place of, and learns its links. */
  #replace({ tree, diffId }: Fragment): ReadonlyMap<string, VisibleFile> {
    const below = new Set<string>();
    for (const path of this.#files.keys()) addAncestors(below, path);
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
          this.#files.delete(path);
        }
        if (type !== "d" && below.has(path)) replacedDirectories.add(path);
        if (type === "l") this.links.set(path, target);
        else this.links.delete(path);
      },
      isBottom ? "links" : "all", // under the bottom layer there is nothing to replace
    );
    if (!isWhole)
      this.omissions.push({ code: "FRAGMENT_TREE_INVALID", message: "path list is damaged", diffId });
    if (replacedDirectories.size > 0) {
      for (const path of this.#files.keys()) {
        if (someAncestor(path, (directory) => replacedDirectories.has(directory))) this.#files.delete(path);
      }
    }
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
      const before = replaced.get(path)?.since;
      const since = new Map<string, number>();
      for (const { packages } of facts) {
        for (const fact of packages ?? []) {
          const key = packageKey(fact);
          since.set(key, before?.get(key) ?? layer);
        }
      }
      this.#files.set(path, { path, facts, since });
    }
  }

  /** Facts of hard links to files of lower layers. */
  #linked(fragment: Fragment, replaced: ReadonlyMap<string, VisibleFile>): FileFacts[] {
    return fragment.links.flatMap(({ path, target, analyzer }) => {
      const file = this.#files.get(this.links.resolveParent(target)) ?? replaced.get(target);
      const facts = file?.facts.find((candidate) => candidate.analyzer === analyzer);
      if (facts) return [{ ...facts, path }];
      this.omissions.push({
        code: "LINK_TARGET_UNREAD",
        message: `hard link to ${target.slice(0, 200)}, which no layer has shown to this analyzer`,
        path,
        analyzer,
        diffId: fragment.diffId,
      });
      return [];
    });
  }
}

/** Tells one package of a file from the others and from another version of itself. */
export function packageKey({ type, namespace, name, version, architecture }: PackageFact): string {
  return JSON.stringify([type, namespace, name, version, architecture]);
}
