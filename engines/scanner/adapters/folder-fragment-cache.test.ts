// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { folderFragmentCache } from "./folder-fragment-cache.ts";

const folder = mkdtempSync(join(tmpdir(), "fragments-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("folderFragmentCache", () => {
  it("keeps what was put, and knows nothing else", async () => {
    const cache = folderFragmentCache(join(folder, "a"));
    expect(await cache.get("abc")).toBeUndefined();
    await cache.put("abc", Buffer.from("x"));
    await cache.put("abc", Buffer.from("y"));
    expect(Buffer.from((await cache.get("abc"))!).toString()).toBe("y");
  });

  it("costs no scan when its folder can't be used, and says so once", async () => {
    writeFileSync(join(folder, "file"), "");
    const told: unknown[] = [];
    const cache = folderFragmentCache(join(folder, "file"), { onTrouble: (error) => told.push(error) });
    await cache.put("abc", Buffer.from("x"));
    expect([await cache.get("abc"), told.length]).toEqual([undefined, 1]);
  });

  it("is safe under writers of one key: a reader sees a whole entry, and nothing is left behind", async () => {
    const at = join(folder, "b");
    const contents = Array.from({ length: 20 }, (_, i) => Buffer.alloc(200_000, i));
    const writers = contents.map((bytes) => folderFragmentCache(at).put("abcdef", bytes));
    const readers = contents.map(async () => await folderFragmentCache(at).get("abcdef"));
    for (const seen of await Promise.all(readers)) {
      if (seen) expect([seen.length, seen.every((byte) => byte === seen[0])]).toEqual([200_000, true]);
    }
    await Promise.all(writers);
    expect(readdirSync(join(at, "ab"))).toEqual(["abcdef"]);
  });

  it("names the entries of one layer", async () => {
    const cache = folderFragmentCache(join(folder, "c"));
    expect(await cache.keysOf("abab")).toEqual([]);
    for (const key of ["abab-1", "abab-2", "abac-1"]) await cache.put(key, Buffer.from("x"));
    expect([...(await cache.keysOf("abab"))].sort()).toEqual(["abab-1", "abab-2"]);
  });

  it("keeps within its size: what was used least lately goes, and what a killed writer left", async () => {
    const at = join(folder, "d");
    const cache = folderFragmentCache(at, { maxBytes: 25 });
    for (const [index, key] of ["aa-1", "bb-1", "cc-1"].entries()) {
      await cache.put(key, Buffer.alloc(10));
      const used = new Date(Date.UTC(2026, 0, 1 + index));
      utimesSync(join(at, key.slice(0, 2), key), used, used);
    }
    const left = join(at, "aa", "aa-9.00000000-0000-4000-8000-000000000000");
    writeFileSync(left, "half");
    utimesSync(left, 0, 0);
    await cache.trim();
    expect([readdirSync(join(at, "aa")), readdirSync(join(at, "bb")), readdirSync(join(at, "cc"))]).toEqual([
      [],
      ["bb-1"],
      ["cc-1"],
    ]);
    expect(await cache.get("aa-1")).toBeUndefined();
  });
});
