// SPDX-License-Identifier: Apache-2.0
/** Names of layer entries as paths in a root filesystem, and the whiteouts among them (OCI image-spec, layer.md). */

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";
const AUFS_METADATA = ".wh..wh.";

/**
 * The entry's path without leading or trailing slash, empty for the root itself.
 * Undefined where `..` leads out of the root or a NUL stands in the name.
 */
export function cleanPath(raw: string): string | undefined {
  let path = raw;
  if (path.startsWith("./")) path = path.slice(2);
  if (path.endsWith("/")) path = path.slice(0, -1);
  if (path.startsWith("/") || path.includes("//") || path.includes("./") || path.endsWith(".")) {
    return slowClean(path);
  }
  return path.includes("\0") ? undefined : path;
}

function slowClean(path: string): string | undefined {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") kept.push(segment);
    else if (kept.pop() === undefined) return undefined;
  }
  const cleaned = kept.join("/");
  return cleaned.includes("\0") ? undefined : cleaned;
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Whether more than `most` folders lead to it. Short paths are not counted: they have no room for so many. */
export function isTooDeep(path: string, most: number): boolean {
  if (path.length <= 2 * most) return false;
  let slashes = 0;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) slashes++;
  return slashes > most;
}

/** Empty for a path directly in the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export type Whiteout =
  | { readonly kind: "deleted"; readonly path: string }
  | { readonly kind: "opaque"; readonly path: string }
  | { readonly kind: "ignored" };

/** What a whiteout marker says; undefined for any other path. */
export function whiteoutOf(path: string): Whiteout | undefined {
  const slash = path.lastIndexOf("/");
  if (!path.startsWith(WHITEOUT, slash + 1)) return undefined;
  const name = path.slice(slash + 1);
  if (name === OPAQUE) return { kind: "opaque", path: directoryOf(path) };
  if (name.startsWith(AUFS_METADATA) || name === WHITEOUT) return { kind: "ignored" };
  return { kind: "deleted", path: path.slice(0, slash + 1) + name.slice(WHITEOUT.length) };
}

/** Calls `visit` with each directory above `path`, nearest first, the root left out, until it answers true. */
export function someAncestor(path: string, visit: (directory: string) => boolean): boolean {
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    if (visit(path.slice(0, slash))) return true;
  }
  return false;
}

/** Adds each directory above `path` to the set, the root left out. */
export function addAncestors(directories: Set<string>, path: string): void {
  someAncestor(path, (directory) => {
    if (directories.has(directory)) return true;
    directories.add(directory);
    return false;
  });
}
