// SPDX-License-Identifier: Apache-2.0
/** A set of paths that gives what lies in a folder without looking at the others. */
import { directoryOf } from "../layer/paths.ts";

export class PathTree {
  /**
   * Folder, empty for the root, to what is directly in it: paths of the set, and folders that hold some. A single one stands
   * as it is: most folders of packages hold one file that is of interest.
   */
  readonly #inside = new Map<string, string | Set<string>>();

  constructor(paths: Iterable<string> = []) {
    for (const path of paths) this.add(path);
  }

  add(path: string): void {
    for (let at = path; at !== "";) {
      const folder = directoryOf(at);
      const known = this.#inside.get(folder);
      if (known === undefined) {
        this.#inside.set(folder, at);
        at = folder;
        continue;
      }
      // The folder is in those above already.
      if (typeof known !== "string") known.add(at);
      else if (known !== at) this.#inside.set(folder, new Set([known, at]));
      return;
    }
  }

  /** @param isIn whether a path is of the set; not `path` any more. One that is stays, though nothing lies in it. */
  delete(path: string, isIn: (path: string) => boolean): void {
    for (let at = path; at !== "" && !this.#inside.has(at) && !isIn(at); at = directoryOf(at)) {
      const folder = directoryOf(at);
      const known = this.#inside.get(folder);
      if (known === undefined) return;
      if (typeof known !== "string" && (!known.delete(at) || known.size > 0)) return;
      if (typeof known === "string" && known !== at) return;
      this.#inside.delete(folder);
    }
  }

  /** Whether anything lies in the folder. */
  holds(folder: string): boolean {
    return this.#inside.has(folder);
  }

  /** What lies in the folder at any depth, folders too; in no order. */
  under(folder: string): string[] {
    const found: string[] = [];
    const waiting = [folder];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const inside = this.#inside.get(at);
      if (inside === undefined) continue;
      for (const path of typeof inside === "string" ? [inside] : inside) {
        found.push(path);
        waiting.push(path);
      }
    }
    return found;
  }
}
