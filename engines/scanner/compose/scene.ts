// SPDX-License-Identifier: Apache-2.0
/** The root filesystem as the entry trace asks for it: files that analyzers have read, and what kind of thing stands at any path. */
import type { EntryFile, RootFiles } from "../entrytrace/index.ts";
import type { Fragment } from "../facts.ts";
import { directoryOf, someAncestor } from "../layer/paths.ts";
import { forEachTreeEntry } from "../layer/tree.ts";
import { factOf } from "./draft.ts";
import type { RootView, VisibleFile } from "./root-view.ts";

const ARCHIVE = /\.(?:jar|war|ear)$/i;

/** @param fragments one a layer, bottom first */
export function rootFiles(view: RootView, fragments: readonly Fragment[]): Required<RootFiles> {
  let kinds: ReadonlyMap<string, Kind> | undefined;
  let names: ReadonlyMap<string, readonly string[]> | undefined;
  const real = (path: string): string => view.links.follow(path) ?? path;
  return {
    find(path) {
      const file = view.find(path);
      return file && entryFile(file);
    },
    list(directory) {
      kinds ??= kindsOf(view, fragments);
      names ??= namesByFolder([...kinds.keys(), ...linksToKnown(view, fragments, kinds)]);
      return names.get(real(directory)) ?? [];
    },
    kindOf(path) {
      kinds ??= kindsOf(view, fragments);
      return path === "" ? "directory" : (kinds.get(real(path)) ?? "absent");
    },
  };
}

type Kind = "file" | "directory";

function entryFile(file: VisibleFile): EntryFile {
  const [binary, script, manifest] = [
    factOf(file, "binary"),
    factOf(file, "script"),
    factOf(file, "manifest"),
  ];
  return {
    path: file.path,
    ...(binary ? { binary } : {}),
    ...(script ? { script } : {}),
    ...(manifest ? { manifest } : {}),
    ...(ARCHIVE.test(file.path) ? { jar: true } : {}),
  };
}

/**
 * Every path of the image under its true name. Made only for a trace that asks: it reads the path lists of all layers, the
 * top one first, so that each entry is looked at once.
 */
function kindsOf({ links }: RootView, fragments: readonly Fragment[]): Map<string, Kind> {
  const kinds = new Map<string, Kind>();
  const [deleted, emptied] = [new Set<string>(), new Set<string>()];
  const isHidden = (path: string): boolean =>
    deleted.has(path) ||
    emptied.has("") ||
    someAncestor(path, (folder) => deleted.has(folder) || emptied.has(folder));
  for (const { tree, whiteouts, opaques } of fragments.toReversed()) {
    for (const [path, kind] of kindsIn(tree, links))
      if (!kinds.has(path) && !isHidden(path)) kinds.set(path, kind);
    for (const path of whiteouts) deleted.add(links.resolveParent(path));
    for (const path of opaques) emptied.add(links.follow(path) ?? path);
  }
  return kinds;
}

/** Of one layer; of two entries with one path the last, and a folder of whatever lies in it. */
function kindsIn(tree: Uint8Array, links: RootView["links"]): Map<string, Kind> {
  const kinds = new Map<string, Kind>();
  forEachTreeEntry(tree, (type, rawPath) => {
    if (type === "l") return;
    const path = links.resolveParent(rawPath);
    kinds.set(path, type === "d" ? "directory" : "file");
    someAncestor(path, (folder) => {
      if (kinds.get(folder) === "directory") return true;
      kinds.set(folder, "directory");
      return false;
    });
  });
  return kinds;
}

/** Links that are there and lead to something. */
function linksToKnown(
  { links }: RootView,
  fragments: readonly Fragment[],
  kinds: ReadonlyMap<string, Kind>,
): Set<string> {
  const found = new Set<string>();
  for (const { tree } of fragments) {
    const visit = (type: string, rawPath: string): void => {
      if (type !== "l") return;
      const path = links.resolveParent(rawPath);
      const target = links.follow(path);
      if (target !== undefined && target !== path && kinds.has(target)) found.add(path);
    };
    forEachTreeEntry(tree, visit, "links");
  }
  return found;
}

function namesByFolder(paths: readonly string[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const path of [...new Set(paths)].sort()) {
    const folder = directoryOf(path);
    const name = path.slice(folder === "" ? 0 : folder.length + 1);
    const known = names.get(folder);
    if (known) known.push(name);
    else names.set(folder, [name]);
  }
  return names;
}
