// SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ociErrors } from "../errors.ts";
import { temporaryFolder } from "../testing/support.ts";
import { tarBytes } from "../writing/tar.ts";
import type { TarEntry } from "../writing/tar-entry.ts";
import { indexTar } from "./tar-index.ts";
import type { TarIndex } from "./tar-index.ts";
import { parsePax, parseTarHeader } from "./tar-header.ts";

async function index(bytes: Uint8Array): Promise<TarIndex> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "a.tar");
  await writeFile(path, bytes);
  return await indexTar(path);
}

it.each<{ name: string; entries: TarEntry[]; path: string; want: string | undefined }>([
  { name: "a file", entries: [{ path: "a/b", content: "x" }], path: "a/b", want: "x" },
  { name: "a file by an untidy path", entries: [{ path: "./a//b", content: "x" }], path: "a/./b", want: "x" },
  {
    name: "the last of two",
    entries: [
      { path: "a", content: "1" },
      { path: "a", content: "2" },
    ],
    path: "a",
    want: "2",
  },
  {
    name: "a long path",
    entries: [{ path: "d/".repeat(300) + "f", content: "x" }],
    path: "d/".repeat(300) + "f",
    want: "x",
  },
  { name: "a path in UTF-8", entries: [{ path: "é/ü", content: "x" }], path: "é/ü", want: "x" },
  {
    name: "through a link",
    entries: [
      { path: "x/layer.tar", content: "x" },
      { path: "y/layer.tar", type: "symlink", linkTarget: "../x/layer.tar" },
    ],
    path: "y/layer.tar",
    want: "x",
  },
  {
    name: "through a hard link",
    entries: [
      { path: "x", content: "x" },
      { path: "d/y", type: "hardlink", linkTarget: "x" },
    ],
    path: "d/y",
    want: "x",
  },
  {
    name: "nothing through a cycle",
    entries: [
      { path: "a", type: "symlink", linkTarget: "b" },
      { path: "b", type: "symlink", linkTarget: "a" },
    ],
    path: "a",
    want: undefined,
  },
  {
    name: "nothing outside",
    entries: [{ path: "a", type: "symlink", linkTarget: "../../etc/passwd" }],
    path: "a",
    want: undefined,
  },
  {
    name: "nothing for an entry outside",
    entries: [
      { path: "../a", content: "x" },
      { path: "b", content: "y" },
    ],
    path: "../a",
    want: undefined,
  },
  {
    name: "no folder",
    entries: [
      { path: "a", type: "directory" },
      { path: "b", content: "y" },
    ],
    path: "a",
    want: undefined,
  },
])("finds $name", async ({ entries, path, want }) => {
  const bytes = tarBytes(entries);
  const file = (await index(bytes)).find(path);
  expect(file && bytes.toString("utf8", file.offset, file.offset + file.size)).toBe(want);
});

const good = tarBytes([{ path: "a", content: "x".repeat(1000) }]);
it.each([
  { name: "nothing", bytes: Buffer.alloc(0), why: "holds no file" },
  { name: "only zeros", bytes: Buffer.alloc(2048), why: "holds no file" },
  { name: "text", bytes: Buffer.from("hello ".repeat(200)), why: "header checksum is wrong (at byte 0)" },
  { name: "half a header", bytes: good.subarray(0, 300), why: "ends within a header" },
  { name: "half a file", bytes: good.subarray(0, 1000), why: 'ends within the file "a"' },
  { name: "gzip", bytes: gzipSync(good), why: "gunzip" },
  { name: "zstd", bytes: Buffer.concat([Buffer.from("28b52ffd", "hex"), Buffer.alloc(600)]), why: "unzstd" },
])("refuses $name", async ({ bytes, why }) => {
  await expect(index(bytes)).rejects.toThrow(expect.objectContaining({ code: "ARCHIVE_INVALID" }) as Error);
  await expect(index(bytes)).rejects.toThrow(why);
});

it("says that there is no archive", async () => {
  await expect(indexTar("/nowhere/a.tar")).rejects.toThrow("no archive can be read at /nowhere/a.tar");
  await expect(indexTar("/")).rejects.toThrow("is not a file");
});

it("answers hostile bytes with an index or ARCHIVE_INVALID", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "a.tar");
  const start = tarBytes([
    { path: "p".repeat(150), content: "x" },
    { path: "l", type: "symlink", linkTarget: "m" },
  ]);
  const damage = fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(damage, fc.nat(start.length), async (changes, length) => {
      const bytes = Buffer.from(start);
      for (const [at, value] of changes) bytes[at] = value;
      await writeFile(path, bytes.subarray(0, length));
      try {
        const found = await indexTar(path);
        for (const name of found.paths) {
          const file = found.find(name);
          if (file !== undefined) expect(file.offset + file.size).toBeLessThanOrEqual(length);
        }
      } catch (error) {
        expect(ociErrors.is(error, "ARCHIVE_INVALID")).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

it("answers any block and any pax record with a value or its own error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 512, maxLength: 512 }), fc.string(), (block, record) => {
      expect(() => {
        try {
          parseTarHeader(Buffer.from(block));
          parsePax(Buffer.from(record));
        } catch (error) {
          if ((error as Error).constructor.name !== "TarHeaderError") throw error;
        }
      }).not.toThrow();
    }),
  );
});
