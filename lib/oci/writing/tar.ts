// SPDX-License-Identifier: Apache-2.0
/** Writing tar archives so that the same input gives the same bytes. */
import { lstat, readdir, readlink } from "node:fs/promises";
import type { Stats } from "node:fs";
import { join } from "node:path";
import { byText } from "../../compare.ts";
import { readFileRange } from "../local/file-range.ts";
import { padding, contentSize, tarEnd, tarHeader } from "./tar-entry.ts";
import type { TarEntry } from "./tar-entry.ts";

/** Entries in the order given: a tar's order has a meaning (later wins, hard links follow their target). */
export async function* writeTar(
  entries: Iterable<TarEntry> | AsyncIterable<TarEntry>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const entry of entries) {
    yield tarHeader(entry);
    const size = contentSize(entry);
    if (size === 0) continue;
    yield* contentOf(entry, size);
    yield padding(size);
  }
  yield tarEnd;
}

/** A whole small archive at once; contents on disk are not allowed here. */
export function tarBytes(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const { content } = entry;
    if (typeof content === "object" && !(content instanceof Uint8Array)) {
      throw new TypeError(`tarBytes cannot read ${content.path} from disk; use writeTar`);
    }
    const size = contentSize(entry);
    return size === 0 ? [tarHeader(entry)] : [tarHeader(entry), Buffer.from(content ?? ""), padding(size)];
  });
  return Buffer.concat([...parts, tarEnd]);
}

export interface TreeOptions {
  /** Paths below the root (no leading slash) to leave out, with everything in them. */
  readonly exclude?: (path: string) => boolean;
  /** Put in front of every path, e.g. `opt/app`; its own folders are added. */
  readonly prefix?: string;
  /** Owner of every entry; as on disk when left out. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Files 0644 and folders 0755, whatever they are on disk. */
  readonly defaultModes?: boolean;
}

/** A folder's tree as entries: sorted, times 0, hard links kept, sockets left out. */
export async function* treeEntries(
  root: string,
  options: TreeOptions = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const prefix = (options.prefix ?? "").replace(/^\/+|\/+$/g, "");
  const steps = prefix === "" ? [] : prefix.split("/");
  for (let i = 1; i <= steps.length; i++) {
    yield { path: steps.slice(0, i).join("/"), type: "directory", ...options.owner };
  }
  yield* walk(root, "", prefix === "" ? "" : `${prefix}/`, options, new Map());
}

async function* walk(
  root: string,
  folder: string,
  prefix: string,
  options: TreeOptions,
  seen: Map<string, string>,
): AsyncGenerator<TarEntry, void, undefined> {
  const names = (await readdir(join(root, folder))).sort(byText);
  for (const name of names) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (options.exclude?.(path) === true) continue;
    const full = join(root, path);
    const stat = await lstat(full);
    const entry = await entryOf(full, `${prefix}${path}`, stat, seen);
    if (entry !== undefined) yield { ...withMode(entry, options), ...options.owner };
    if (stat.isDirectory()) yield* walk(root, path, prefix, options, seen);
  }
}

function withMode(entry: TarEntry, { defaultModes }: TreeOptions): TarEntry {
  return defaultModes === true ? { ...entry, mode: entry.type === "directory" ? 0o755 : 0o644 } : entry;
}

async function entryOf(
  full: string,
  path: string,
  stat: Stats,
  seen: Map<string, string>,
): Promise<TarEntry | undefined> {
  const base = { path, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid };
  if (stat.isDirectory()) return { ...base, type: "directory" };
  if (stat.isSymbolicLink())
    return { ...base, type: "symlink", mode: 0o777, linkTarget: await readlink(full) };
  if (stat.isSocket()) return undefined;
  if (stat.nlink > 1) {
    const inode = `${stat.dev}:${stat.ino}`;
    const first = seen.get(inode);
    if (first !== undefined) return { ...base, type: "hardlink", linkTarget: first };
    seen.set(inode, path);
  }
  if (stat.isFIFO()) return { ...base, type: "fifo" };
  if (stat.isCharacterDevice()) return { ...base, type: "char", device: deviceOf(stat) };
  if (stat.isBlockDevice()) return { ...base, type: "block", device: deviceOf(stat) };
  return { ...base, content: { path: full, size: stat.size } };
}

/** Linux's encoding of a device number. */
function deviceOf({ rdev }: Stats): { major: number; minor: number } {
  return { major: (rdev >> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00) };
}

async function* contentOf(entry: TarEntry, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const { content } = entry;
  if (typeof content === "string") yield Buffer.from(content);
  else if (content instanceof Uint8Array) yield content;
  else if (content !== undefined) {
    let seen = 0;
    for await (const chunk of readFileRange({ path: content.path, offset: 0, size })) {
      seen += chunk.length;
      yield chunk;
    }
    if (seen !== size)
      throw new Error(`${content.path} shrank from ${size} to ${seen} bytes while it was read`);
  }
}
