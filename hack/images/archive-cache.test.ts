// SPDX-License-Identifier: Apache-2.0
/** Cached builds in a cache folder of their own. */
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { silent } from "#hack/lib/log.ts";
import { cached, inputKey } from "./archive-cache.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "archive-cache-"));
  vi.stubEnv("STELLAOPS_DEV_CACHE", folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const keyOf = (digit: number) => String(digit).repeat(64);
const build = (digit: number) => (path: string) => writeFile(path, String(digit));
const make = (digit: number) =>
  cached({ name: "x", key: keyOf(digit), suffix: ".tar", build: build(digit) }, silent);

it("builds a state once and keeps the three used last", async () => {
  const paths = [await make(1), await make(2), await make(3)];
  for (const [i, path] of paths.entries()) await utimes(path, 1000 + i, 1000 + i);
  const again = await cached(
    { name: "x", key: keyOf(1), suffix: ".tar", build: () => Promise.reject(new Error("built again")) },
    silent,
  );
  expect(await readFile(again, "utf8")).toBe("1");
  await make(4);
  expect((await readdir(join(folder, "images"))).sort()).toEqual(
    [1, 3, 4].map((digit) => `x-${String(digit).repeat(16)}.tar`),
  );
});

it("leaves nothing of a build that failed", async () => {
  const failing = async (path: string) => {
    await writeFile(path, "half");
    throw new Error("no");
  };
  await expect(cached({ name: "x", key: keyOf(1), suffix: "", build: failing }, silent)).rejects.toThrow(
    "no",
  );
  expect(await readdir(join(folder, "images"))).toEqual([]);
});

it("clears away what a killed build of the same state left", async () => {
  const images = join(folder, "images");
  await mkdir(images);
  const name = `x-${"1".repeat(16)}.tar`;
  await writeFile(join(images, `${name}.building-7.root`), "half");
  await make(1);
  expect(await readdir(images)).toEqual([name]);
});

it("keys by values and contents, whatever their order", async () => {
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  await writeFile(a, "1");
  await writeFile(b, "2");
  const key = await inputKey({ x: "1", y: "2" }, [a, b]);
  expect(await inputKey({ y: "2", x: "1" }, [b, a])).toBe(key);
  expect(await inputKey({ x: "2", y: "2" }, [a, b])).not.toBe(key);
  await writeFile(b, "3");
  expect(await inputKey({ x: "1", y: "2" }, [a, b])).not.toBe(key);
});
