// SPDX-License-Identifier: Apache-2.0
/**
 * Which files of a Python environment say what is installed, by their place.
 * Sources: https://packaging.python.org/en/latest/specifications/recording-installed-packages/,
 * https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html, https://peps.python.org/pep-0610/ (direct_url.json)
 */

type PythonFile = "metadata" | "record" | "installed-files" | "top-level" | "direct-url" | "egg";

/** Name of the file to the folders that give it its meaning. */
const KINDS = new Map<string, { readonly kind: PythonFile; readonly folder: RegExp }>([
  ["METADATA", { kind: "metadata", folder: /[^/]\.dist-info$/ }],
  ["PKG-INFO", { kind: "metadata", folder: /(?:[^/]\.egg-info|[^/]\.egg\/EGG-INFO)$/ }],
  ["RECORD", { kind: "record", folder: /[^/]\.dist-info$/ }],
  ["direct_url.json", { kind: "direct-url", folder: /[^/]\.dist-info$/ }],
  ["installed-files.txt", { kind: "installed-files", folder: /[^/]\.egg-info$/ }],
  ["top_level.txt", { kind: "top-level", folder: /(?:[^/]\.egg-info|[^/]\.egg\/EGG-INFO)$/ }],
]);

/**
 * Copies that nothing imports: conda's unpacked packages (`pkgs/NAME-VERSION-BUILD_N/`) and uv's unpacked wheels
 * (`archive-v0/HASH/`).
 */
const CACHE = /(?:^|\/)(?:pkgs\/[^/]+-[^/-]+-[^/-]*_\d+|archive-v\d+\/[^/]+)\//;

/** CPython names itself and what it took into its standard library; pip too leaves these out. */
const STANDARD_LIBRARY = /\/(?:lib-dynload\/[^/]+|python2\.\d\/(?:argparse|wsgiref))\.egg-info$/;

/** Made up for the tests that a distribution ships. */
const TEST_DATA = /(?:site|dist)-packages\/(?:[^/]+\/)*tests?\//;

const ZIPPED_EGG = /(?:site|dist)-packages\/[^/]+\.egg$/;

const isNowhereImported = (path: string): boolean =>
  CACHE.test(path) || STANDARD_LIBRARY.test(path) || TEST_DATA.test(path);

/** What the file is to an installed distribution; undefined where it is nothing. */
export function pythonFileOf(path: string): PythonFile | undefined {
  const slash = path.lastIndexOf("/");
  const isInside = path.startsWith("-info/", slash - 5) || path.startsWith("-INFO/", slash - 5);
  if (!isInside && !path.endsWith(".egg-info") && !path.endsWith(".egg")) return undefined;
  const name = path.slice(slash + 1);
  const known = KINDS.get(name);
  const kind =
    known === undefined
      ? eggFile(path, name)
      : known.folder.test(path.slice(0, Math.max(0, slash))) && known.kind;
  return kind && !isNowhereImported(path) ? kind : undefined;
}

/** distutils wrote one file with the content of PKG-INFO; an egg may be a zip archive. */
function eggFile(path: string, name: string): PythonFile | undefined {
  if (name.endsWith(".egg-info")) return name === ".egg-info" ? undefined : "metadata";
  return name.endsWith(".egg") && ZIPPED_EGG.test(path) ? "egg" : undefined;
}

/** The folder that Python searches, empty for the root; `path` is one for which `pythonFileOf` answers. */
export function searchedFolderOf(path: string): string {
  const eggInfo = path.lastIndexOf("/EGG-INFO/");
  if (eggInfo >= 0) return path.slice(0, eggInfo);
  const inner = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  return inner.slice(0, Math.max(0, inner.lastIndexOf("/")));
}

/** Joins and removes `.` and `..`; undefined where the way leads out of the root. */
export function resolvedPath(folder: string, relative: string): string | undefined {
  const kept = relative.startsWith("/") ? [] : folder.split("/").filter((segment) => segment !== "");
  for (const segment of relative.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") kept.push(segment);
    else if (kept.pop() === undefined) return undefined;
  }
  return kept.length === 0 ? undefined : kept.join("/");
}
