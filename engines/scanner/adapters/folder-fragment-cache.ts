// SPDX-License-Identifier: Apache-2.0
/**
 * Fragments as files of a folder. Shared by processes: each writes a file of its own and renames it over the final
 * name, so a reader sees a whole entry or none. An entry that `trim` removes is read again from its layer.
 */
import { mkdir, readFile, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { FragmentCache } from "../ports.ts";
import { trimFolder } from "./trim-folder.ts";

export interface FolderFragmentCache extends FragmentCache {
  /** Removes the entries not used for the longest time until the others fit. For the end of a scan; does nothing after one that wrote nothing. */
  trim(): Promise<void>;
}

export interface FolderFragmentCacheOptions {
  /** Bytes that may stay behind. */
  readonly maxBytes?: number;
  /** Called once, with the first failure to read or write: it costs time and no scan, the layer is read again. */
  readonly onTrouble?: (error: unknown) => void;
}

/** Fragments of some hundred to thousand images, most of whose layers they share. */
const DEFAULT_MAX_BYTES = 4 * 1024 ** 3;

/** @param folder is made when something is first put into it */
export function folderFragmentCache(
  folder: string,
  { maxBytes = DEFAULT_MAX_BYTES, onTrouble = () => undefined }: FolderFragmentCacheOptions = {},
): FolderFragmentCache {
  const shardOf = (key: string): string => join(folder, key.slice(0, 2));
  const fileOf = (key: string): string => join(shardOf(key), key);
  let [told, wrote] = [false, false];
  const tell = (error: unknown): void => {
    if (!told) onTrouble(error);
    told = true;
  };
  return {
    async get(key) {
      try {
        const bytes = await readFile(fileOf(key));
        void touch(fileOf(key));
        return bytes;
      } catch (error) {
        if (!isMissing(error)) tell(error);
        return undefined;
      }
    },
    async put(key, bytes) {
      const file = fileOf(key);
      const mine = `${file}.${randomUUID()}`;
      try {
        await mkdir(shardOf(key), { recursive: true });
        await writeFile(mine, bytes);
        await rename(mine, file);
        wrote = true;
      } catch (error) {
        tell(error);
        await rm(mine, { force: true }).catch(() => undefined);
      }
    },
    async keysOf(layer) {
      const names = await readdir(shardOf(layer)).catch(() => []);
      return names.filter((name) => name.startsWith(`${layer}-`) && !name.includes("."));
    },
    async trim() {
      if (wrote) await trimFolder(folder, maxBytes).catch(tell);
    },
  };
}

/** What `trim` goes by. A cache that may only be read stays as it is. */
async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";
