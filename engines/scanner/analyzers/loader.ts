// SPDX-License-Identifier: Apache-2.0
/**
 * Folders that the dynamic linker's configuration names, and objects that it loads into every program, in its order.
 * Sources: ldconfig(8) of glibc for ld.so.conf, ld.so(8) for ld.so.preload; musl's manual, "Dynamic linker", for
 * ld-musl-ARCH.path.
 */
import type { FileAnalyzer } from "../analyzer.ts";

const GLIBC_FILE = "etc/ld.so.conf";
const GLIBC_FOLDER = "etc/ld.so.conf.d/";
const PRELOAD_FILE = "etc/ld.so.preload";
const MUSL_PREFIX = "etc/ld-musl-";
/** Real files have under 20 lines. */
const MAX_LINES = 4096;
/** Linux's PATH_MAX. */
const MAX_LINE = 4096;

export const loader: FileAnalyzer = {
  id: "entry/loader",
  version: 2,
  maxBytes: 1024 * 1024,
  wants: ({ path }) => path.startsWith("etc/ld") && (isGlibc(path) || isMusl(path)),
  analyze({ file, text }) {
    const lines = linesOf(file.path, text()).filter((line) => line !== "");
    const kept = lines.slice(0, MAX_LINES).filter(({ length }) => length <= MAX_LINE);
    const dropped = lines.length - kept.length;
    return {
      ...(kept.length === 0 ? {} : { loader: kept }),
      ...(dropped === 0 ? {} : { problems: [`${dropped} lines are left out: too long, or too many`] }),
    };
  },
};

function isGlibc(path: string): boolean {
  if (path === GLIBC_FILE || path === PRELOAD_FILE) return true;
  return path.startsWith(GLIBC_FOLDER) && path.endsWith(".conf") && !path.includes("/", GLIBC_FOLDER.length);
}

const isMusl = (path: string): boolean =>
  path.startsWith(MUSL_PREFIX) && path.endsWith(".path") && !path.includes("/", MUSL_PREFIX.length);

function linesOf(path: string, text: string): string[] {
  if (path === PRELOAD_FILE) return preloadedObjects(text);
  return isMusl(path) ? muslFolders(text) : glibcLines(text);
}

/** Parted by white space or colons. */
const preloadedObjects = (text: string): string[] => text.replaceAll(/#.*/g, "").split(/[\s:]+/);

/** A line holds one folder, or `include` and patterns; `hwcap` lines name no folder. */
function glibcLines(text: string): string[] {
  const lines = text.split("\n").map((line) => line.replace(/#.*/s, "").trim());
  return lines.filter((line) => !/^hwcap\s/.test(line));
}

/** Folders are parted by newlines or colons; musl knows no comments. */
const muslFolders = (text: string): string[] => text.split(/[\n:]/);
