// SPDX-License-Identifier: Apache-2.0
/**
 * Which shared objects a program needs, found as the dynamic linker would in the image's root: glibc by ld.so(8), musl by
 * its own rules (https://wiki.musl-libc.org/functional-differences-from-glibc.html). Nothing that is opened by name
 * at run time (dlopen, NSS) is among them.
 */
import type { BinaryFact } from "../facts.ts";
import { baseName, directoryOf } from "../layer/paths.ts";

/** What the linker sees of the root filesystem. Paths have no leading slash. */
export interface LinkerFiles {
  /** Leads through all links. */
  find(path: string): { readonly path: string; readonly binary: BinaryFact } | undefined;
  /** Directories of the linker's configuration, in its order: ld.so.conf of glibc, `etc/ld-musl-ARCH.path` of musl. */
  readonly configured: readonly string[];
}

/** A shared object that is loaded, and who asked for it first. */
export interface Linked {
  readonly path: string;
  readonly neededBy: string;
}

export interface Closure {
  /** In the order in which they are found; the programs themselves are left out. */
  readonly linked: readonly Linked[];
  /** Names that lead nowhere, with who needs them; sorted. */
  readonly missing: readonly { readonly name: string; readonly neededBy: string }[];
}

/** More libraries than any program loads. */
const MAX_OBJECTS = 5_000;

/** Multiarch folder names of Debian, https://wiki.debian.org/Multiarch/Tuples. */
const TUPLES: Readonly<Record<string, string>> = {
  "386": "i386-linux-gnu",
  amd64: "x86_64-linux-gnu",
  arm: "arm-linux-gnueabihf",
  arm64: "aarch64-linux-gnu",
  ppc64le: "powerpc64le-linux-gnu",
  riscv64: "riscv64-linux-gnu",
  s390x: "s390x-linux-gnu",
};

interface Loaded {
  readonly path: string;
  readonly binary: BinaryFact;
  /** Who loaded it: glibc lets an object search the RPATHs of those above it too. */
  readonly loader: Loaded | undefined;
}

/** @param libraryPath value of LD_LIBRARY_PATH */
export function linkedObjects(programs: readonly string[], files: LinkerFiles, libraryPath = ""): Closure {
  const linked: Linked[] = [];
  const missing = new Map<string, { name: string; neededBy: string }>();
  const loaded = new Set<string>();
  const queue: Loaded[] = [];
  const load = (path: string, loader: Loaded | undefined): boolean => {
    const file = files.find(path);
    if (file === undefined || loaded.size >= MAX_OBJECTS) return false;
    if (loader && file.binary.architecture !== loader.binary.architecture) return false;
    if (loaded.has(file.path)) return true;
    loaded.add(file.path);
    queue.push({ ...file, loader });
    if (loader) linked.push({ path: file.path, neededBy: loader.path });
    return true;
  };
  for (const program of programs) load(program, undefined);
  for (let object = queue.shift(); object; object = queue.shift()) {
    if (object.binary.format !== "elf") continue;
    const from = object;
    const { interpreter, needed } = from.binary;
    if (interpreter !== undefined) load(interpreter.replace(/^\/+/, ""), from);
    for (const name of needed) {
      const candidates = name.includes("/")
        ? [name.replace(/^\/+/, "")]
        : searchPath(from, files, libraryPath).map((folder) => `${folder}/${name}`);
      if (!candidates.some((path) => load(path, from)))
        missing.set(`${name} ${from.path}`, { name, neededBy: from.path });
    }
  }
  return { linked, missing: [...missing].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value) };
}

/** Directories in the linker's order. */
function searchPath(object: Loaded, files: LinkerFiles, libraryPath: string): readonly string[] {
  const { binary, path } = object;
  const isMusl = /(?:^|\/)ld-musl-/.test(interpreterOf(object) ?? "");
  const environment = expand(libraryPath.split(/[:;]/), path, binary);
  const runpath = expand(binary.runpath ?? [], path, binary);
  if (isMusl) {
    const rpaths = ancestors(object).flatMap((each) =>
      expand(each.binary.runpath ?? each.binary.rpath ?? [], each.path, each.binary),
    );
    const standard = files.configured.length > 0 ? files.configured : ["lib", "usr/local/lib", "usr/lib"];
    return [...environment, ...rpaths, ...standard];
  }
  // An object with RUNPATH ignores all RPATHs.
  const rpaths =
    runpath.length > 0
      ? []
      : ancestors(object).flatMap((each) =>
          each.binary.runpath === undefined ? expand(each.binary.rpath ?? [], each.path, each.binary) : [],
        );
  return [...rpaths, ...environment, ...runpath, ...files.configured, ...standardFolders(binary)];
}

function standardFolders({ architecture }: BinaryFact): readonly string[] {
  const tuple = TUPLES[architecture];
  const multiarch = tuple === undefined ? [] : [`lib/${tuple}`, `usr/lib/${tuple}`];
  const wide = architecture === "386" || architecture === "arm" ? [] : ["lib64", "usr/lib64"];
  return [...multiarch, ...wide, "lib", "usr/lib"];
}

/** The object and those that loaded it, nearest first. */
function ancestors(object: Loaded): Loaded[] {
  const found: Loaded[] = [];
  for (let at: Loaded | undefined = object; at; at = at.loader) found.push(at);
  return found;
}

/** Of the program at the top: libraries name none. */
const interpreterOf = (object: Loaded): string | undefined => ancestors(object).at(-1)?.binary.interpreter;

/** `$ORIGIN`, `$LIB` and `$PLATFORM` (ld.so(8), "Dynamic string tokens"); relative and empty entries are left out. */
function expand(entries: readonly string[], path: string, { architecture }: BinaryFact): string[] {
  const lib = architecture === "386" || architecture === "arm" ? "lib" : "lib64";
  const libs = [TUPLES[architecture] === undefined ? lib : `lib/${TUPLES[architecture]}`, lib];
  return entries.flatMap((entry) => {
    const withOrigin = entry.replaceAll(/\$(?:ORIGIN|\{ORIGIN\})/g, `/${directoryOf(path)}`);
    if (!withOrigin.startsWith("/")) return [];
    const each = /\$(?:LIB|\{LIB\})/.test(withOrigin)
      ? libs.map((name) => withOrigin.replaceAll(/\$(?:LIB|\{LIB\})/g, name))
      : [withOrigin];
    return each.map((text) => normal(text));
  });
}

function normal(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") kept.pop();
    else kept.push(segment);
  }
  return kept.join("/");
}

/** Directories of ld.so.conf and the files that it includes, without a leading slash; `conf` gives a file's lines. */
export function configuredFolders(
  conf: (path: string) => readonly string[] | undefined,
  namesIn: (folder: string) => readonly string[],
): string[] {
  const musl = namesIn("etc").find((name) => /^ld-musl-.+\.path$/.test(name));
  if (musl !== undefined) return (conf(`etc/${musl}`) ?? []).map(normal);
  const folders: string[] = [];
  for (const line of conf("etc/ld.so.conf") ?? []) {
    const pattern = /^include\s+(\S+)/.exec(line)?.[1];
    if (pattern === undefined) folders.push(normal(line));
    else for (const path of included(pattern, namesIn)) folders.push(...(conf(path) ?? []).map(normal));
  }
  return [...new Set(folders)];
}

/** Only the last segment may be a pattern, as distributions write it: `ld.so.conf.d/*.conf`. */
function included(pattern: string, namesIn: (folder: string) => readonly string[]): string[] {
  const path = normal(pattern.startsWith("/") ? pattern : `etc/${pattern}`);
  const [folder, name] = [directoryOf(path), baseName(path)];
  const [prefix = "", suffix] = name.split("*");
  if (suffix === undefined) return [path];
  return namesIn(folder)
    .filter((each) => each.startsWith(prefix) && each.endsWith(suffix))
    .map((each) => `${folder}/${each}`);
}
