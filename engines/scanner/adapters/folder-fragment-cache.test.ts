// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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
    const cache = folderFragmentCache(join(folder, "file"), (error) => told.push(error));
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
});
