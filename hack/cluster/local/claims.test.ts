// SPDX-License-Identifier: Apache-2.0
/** Claims of cluster numbers, in a folder of their own. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { claimNumber, heldNumber, releaseNumber } from "./claims.ts";

let top = "";
let folder = "";
const idle = () => Promise.resolve([]);
const clusterRoot = async (name: string) => {
  await mkdir(join(top, name), { recursive: true });
  return join(top, name);
};

beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), "claims-"));
  folder = join(top, "numbers");
});
afterEach(() => rm(top, { recursive: true }));

it("gives each of many clusters that ask at once a number of its own", async () => {
  const roots = await Promise.all(Array.from({ length: 12 }, (_, i) => clusterRoot(`c${String(i)}`)));
  const numbers = await Promise.all(roots.map((root) => claimNumber(root, undefined, idle, folder)));
  expect([...numbers].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

it("gives a cluster the number that it holds, then the one that it wishes", async () => {
  const root = await clusterRoot("a");
  expect(await claimNumber(root, 9, idle, folder)).toBe(9);
  expect(await claimNumber(root, 3, idle, folder)).toBe(9);
  await releaseNumber(root, folder);
  expect(await heldNumber(root, folder)).toBeUndefined();
  expect(await claimNumber(root, undefined, idle, folder)).toBe(1);
});

it("passes over a wish that another cluster or another network has", async () => {
  const [a, b] = [await clusterRoot("a"), await clusterRoot("b")];
  await claimNumber(a, 1, idle, folder);
  expect(await claimNumber(b, 1, idle, folder)).toBe(2);
  await releaseNumber(b, folder);
  expect(await claimNumber(b, 2, () => Promise.resolve(["10.99.2.0/30"]), folder)).toBe(3);
});

it("takes back the number of a cluster whose folder is gone", async () => {
  const a = await clusterRoot("a");
  await claimNumber(a, undefined, idle, folder);
  await rm(a, { recursive: true });
  expect(await claimNumber(await clusterRoot("b"), undefined, idle, folder)).toBe(1);
});

it("says so when no network is free", async () => {
  const all = () => Promise.resolve(["10.0.0.0/8"]);
  await expect(claimNumber(await clusterRoot("a"), undefined, all, folder)).rejects.toMatchObject({
    code: "CLUSTER_NUMBERS_EXHAUSTED",
  });
});
