// SPDX-License-Identifier: Apache-2.0
/**
 * What a distribution brought: its own folders and files, and the names under which it can be imported.
 * Sources: https://packaging.python.org/en/latest/specifications/recording-installed-packages/ (RECORD),
 * https://peps.python.org/pep-0420/ (namespace packages), https://peps.python.org/pep-0610/ (direct_url.json)
 */
import { byText } from "#lib/compare.ts";
import { numberedLines } from "../../lines.ts";
import { resolvedPath } from "./paths.ts";

export interface Installed {
  /** Folders and files from the root, sorted; what stands in a folder is left out. */
  readonly contents: readonly string[];
  /** Sorted. */
  readonly modules: readonly string[];
  /** Files that were not looked at, since the distribution has too many folders. */
  readonly unread: number;
}

/** Linux's PATH_MAX: a longer path is no file. */
const MAX_PATH = 4096;
/** Namespaces are two or three deep. */
const MAX_DEPTH = 8;
/** The largest collections of plug-ins have some ten thousand. */
const MAX_FOLDERS = 100_000;
/** `_cffi_backend.cpython-311-x86_64-linux-gnu.so`, `six.py`: the name is what stands before the first dot. */
const MODULE_FILE = /^([\p{L}_][\p{L}\p{N}_]*)(?:\.[\w-]+)*\.(?:py|pyc|so|pyd)$/u;
const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;
/** Helpers of an editable install: they lead to the project, and are no modules of it. */
const EDITABLE = /^__editable__/;

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: string[];
}

/** @param base the folder that Python searches. @param files paths relative to it, or from the root. */
export function installedOf(base: string, files: Iterable<string>): Installed {
  const tree = new Tree();
  const contents = new Set<string>();
  const inside = base === "" ? "" : `${base}/`;
  for (const file of files) {
    if (file.length > MAX_PATH) continue;
    const path = resolvedPath(base, file);
    if (path === undefined || path.includes("__pycache__/")) continue; // compiled, and shared by a folder's modules
    if (path.startsWith(inside)) tree.add(path.slice(inside.length));
    else contents.add(path);
  }
  const modules = new Set<string>();
  collect(tree.top, { inside, dotted: "", depth: 0 }, contents, modules);
  return {
    contents: [...contents].sort(byText),
    modules: [...modules].sort(byText),
    unread: tree.unread,
  };
}

class Tree {
  readonly top = newFolder();
  unread = 0;
  #folders = 0;

  add(path: string): void {
    const segments = path.split("/", MAX_DEPTH + 1);
    const isCut = segments.length > MAX_DEPTH;
    const file = isCut ? undefined : segments.pop();
    let folder = this.top;
    for (const segment of segments) {
      let below = folder.folders.get(segment);
      if (below === undefined) {
        if (this.#folders === MAX_FOLDERS) {
          this.unread++;
          return;
        }
        this.#folders++;
        folder.folders.set(segment, (below = newFolder()));
      }
      folder = below;
    }
    if (file !== undefined) folder.files.push(file);
  }
}

const newFolder = (): Folder => ({ folders: new Map(), files: [] });

interface Place {
  /** Of the folder itself, empty or with a slash behind. */
  readonly inside: string;
  /** Of its modules, empty or with a dot behind. */
  readonly dotted: string;
  readonly depth: number;
}

function collect(folder: Folder, at: Place, contents: Set<string>, modules: Set<string>): void {
  for (const file of folder.files) {
    contents.add(at.inside + file);
    const name = MODULE_FILE.exec(file)?.[1];
    if (name !== undefined && !EDITABLE.test(name)) modules.add(at.dotted + name);
  }
  for (const [name, below] of folder.folders) {
    const isName = IDENTIFIER.test(name);
    if (isName && isNamespace(below) && at.depth < MAX_DEPTH) {
      const inner = { inside: `${at.inside}${name}/`, dotted: `${at.dotted}${name}.`, depth: at.depth + 1 };
      collect(below, inner, contents, modules);
      continue;
    }
    contents.add(at.inside + name);
    if (isName && hasModules(below)) modules.add(at.dotted + name);
  }
}

/** A folder that other distributions may share: no `__init__` makes it a package, and packages stand in it. */
function isNamespace({ files, folders }: Folder): boolean {
  return !files.some(isInit) && [...folders].some(([name, below]) => isPackage(name, below));
}

const isInit = (file: string): boolean => file.startsWith("__init__.") && isModule(file);

const isModule = (file: string): boolean => MODULE_FILE.test(file);
const isPackage = (name: string, folder: Folder): boolean => IDENTIFIER.test(name) && hasModules(folder);

/** Depth is bounded by the tree. */
function hasModules({ files, folders }: Folder): boolean {
  return files.some(isModule) || [...folders].some(([name, below]) => isPackage(name, below));
}

/** The first column of RECORD's CSV. */
export function* recordedPaths(text: string): Generator<string> {
  for (const line of linesOf(text)) {
    const path = line.startsWith('"') ? quotedColumn(line) : line.split(",", 1)[0];
    if (path !== undefined && path !== "") yield path;
  }
}

/** Undefined where the quote is never closed. */
function quotedColumn(line: string): string | undefined {
  let end = line.indexOf('"', 1);
  while (end >= 0 && line.charAt(end + 1) === '"') end = line.indexOf('"', end + 2);
  return end < 0 ? undefined : line.slice(1, end).replaceAll('""', '"');
}

/** Lines that are not blank, without white space around them. */
export function* linesOf(text: string): Generator<string> {
  for (const { line } of numberedLines(text)) {
    const trimmed = line.trim();
    if (trimmed !== "") yield trimmed;
  }
}

/** The project's folder of an editable install, from direct_url.json; undefined for any other install. */
export function editableFolder(value: unknown): string | undefined {
  const { url, dir_info: info } = (value ?? {}) as {
    url?: unknown;
    dir_info?: { editable?: unknown } | null;
  };
  if (info?.editable !== true || typeof url !== "string" || !url.startsWith("file:///")) return undefined;
  try {
    return resolvedPath("", decodeURIComponent(url.slice("file://".length)));
  } catch {
    return undefined; // bad percent-encoding
  }
}
