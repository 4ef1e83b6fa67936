// SPDX-License-Identifier: Apache-2.0
/** Locks, running programs, build keys and words for durations. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheFolder } from "./cache-folder.ts";
import { programKey } from "./go-build.ts";
import { withLock } from "./lock.ts";
import { duration, silent } from "./log.ts";
import { findCommand, run } from "./run.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scripts-"));
});
afterEach(() => rm(folder, { recursive: true }));

it.runIf(process.platform === "linux")("lets one holder of a lock in at a time", async () => {
  const name = `test ${folder}`;
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await new Promise(setImmediate);
    inside--;
  };
  await Promise.all([1, 2, 3].map(() => withLock(name, silent, work)));
  expect(most).toBe(1);
  await expect(withLock(name, silent, () => Promise.reject(new Error("inside")))).rejects.toThrow("inside");
  await withLock(name, silent, work);
});

describe("run", () => {
  it("gives stdout, and lines of both streams as they come", async () => {
    const lines: string[] = [];
    const script = "process.stdout.write('a\\nb'); process.stderr.write('c\\n')";
    const out = await run(process.execPath, ["-e", script], { onLine: (line) => lines.push(line) });
    expect(out).toBe("a\nb");
    expect(lines.sort()).toEqual(["a", "c"]);
  });

  it("fails with the command line and the last lines", async () => {
    const script = "console.error('no such thing'); process.exit(3)";
    await expect(run(process.execPath, ["-e", script])).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      message: expect.stringMatching(/ended with 3:\nno such thing$/) as string,
    });
  });

  it("says when there is no such program", async () => {
    await expect(run(join(folder, "none"), [])).rejects.toMatchObject({ code: "COMMAND_MISSING" });
    expect(await findCommand("none", [folder])).toBeUndefined();
  });
});

describe("programKey", () => {
  const program = () => ({ name: "p", module: folder, package: "./p" });
  beforeEach(async () => {
    await mkdir(join(folder, "p"));
    await writeFile(join(folder, "go.mod"), "module p\n");
    await writeFile(join(folder, "go.sum"), "");
    await writeFile(join(folder, "p", "main.go"), "package main\n");
  });

  it.each([
    { name: "go.mod", file: "go.mod", changes: true },
    { name: "a source file", file: "p/main.go", changes: true },
    { name: "a new source file", file: "p/more.go", changes: true },
    { name: "a test", file: "p/main_test.go", changes: false },
    { name: "another package", file: "other.go", changes: false },
  ])("$name changes it: $changes", async ({ file, changes }) => {
    const before = await programKey(program());
    await writeFile(join(folder, file), "changed\n");
    expect((await programKey(program())) !== before).toBe(changes);
  });

  it("covers the flags", async () => {
    const stamped = await programKey({ ...program(), linkerFlags: "-X a.b=c" });
    expect(stamped).not.toBe(await programKey(program()));
  });
});

it.each([
  { ms: 412, words: "0.4 s" },
  { ms: 9_960, words: "10 s" },
  { ms: 59_400, words: "59 s" },
  { ms: 185_000, words: "3 min 05 s" },
])("says $words", ({ ms, words }) => {
  expect(duration(ms)).toBe(words);
});

it("keeps its cache where it is told", () => {
  expect(cacheFolder({ STELLAOPS_DEV_CACHE: "/somewhere/else" })).toBe("/somewhere/else");
  expect(cacheFolder({})).toMatch(/\/\.cache\/stellaops-dev$/);
});
