// SPDX-License-Identifier: Apache-2.0
/**
 * Fragments as files of a folder. Shared by processes: each writes a file of its own and renames it over the final
 * name, so a reader sees a whole entry or none.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { FragmentCache } from "../ports.ts";

/** @param folder is made when something is first put into it. */
export function folderFragmentCache(folder: string): FragmentCache {
  const fileOf = (key: string): string => join(folder, key.slice(0, 2), key);
  return {
    async get(key) {
      try {
        return await readFile(fileOf(key));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async put(key, bytes) {
      const file = fileOf(key);
      const mine = `${file}.${randomUUID()}`;
      await mkdir(join(folder, key.slice(0, 2)), { recursive: true });
      try {
        await writeFile(mine, bytes);
        await rename(mine, file);
      } finally {
        await rm(mine, { force: true });
      }
    },
  };
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
