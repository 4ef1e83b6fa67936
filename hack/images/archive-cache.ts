// SPDX-License-Identifier: Apache-2.0
/**
 * Built images in the cache folder, one file or folder for each state of their inputs; older states are removed.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { PROJECT } from "#hack/bundle/bundle.ts";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { exists } from "#hack/lib/file.ts";
import { withLock } from "#hack/lib/lock.ts";
import type { Log } from "#hack/lib/log.ts";
import { byText } from "#lib/compare.ts";

/** A branch that is changed back finds its image again. */
const KEPT_STATES = 3;
/** Stands in the names of what is not finished. */
const BUILDING = ".building-";

export interface CachedBuild {
  /** `product`; states of one name replace each other. */
  readonly name: string;
  /** Hex digest over all inputs. */
  readonly key: string;
  /** `.tar`, or empty for a folder. */
  readonly suffix: string;
  /** Writes the file or folder `path`, which does not exist yet; scratch files may have names that begin with it. */
  readonly build: (path: string) => Promise<void>;
}

/** Absolute path of the result, built when no earlier run left it. A build that fails leaves nothing. */
export async function cached({ name, key, suffix, build }: CachedBuild, log: Log): Promise<string> {
  const folder = join(cacheFolder(), "images");
  const path = join(folder, `${name}-${key.slice(0, 16)}${suffix}`);
  if (await touched(path)) return path;
  return withLock(`building ${path}`, log, async () => {
    if (await exists(path)) return path;
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder, `${basename(path)}${BUILDING}`);
    const scratch = `${path}${BUILDING}${process.pid}`;
    try {
      await build(scratch);
      await rename(scratch, path);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    await prune(folder, new RegExp(`^${name}-[0-9a-f]{16}${suffix.replace(".", "\\.")}$`));
    return path;
  });
}

/** What builds that were killed left. Nobody else builds this state: its lock is held. */
async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((one) => one.startsWith(prefix))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Used now, so that the states used last are those that stay. */
async function touched(path: string): Promise<boolean> {
  if (!(await exists(path))) return false;
  const now = new Date();
  await utimes(path, now, now);
  return true;
}

async function prune(folder: string, pattern: RegExp): Promise<void> {
  const states: { path: string; usedMs: number }[] = [];
  for (const name of (await readdir(folder)).filter((one) => pattern.test(one))) {
    const path = join(folder, name);
    states.push({ path, usedMs: (await stat(path)).mtimeMs });
  }
  states.sort((a, b) => b.usedMs - a.usedMs);
  for (const { path } of states.slice(KEPT_STATES)) await rm(path, { recursive: true, force: true });
}

/** Hex SHA-256 over named values and files; the same whatever order they are given in. */
export async function inputKey(
  values: Readonly<Record<string, string>>,
  files: readonly string[] = [],
): Promise<string> {
  const hash = createHash("sha256");
  for (const [name, value] of Object.entries(values).sort(([a], [b]) => byText(a, b))) {
    hash.update(JSON.stringify([name, value]));
  }
  for (const path of [...files].sort(byText)) {
    const content = await readFile(path);
    hash.update(JSON.stringify([relative(PROJECT, path), content.length])).update(content);
  }
  return hash.digest("hex");
}

/** Every file below the folders, absolute, for which `wanted` says yes by its name. */
export async function filesBelow(
  folders: readonly string[],
  wanted: (name: string) => boolean = () => true,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && wanted(entry.name)) found.push(join(entry.parentPath, entry.name));
    }
  }
  return found.sort(byText);
}
