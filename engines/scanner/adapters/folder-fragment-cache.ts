// SPDX-License-Identifier: Apache-2.0
/**
 * Fragments as files of a folder. Shared by processes: each writes a file of its own and renames it over the final
 * name, so a reader sees a whole entry or none.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { FragmentCache } from "../ports.ts";

/**
 * A folder that can't be read or written costs time and no scan: the layer is read again.
 * @param folder is made when something is first put into it
 * @param onTrouble is called once, with the first such failure
 */
export function folderFragmentCache(
  folder: string,
  onTrouble: (error: unknown) => void = () => undefined,
): FragmentCache {
  const fileOf = (key: string): string => join(folder, key.slice(0, 2), key);
  let told = false;
  const tell = (error: unknown): void => {
    if (!told) onTrouble(error);
    told = true;
  };
  return {
    async get(key) {
      try {
        return await readFile(fileOf(key));
      } catch (error) {
        if (!isMissing(error)) tell(error);
        return undefined;
      }
    },
    async put(key, bytes) {
      const file = fileOf(key);
      const mine = `${file}.${randomUUID()}`;
      try {
        await mkdir(join(folder, key.slice(0, 2)), { recursive: true });
        await writeFile(mine, bytes);
        await rename(mine, file);
      } catch (error) {
        tell(error);
        await rm(mine, { force: true }).catch(() => undefined);
      }
    },
  };
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";
