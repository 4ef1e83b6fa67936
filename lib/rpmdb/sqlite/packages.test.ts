// SPDX-License-Identifier: Apache-2.0
/** The page reader against SQLite itself, over every page size. */
import { hash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { ProblemLog } from "../blobs.ts";
import { sqliteBlobs } from "./packages.ts";

const folder = mkdtempSync(join(tmpdir(), "rpmdb-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const digest = (bytes: Buffer): string => hash("sha256", bytes);
/** Blob `i` is `sizes[i]` bytes that tell where they stand. */
function blobOf(size: number): Buffer {
  const blob = Buffer.alloc(size);
  for (let i = 0; i < size; i++) blob[i] = i * 7 + size;
  return blob;
}

function write(pageSize: number, sizes: readonly number[]): Buffer {
  const path = join(folder, `${pageSize}-${sizes.length}.sqlite`);
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA page_size = ${pageSize}; CREATE TABLE Other(a, b)`);
  database.exec("CREATE TABLE Packages(hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)");
  const insert = database.prepare("INSERT INTO Packages(blob) VALUES (?)");
  database.exec("BEGIN");
  for (const size of sizes) insert.run(blobOf(size));
  database.exec("COMMIT; INSERT INTO Other VALUES (1, x'00')");
  database.close();
  return readFileSync(path);
}

function read(bytes: Buffer): { blobs: string[]; problems: string[]; areInPlace: boolean } {
  const problems = new ProblemLog();
  const found = [...sqliteBlobs(bytes, problems)];
  const areInPlace = found.every((blob) =>
    bytes.subarray(blob.offset).subarray(0, 16).equals(blob.bytes.subarray(0, 16)),
  );
  return { blobs: found.map((blob) => digest(blob.bytes)), problems: problems.messages, areInPlace };
}

describe.each([512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536])("pages of %i bytes", (pageSize) => {
  it("gives every blob around the sizes where a row leaves its page", () => {
    const most = pageSize - 35;
    const least = Math.floor(((pageSize - 12) * 32) / 255) - 23;
    const turns = [least, most, pageSize, least + pageSize - 4, most + pageSize - 4, 3 * pageSize];
    const sizes = [16, ...turns.flatMap((turn) => Array.from({ length: 17 }, (_, i) => turn - 12 + i))];
    expect(read(write(pageSize, sizes))).toEqual({
      blobs: sizes.map((size) => digest(blobOf(size))),
      problems: [],
      areInPlace: true,
    });
  });
});

it("goes down through several levels of pages", () => {
  const sizes = Array.from({ length: 20_000 }, (_, i) => 16 + (i % 50));
  expect(read(write(512, sizes))).toEqual({
    blobs: sizes.map((size) => digest(blobOf(size))),
    problems: [],
    areInPlace: true,
  });
});

describe("a hostile page", () => {
  const bytes = write(4096, [1000, 1000, 1000]);
  const page = [...Array(bytes.length / 4096).keys()].find((each) => {
    return bytes[each * 4096] === 0x0d && bytes.readUInt16BE(each * 4096 + 3) === 3;
  });
  const start = (page ?? 0) * 4096;
  const changed = (change: (copy: Buffer) => void): string[] => {
    const copy = Buffer.from(bytes);
    change(copy);
    return read(copy).problems;
  };

  it("can't multiply rows", () => {
    const problems = changed((copy) => {
      copy.writeUInt16BE(500, start + 3);
      for (let i = 1; i < 500; i++) copy.copy(copy, start + 8 + 2 * i, start + 8, start + 10);
    });
    expect(problems).toEqual(Array(496).fill(`cells overlap at byte ${start}`));
  });

  it.each([
    {
      name: "has more cells than room",
      change: (copy: Buffer) => copy.writeUInt16BE(60_000, start + 3),
      problem: /is no table page/,
    },
    {
      name: "is of another kind",
      change: (copy: Buffer) => copy.writeUInt8(0x0a, start),
      problem: /is no table page/,
    },
    {
      name: "has a cell in the next page",
      change: (copy: Buffer) => copy.writeUInt16BE(60_000, start + 8),
      problem: /a row is longer than its page|runs over the end/,
    },
  ])("that $name is a problem", ({ change, problem }) => {
    expect(changed(change)).toEqual([expect.stringMatching(problem)]);
  });
});
