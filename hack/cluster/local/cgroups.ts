// SPDX-License-Identifier: Apache-2.0
/**
 * The control groups below which a local node's Pods live: one folder in each v1 hierarchy, or one in the
 * unified v2 hierarchy. See cgroups(7).
 */
import { lstat, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { exists } from "#hack/lib/file.ts";

const CGROUPS = "/sys/fs/cgroup";
const REMOVE_TRIES = 100;
const REMOVE_PAUSE_MS = 50;

export async function createCgroups(name: string, top = CGROUPS): Promise<void> {
  if (await exists(join(top, "cgroup.controllers"))) await createUnified(name, top);
  else for (const hierarchy of await hierarchies(top)) await createLegacy(name, hierarchy);
}

/** Removes what is left below every hierarchy; the kernel may need a moment after the last process ended. */
export async function removeCgroups(name: string, top = CGROUPS): Promise<void> {
  for (const hierarchy of [top, ...(await hierarchies(top))]) await removeTree(join(hierarchy, name));
}

/** Folders named `name` that still exist, for whoever checks for leaks. */
export async function presentCgroups(name: string, top = CGROUPS): Promise<string[]> {
  const folders = [top, ...(await hierarchies(top))].map((hierarchy) => join(hierarchy, name));
  const found = await Promise.all(folders.map(async (folder) => ((await exists(folder)) ? [folder] : [])));
  return found.flat().sort();
}

async function createUnified(name: string, top: string): Promise<void> {
  const controllers = (await readFile(join(top, "cgroup.controllers"), "utf8")).trim().split(/\s+/);
  await writeFile(join(top, "cgroup.subtree_control"), controllers.map((one) => `+${one}`).join(" "));
  const folder = join(top, name);
  await mkdir(folder, { recursive: true });
  const own = (await readFile(join(folder, "cgroup.controllers"), "utf8")).trim().split(/\s+/);
  await writeFile(join(folder, "cgroup.subtree_control"), own.map((one) => `+${one}`).join(" "));
}

/** A v1 cpuset without processors and memory nodes accepts no process. */
async function createLegacy(name: string, hierarchy: string): Promise<void> {
  const folder = join(hierarchy, name);
  await mkdir(folder, { recursive: true });
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if (!(await exists(join(folder, file)))) continue;
    await writeFile(join(folder, file), await readFile(join(hierarchy, file), "utf8"));
  }
}

/** Real folders only: `cpu,cpuacct` often has links for its two halves. */
async function hierarchies(top: string): Promise<string[]> {
  const paths = (await readdir(top)).sort().map((name) => join(top, name));
  const mounted: string[] = [];
  for (const path of paths) {
    const isHierarchy = (await lstat(path)).isDirectory() && (await exists(join(path, "cgroup.procs")));
    if (isHierarchy) mounted.push(path);
  }
  return mounted;
}

async function removeTree(folder: string): Promise<void> {
  if (!(await exists(folder))) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  }
  for (let tries = 1; ; tries++) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      if (tries === REMOVE_TRIES) throw error;
      await delay(REMOVE_PAUSE_MS);
    }
  }
}
