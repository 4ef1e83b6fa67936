// SPDX-License-Identifier: Apache-2.0
/**
 * Where the dynamic linker looks for a library: ld.so(8) for glibc; musl by its own rules
 * (https://wiki.musl-libc.org/functional-differences-from-glibc.html).
 */
import type { BinaryFact } from "../facts.ts";
import { baseName, directoryOf } from "../layer/paths.ts";

/** An object in a process. */
export interface Loaded {
  readonly path: string;
  readonly binary: BinaryFact;
  /** Who loaded it: glibc lets an object search the RPATHs of those above it too. */
  readonly loader: Loaded | undefined;
  /** Where its needs are looked for, once that has been asked. */
  folders: readonly string[] | undefined;
}

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

/** Directories in the linker's order. */
export function searchPath(
  object: Loaded,
  libraryPath: string,
  configured: readonly string[],
  isMusl: boolean,
): readonly string[] {
  const { binary, path } = object;
  const environment = expand(libraryPath.split(/[:;]/), path, binary);
  const runpath = expand(binary.runpath ?? [], path, binary);
  if (isMusl) {
    const rpaths = ancestors(object).flatMap((each) =>
      expand(each.binary.runpath ?? each.binary.rpath ?? [], each.path, each.binary),
    );
    const standard = configured.length > 0 ? configured : ["lib", "usr/local/lib", "usr/lib"];
    return [...environment, ...rpaths, ...standard];
  }
  // An object with RUNPATH ignores all RPATHs.
  const rpaths =
    runpath.length > 0
      ? []
      : ancestors(object).flatMap((each) =>
          each.binary.runpath === undefined ? expand(each.binary.rpath ?? [], each.path, each.binary) : [],
        );
  return [...rpaths, ...environment, ...runpath, ...configured, ...standardFolders(binary)];
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

/** `$ORIGIN`, `$LIB` and `$PLATFORM` (ld.so(8), "Dynamic string tokens"); relative and empty entries are left out. */
export function expand(entries: readonly string[], path: string, { architecture }: BinaryFact): string[] {
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
