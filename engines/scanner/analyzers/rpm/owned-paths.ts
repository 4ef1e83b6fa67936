// SPDX-License-Identifier: Apache-2.0
/** The files of an rpm package that it did put there, without directories, documentation and C headers. */
import type { RpmFiles } from "#lib/rpmdb/index.ts";

/** Trees in which no component can stand; compared with folders, which end in a slash. */
const LEFT_OUT = /^usr\/(?:include\/|share\/(?:doc|man|locale|info|licenses|help|gtk-doc)\/)/;
const NORMAL = 0;
/** st_mode: inode(7). */
const TYPE_BITS = 0o170000;
const DIRECTORY = 0o040000;
/** Linux opens no longer path. */
const MAX_PATH = 4096;
/** Of all packages; a large workstation's lists have a tenth of it. */
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** Counts over all packages of a database. */
export class OwnedPaths {
  #characters = 0;
  #leftOut = 0;

  /** Without leading slashes, joined by newlines. */
  pathsOf({ names, folders, folderOf, modes, states }: RpmFiles): string {
    const kept: string[] = [];
    const prefixes = folders.map((folder) => {
      const prefix = folder.startsWith("/") ? folder.slice(1) : folder;
      return LEFT_OUT.test(prefix) ? undefined : prefix;
    });
    for (const [i, name] of names.entries()) {
      const prefix = prefixes[folderOf[i] ?? -1];
      if (prefix === undefined || (states[i] ?? NORMAL) !== NORMAL) continue;
      if (((modes[i] ?? 0) & TYPE_BITS) === DIRECTORY) continue;
      const length = prefix.length + name.length + 1;
      if (length > MAX_PATH || this.#characters + length > MAX_CHARACTERS || name.includes("\n")) {
        this.#leftOut += 1;
        continue;
      }
      this.#characters += length;
      kept.push(prefix + name);
    }
    return kept.join("\n");
  }

  problems(): string[] {
    return this.#leftOut === 0 ? [] : [`${this.#leftOut} paths of packages' files are left out`];
  }
}
