// SPDX-License-Identifier: Apache-2.0
/** The symlinks of a root filesystem as layers are put on each other, and paths led through them; never outside the root. */
import { someAncestor } from "../layer/paths.ts";

/** As Linux has it. */
const MAX_LINKS = 40;

export class Links {
  readonly #targets = new Map<string, string>();
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
    if (isConsulted || this.#targets.size === 1) this.#forget();
  }

  delete(path: string): void {
    if (this.#targets.delete(path)) this.#forget();
  }

  /** Forgets links for which `isGone` answers true. */
  deleteWhere(isGone: (path: string) => boolean): void {
    for (const path of this.#targets.keys()) if (isGone(path)) this.#targets.delete(path);
    this.#forget();
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

  /** Where the whole path leads, its last segment's link followed too; undefined for a circle. */
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
    let followed = 0;
    for (let segment = rest.pop(); segment !== undefined; segment = rest.pop()) {
      if (segment === "" || segment === ".") continue;
      if (segment === "..") {
        at.pop(); // `..` of the root is the root
        continue;
      }
      at.push(segment);
      const here = at.join("/");
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
