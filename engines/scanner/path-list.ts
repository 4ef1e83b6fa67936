// SPDX-License-Identifier: Apache-2.0
/**
 * Paths as one text, a folder's names behind it: a line that begins with a slash names the folder of the lines that follow.
 * Before any such line, and behind a lone slash, lines are whole paths: a plain list of paths means the same.
 */
import type { Found } from "./facts.ts";

const SLASH = 0x2f;

/** Facts with their file lists in the short form, as fragments keep them. */
export function groupedLists(found: Found): Found {
  const { ownership } = found;
  if (!ownership) return found;
  return {
    ...found,
    ownership: ownership.map(({ paths, ...owner }) => ({ ...owner, paths: groupedPaths(paths) })),
  };
}

/** @param plain paths without a leading slash, joined by newlines; what begins or ends with a slash is no file and is left out */
export function groupedPaths(plain: string): string {
  const lines: string[] = [];
  let folder = "";
  for (let at = 0; at < plain.length;) {
    const newline = plain.indexOf("\n", at);
    const end = newline < 0 ? plain.length : newline;
    const slash = lastSlash(plain, at, end);
    if (end > at && slash !== end - 1 && plain.charCodeAt(at) !== SLASH) {
      const length = slash < at ? 0 : slash - at;
      if (length !== folder.length || !plain.startsWith(folder, at)) {
        folder = plain.slice(at, at + length);
        lines.push(`/${folder}`);
      }
      lines.push(plain.slice(length === 0 ? at : slash + 1, end));
    }
    at = end + 1;
  }
  return lines.join("\n");
}

/** Of the line only: looked for in all that stands before it, a list without folders would take for ever. */
function lastSlash(text: string, at: number, end: number): number {
  let slash = end - 1;
  while (slash >= at && text.charCodeAt(slash) !== SLASH) slash--;
  return slash < at ? -1 : slash;
}

/** Paths to look for in lists. */
export interface SoughtPaths<Value> {
  /** Calls `found` with the value of each sought path that the list holds, in the list's order. */
  in(list: string, found: (value: Value) => void): void;
}

/** Looks into the folders that hold a sought path only; a list is mostly folders of which nothing is asked. */
export function soughtPaths<Value>(paths: ReadonlyMap<string, Value>): SoughtPaths<Value> {
  const folders = new Map<string, Map<string, Value>>();
  for (const [path, value] of paths) {
    const slash = path.lastIndexOf("/");
    const folder = slash < 0 ? "" : path.slice(0, slash);
    let names = folders.get(folder);
    if (!names) folders.set(folder, (names = new Map<string, Value>()));
    names.set(path.slice(slash + 1), value);
  }
  return {
    in(list, found) {
      let names: ReadonlyMap<string, Value> = paths;
      for (let at = 0; at < list.length;) {
        const newline = list.indexOf("\n", at);
        const end = newline < 0 ? list.length : newline;
        if (list.charCodeAt(at) === SLASH) {
          const next = end - at === 1 ? paths : folders.get(list.slice(at + 1, end));
          if (next === undefined) {
            const other = list.indexOf("\n/", end);
            if (other < 0) return;
            at = other + 1;
            continue;
          }
          names = next;
        } else {
          const value = names.get(list.slice(at, end));
          if (value !== undefined) found(value);
        }
        at = end + 1;
      }
    },
  };
}
