// SPDX-License-Identifier: Apache-2.0
/** The symlinks of a root filesystem as layers are put on each other, and paths led through them; never outside the root. */
import { someAncestor } from "../layer/paths.ts";
import { PathTree } from "./path-tree.ts";

/** As Linux has it. */
const MAX_LINKS = 40;
/** Segments walked for one path, those of the links' targets too; no path that a program opens comes near it. */
const MAX_SEGMENTS = 256;
/** Linux's PATH_MAX: nothing stands at a longer one. */
const MAX_PATH = 4096;

export class Links {
  readonly #targets = new Map<string, string>();
  /** Of all links, once something has been deleted. */
  #tree: PathTree | undefined;
  /** Resolved directories; emptied by a change that may touch one of them. */
  readonly #resolved = new Map<string, string>();
  /** Every path that was looked up for `#resolved`: a link anywhere else changes none of it. */
  readonly #consulted = new Set<string>();
  /** The directory asked for last: neighbours in an archive mostly share theirs. */
  #lastDirectory = "";
  #lastResolved = "";

  get size(): number {
    return this.#targets.size;
  }

  set(path: string, target: string): void {
    const isConsulted = this.#targets.has(path) || this.#consulted.has(path);
    this.#targets.set(path, target);
    this.#tree?.add(path);
    if (isConsulted || this.#targets.size === 1) this.#forget();
  }

  delete(path: string): void {
    if (!this.#targets.delete(path)) return;
    this.#tree?.delete(path, (at) => this.#targets.has(at));
    this.#forget();
  }

  /** Forgets the links at and in the deleted paths, and in the emptied folders. */
  deleteIn(deleted: Iterable<string>, emptied: Iterable<string>): void {
    if (this.#targets.size === 0) return;
    const tree = (this.#tree ??= new PathTree(this.#targets.keys()));
    const before = this.#targets.size;
    const forget = (path: string): void => {
      if (this.#targets.delete(path)) tree.delete(path, (at) => this.#targets.has(at));
    };
    for (const path of deleted) forget(path);
    for (const folder of [...deleted, ...emptied]) for (const path of tree.under(folder)) forget(path);
    if (this.#targets.size < before) this.#forget();
  }

  #forget(): void {
    this.#resolved.clear();
    this.#consulted.clear();
    this.#lastDirectory = "";
    this.#lastResolved = "";
  }

  /** The path with the links among its directories followed; unchanged where they go round in a circle. */
  resolveParent(path: string): string {
    const slash = path.lastIndexOf("/");
    if (slash < 0 || this.#targets.size === 0) return path;
    if (slash !== this.#lastDirectory.length || !path.startsWith(this.#lastDirectory)) {
      this.#lastDirectory = path.slice(0, slash);
      this.#lastResolved = this.#directory(this.#lastDirectory);
    }
    const resolved = this.#lastResolved;
    return resolved === this.#lastDirectory
      ? path
      : `${resolved}${resolved === "" ? "" : "/"}${path.slice(slash + 1)}`;
  }

  #directory(directory: string): string {
    let resolved = this.#resolved.get(directory);
    if (resolved === undefined) {
      resolved = this.#follow(directory, this.#consulted) ?? directory;
      this.#resolved.set(directory, resolved);
    }
    return resolved;
  }

  /** Links whose target is one of the directories above `path`: other names under which the same file is reached. */
  aliases(directories: ReadonlySet<string>): { readonly link: string; readonly directory: string }[] {
    const found: { link: string; directory: string }[] = [];
    for (const link of this.#targets.keys()) {
      const directory = this.#follow(link);
      if (directory !== undefined && directories.has(directory)) found.push({ link, directory });
    }
    return found;
  }

  /** Whether a link stands at the true path itself. */
  has(path: string): boolean {
    return this.#targets.has(path);
  }

  /** True paths of all links. */
  paths(): Iterable<string> {
    return this.#targets.keys();
  }

  /** Where the whole path leads, its last segment's link followed too; undefined for a circle, and for what is too long. */
  follow(path: string): string | undefined {
    return this.#follow(path);
  }

  #follow(path: string, consulted?: Set<string>): string | undefined {
    const isLink = (at: string): boolean => {
      consulted?.add(at);
      return this.#targets.has(at);
    };
    if (!isLink(path) && !someAncestor(path, isLink)) return path;
    const rest = path.split("/").reverse();
    const at: string[] = [];
    let [followed, walked] = [0, 0];
    for (let segment = rest.pop(); segment !== undefined; segment = rest.pop()) {
      if (segment === "" || segment === ".") continue;
      if (++walked > MAX_SEGMENTS) return undefined;
      if (segment === "..") {
        at.pop(); // `..` of the root is the root
        continue;
      }
      at.push(segment);
      const here = at.join("/");
      if (here.length > MAX_PATH) return undefined;
      const target = isLink(here) ? this.#targets.get(here) : undefined;
      if (target === undefined) continue;
      if (++followed > MAX_LINKS) return undefined;
      if (target.startsWith("/")) at.length = 0;
      else at.pop();
      rest.push(...target.split("/").reverse());
    }
    return at.join("/");
  }
}
