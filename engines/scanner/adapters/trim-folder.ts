// SPDX-License-Identifier: Apache-2.0
/** Keeps a cache folder within its size: the files used least lately go first. Safe beside readers, writers and itself. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { byText } from "#lib/compare.ts";

/** Files that writers left half done when they were ended: `KEY.UUID`. */
const ABANDONED_MS = 60 * 60 * 1000;
/** Trimming goes below the limit by this share, so that it is not due again at once. */
const HEADROOM = 0.1;

interface Entry {
  readonly file: string;
  readonly size: number;
  readonly usedMs: number;
}

/** @param folder holds folders of files; a folder that is not there is empty */
export async function trimFolder(folder: string, maxBytes: number, nowMs = Date.now()): Promise<void> {
  const entries = await entriesOf(folder);
  const abandoned = entries.filter(
    ({ file, usedMs }) => /\.[0-9a-f-]{36}$/.test(file) && usedMs < nowMs - ABANDONED_MS,
  );
  for (const { file } of abandoned) await rm(file, { force: true });
  let total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total <= maxBytes) return;
  const oldest = entries.sort((a, b) => a.usedMs - b.usedMs || byText(a.file, b.file));
  for (const { file, size } of oldest) {
    if (total <= maxBytes * (1 - HEADROOM)) return;
    await rm(file, { force: true });
    total -= size;
  }
}

async function entriesOf(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const shard of await readdir(folder).catch(() => [])) {
    const names = await readdir(join(folder, shard)).catch(() => []);
    for (const name of names) {
      const file = join(folder, shard, name);
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile() === true) entries.push({ file, size: found.size, usedMs: found.mtimeMs });
    }
  }
  return entries;
}
