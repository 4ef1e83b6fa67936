// SPDX-License-Identifier: Apache-2.0
/** Downloads of processes that are gone are removed, those of others are not. */
import { spawnSync } from "node:child_process";
import { mkdtemp, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { codeOf } from "#lib/errors.ts";
import { openScratch } from "./scratch.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stella-scratch-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function leave(name: string, ageHours = 0): Promise<string> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, "1"), "part");
  const time = Date.now() / 1000 - ageHours * 3600;
  for (const path of [join(folder, name, "1"), join(folder, name)]) await utimes(path, time, time);
  return name;
}

/** Host and beginning of this process, as it names its own folder. */
async function ownMarks(): Promise<{ host: string; began: string }> {
  const scratch = await openScratch(folder);
  const [host = "", , began = ""] = (await readdir(folder))[0]?.split("-") ?? [];
  await scratch.close();
  return { host, began };
}

/** The id of a process that has ended. */
const endedPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

it("gives paths that do not collide, and takes them away", async () => {
  const [a, b] = [await openScratch(folder), await openScratch(folder)];
  const files = [a.file(), a.file(), b.file()];
  for (const file of files) await writeFile(file, "x");
  expect(new Set(files).size).toBe(3);
  await a.remove(files[0] ?? "");
  await a.close();
  expect(await readdir(folder)).toHaveLength(1);
  await b.close();
  expect(await readdir(folder)).toEqual([]);
});

it("removes what ended processes left, and what is old", async () => {
  const { host, began } = await ownMarks();
  await leave(`${host}-${endedPid()}-1-abc`);
  await leave(`${host}-${process.pid}-1-abc`); // an earlier process of the same id
  await leave("00000000-1-1-abc", 25); // another host's
  const kept = [
    await leave(`${host}-${process.pid}-${began}-abc`),
    await leave(`${host}-${process.ppid}-1-abc`),
    await leave("00000000-1-1-def", 23),
    await leave("something else", 1000),
  ];
  const scratch = await openScratch(folder);
  await scratch.close();
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
});

it("says when its folder cannot be written", async () => {
  await writeFile(join(folder, "file"), "");
  expect(await openScratch(join(folder, "file", "x")).then(() => "opened", codeOf)).toBe(
    "DOWNLOAD_UNWRITABLE",
  );
});
