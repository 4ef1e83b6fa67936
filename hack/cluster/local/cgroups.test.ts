// SPDX-License-Identifier: Apache-2.0
/** Folders of control groups, on a tree of plain files. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createCgroups, presentCgroups, removeCgroups } from "./cgroups.ts";

let top = "";
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "cgroups-"));
});
afterEach(() => rm(top, { recursive: true }));

async function hierarchy(name: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
  await mkdir(join(top, name));
  for (const [file, text] of Object.entries({ "cgroup.procs": "", ...files })) {
    await writeFile(join(top, name, file), text);
  }
}

it("makes one folder in each v1 hierarchy and removes them with what is below", async () => {
  await hierarchy("memory");
  await hierarchy("cpuset");
  await symlink("memory", join(top, "alias"));
  await mkdir(join(top, "not-a-hierarchy"));
  await createCgroups("node", top);
  expect(await presentCgroups("node", top)).toEqual([join(top, "cpuset/node"), join(top, "memory/node")]);
  await mkdir(join(top, "memory/node/kubepods/pod1"), { recursive: true });
  await removeCgroups("node", top);
  expect(await presentCgroups("node", top)).toEqual([]);
});

it("turns every controller on for children in the v2 hierarchy", async () => {
  await writeFile(join(top, "cgroup.controllers"), "cpu memory pids\n");
  await mkdir(join(top, "node"));
  await writeFile(join(top, "node", "cgroup.controllers"), "cpu memory\n");
  await createCgroups("node", top);
  const enabled = (folder: string) => readFile(join(top, folder, "cgroup.subtree_control"), "utf8");
  expect([await enabled("."), await enabled("node")]).toEqual(["+cpu +memory +pids", "+cpu +memory"]);
});
