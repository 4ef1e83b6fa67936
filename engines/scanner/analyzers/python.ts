// SPDX-License-Identifier: Apache-2.0
/**
 * Installed Python distributions: their metadata, and what they brought.
 * Sources: https://packaging.python.org/en/latest/specifications/core-metadata/ and .../recording-installed-packages/;
 * names per PEP 503.
 *
 * pip/_vendor/vendor.txt is not read: it lists what pip's developers copied, changed, and partly left out, and no
 * installer keeps it true. Vendored copies that bring their own dist-info (setuptools/_vendor) are packages as any.
 */
import { byText } from "#lib/compare.ts";
import { messageOf } from "#lib/errors.ts";
import { pypiName } from "#lib/purl/index.ts";
import { openZip, readZipEntry } from "#lib/zip/index.ts";
import { invalidInput, type FileAnalyzer } from "../analyzer.ts";
import type { PackageFact, Reading } from "../facts.ts";
import {
  headerOf,
  licensesOf,
  requirementsOf,
  supplierOf,
  valueOf,
  type Requirements,
} from "./python/core-metadata.ts";
import { editableFolder, installedOf, linesOf, recordedPaths, type Installed } from "./python/installed.ts";
import { pythonFileOf, resolvedPath, searchedFolderOf } from "./python/paths.ts";

const FIELDS = new Set([
  "name",
  "version",
  "license",
  "license-expression",
  "classifier",
  "requires-dist",
  "author",
  "author-email",
  "maintainer",
  "maintainer-email",
]);
/** A longer name or version is no package of any index. */
const MAX_TEXT = 300;
/** Distributions with all their extras name some hundreds. */
const MAX_REQUIRES = 2000;

/** Of distributions with many loose files (data, notebooks). */
const MAX_CONTENTS = 5000;
const PKG_INFO = "EGG-INFO/PKG-INFO";
const TOP_LEVEL = "EGG-INFO/top_level.txt";
const EGG_FILES = new Set([PKG_INFO, TOP_LEVEL]);
const MAX_EGG_ENTRIES = 200_000;
const MAX_EGG_FILE = 4 * 1024 * 1024;

export const python: FileAnalyzer = {
  id: "language/python",
  version: 3,
  maxBytes: 16 * 1024 * 1024,
  wants: ({ path }) => pythonFileOf(path) !== undefined,
  analyze({ file: { path }, bytes, text }) {
    switch (pythonFileOf(path)) {
      case "metadata":
        return distribution(text(), path);
      case "record":
        return bounded(installedOf(searchedFolderOf(path), recordedPaths(text())));
      case "installed-files":
        return bounded(installedOf(searchedFolderOf(path), besides(path, linesOf(text()))));
      case "top-level":
        return bounded(topLevel(path, linesOf(text())));
      case "direct-url":
        return editable(text(), path);
      case "egg":
        return zippedEgg(bytes, path);
      case undefined:
        return undefined;
    }
  },
};

function distribution(whole: string, path: string): Reading {
  const header = headerOf(whole, FIELDS);
  const [name, version] = [valueOf(header, "name"), valueOf(header, "version")];
  if (name === undefined || version === undefined || name.length > MAX_TEXT || version.length > MAX_TEXT)
    throw invalidInput(path, "no usable name or version");
  const licenses = licensesOf(header);
  const { left, ...requirements } = boundedRequirements(requirementsOf(header));
  const supplier = supplierOf(header);
  const fact: PackageFact = {
    type: "pypi",
    name: pypiName(name),
    version,
    ...(licenses.length === 0 ? {} : { licenses }),
    ...(supplier === undefined ? {} : { supplier }),
    ...requirements,
    line: header.lines.get("name") ?? 1,
  };
  if (left === 0) return { packages: [fact] };
  return {
    packages: [fact],
    problems: [`${left} of its requirements are left out: too many`],
  };
}

type Kept = Pick<PackageFact, "requires" | "requiresWithExtras" | "extras">;

/** Those without extras first; what is empty is left out. */
function boundedRequirements(all: Requirements): Kept & { readonly left: number } {
  const requires = all.requires.slice(0, MAX_REQUIRES);
  const wanting = all.requiresWithExtras.slice(0, MAX_REQUIRES);
  const whole = Object.entries(all.extras);
  let room = MAX_REQUIRES - requires.length;
  const extras = whole.flatMap(([extra, names]) => {
    const kept = names.slice(0, room);
    room -= kept.length;
    return kept.length === 0 ? [] : [[extra, kept] as const];
  });
  const count = (lists: readonly (readonly [string, readonly string[]])[]): number =>
    lists.reduce((sum, [, names]) => sum + names.length, 0);
  return {
    ...(requires.length === 0 ? {} : { requires }),
    ...(wanting.length === 0 ? {} : { requiresWithExtras: wanting }),
    ...(extras.length === 0 ? {} : { extras: Object.fromEntries(extras) }),
    left: all.requires.length - requires.length + count(whole) - count(extras),
  };
}

/** installed-files.txt is relative to its own folder. */
function* besides(path: string, files: Iterable<string>): Generator<string> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  for (const file of files) {
    const resolved = resolvedPath(folder, file);
    if (resolved !== undefined) yield `/${resolved}`;
  }
}

/** A module is a folder or a file beside; an egg's folder holds nothing else. */
function topLevel(path: string, names: Iterable<string>): Installed {
  const base = searchedFolderOf(path);
  const modules = [...new Set([...names].map((name) => name.replaceAll("/", ".")))].sort(byText);
  const inside = base === "" ? "" : `${base}/`;
  const beside = modules.flatMap((name) => [inside + name, `${inside}${name}.py`]);
  return { modules, contents: path.includes("/EGG-INFO/") ? [base] : beside, unread: 0 };
}

function editable(text: string, path: string): Reading | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalidInput(path, "not JSON", cause);
  }
  const folder = editableFolder(value);
  return folder === undefined ? undefined : { installed: { contents: [folder], modules: [] } };
}

function zippedEgg(bytes: Buffer, path: string): Reading | undefined {
  const read = new Map<string, string>();
  try {
    const zip = openZip(bytes, { keep: (name) => EGG_FILES.has(name), maxEntries: MAX_EGG_ENTRIES });
    for (const entry of zip.entries.slice(0, EGG_FILES.size))
      read.set(entry.name, readZipEntry(zip, entry, MAX_EGG_FILE).toString("utf8"));
  } catch (cause) {
    throw invalidInput(path, messageOf(cause), cause);
  }
  const metadata = read.get(PKG_INFO);
  if (metadata === undefined) return undefined;
  const { packages = [], ...rest } = distribution(metadata, path);
  const modules = [...linesOf(read.get(TOP_LEVEL) ?? "")];
  return {
    packages: packages.map((fact) => ({ ...fact, inner: PKG_INFO })),
    ...rest,
    installed: { contents: [path], modules: [...new Set(modules)].sort(byText).slice(0, MAX_CONTENTS) },
  };
}

function bounded({ contents, modules, unread }: Installed): Reading | undefined {
  if (contents.length + modules.length + unread === 0) return undefined;
  const installed = { contents: contents.slice(0, MAX_CONTENTS), modules: modules.slice(0, MAX_CONTENTS) };
  const left = contents.length + modules.length - installed.contents.length - installed.modules.length;
  if (left + unread === 0) return { installed };
  return { installed, problems: [`${left + unread} of its files and modules are left out: too many`] };
}
