// SPDX-License-Identifier: Apache-2.0
/** Archives of Info-ZIP and the JDK (origin: testdata/README.md), and archives that lie. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "../errors.ts";
import { openZip, readZipEntry, zipErrors } from "./index.ts";
import { writeZip, type ZipFile } from "./testing/write-zip.ts";

const real = (name: string): Buffer => readFileSync(new URL(`testdata/${name}`, import.meta.url));
const all = { keep: () => true, maxEntries: 1_000_000 };
const LIMIT = 100_000;

/** Name to content of every entry; a refused one's code. */
function contents(bytes: Buffer, options = all): Record<string, string> {
  const zip = openZip(bytes, options);
  return Object.fromEntries(
    zip.entries.map((entry) => {
      try {
        return [entry.name, readZipEntry(zip, entry, LIMIT).toString()];
      } catch (error) {
        if (!zipErrors.is(error)) throw error;
        return [entry.name, error.code];
      }
    }),
  );
}

const HELLO = "hello hello hello hello\n";
const FOLDER = { "d/": "", "d/empty": "", "d/é.txt": "x", "d/a.txt": HELLO };

describe("archives of real tools", () => {
  it.each([
    ["info-zip.zip", FOLDER],
    ["jar-tool.jar", FOLDER],
    ["prefixed.zip", FOLDER],
    ["prefixed-adjusted.zip", FOLDER],
    ["stored.zip", { "d/a.txt": HELLO }],
    ["zip64.zip", { "d/a.txt": HELLO }],
    ["prefixed-zip64.zip", { "d/a.txt": HELLO }],
    ["streamed.zip", { "-": "streamed streamed streamed" }],
    ["encrypted.zip", { "d/a.txt": "ZIP_ENCRYPTED" }],
    ["bzip2.zip", { "b.txt": "ZIP_METHOD_UNKNOWN" }],
  ])("%s", (name, want) => expect(contents(real(name))).toEqual(want));

  it.each(["info-zip.zip", "zip64.zip", "prefixed-zip64.zip", "jar-tool.jar"])(
    "%s cut anywhere has no end record",
    (name) => {
      const bytes = real(name);
      for (let length = 0; length < bytes.length; length += 1)
        expect(() => openZip(bytes.subarray(0, length), all)).toThrow(
          expect.objectContaining({ code: "ZIP_INVALID" }),
        );
    },
  );

  it.each(["info-zip.zip", "zip64.zip", "prefixed.zip", "jar-tool.jar"])(
    "%s with any bit flipped is read or refused",
    (name) => {
      for (let bit = 0; bit < real(name).length * 8; bit += 1) {
        const bytes = Buffer.from(real(name));
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        try {
          contents(bytes);
        } catch (error) {
          expect(zipErrors.is(error)).toBe(true);
        }
      }
    },
  );
});

describe("shapes", () => {
  const files: ZipFile[] = [
    { name: "a", content: "one" },
    { name: "b", content: "two", isStored: true },
  ];
  const want = { a: "one", b: "two" };

  it.each([
    { name: "a comment", shape: { comment: "PK\u0005\u0006 is a comment" } },
    { name: "bytes behind", shape: { suffix: "\n\n" } },
    { name: "bytes before", shape: { prefix: "#!/bin/sh\n" } },
    { name: "zip64", shape: { isZip64: true } },
    { name: "zip64 with bytes before", shape: { isZip64: true, prefix: "#!/bin/sh\n" } },
    { name: "zip64 with a comment", shape: { isZip64: true, comment: "x" } },
  ])("reads $name", ({ shape }) => expect(contents(writeZip(files, shape))).toEqual(want));

  it("reads an empty archive", () => expect(contents(writeZip([]))).toEqual({}));

  it("keeps what it is asked for, and names as they stand", () => {
    const bytes = writeZip([
      { name: "../../etc/passwd" },
      { name: "/abs" },
      { name: "x/./y" },
      { name: "no" },
    ]);
    const zip = openZip(bytes, { ...all, keep: (name) => name !== "no" });
    expect(zip.entries.map(({ name }) => name)).toEqual(["../../etc/passwd", "/abs", "x/./y"]);
    expect({ count: zip.count, isCut: zip.isCut }).toEqual({ count: 4, isCut: false });
  });

  it("keeps both of a name that stands twice", () => {
    const zip = openZip(
      writeZip([
        { name: "a", content: "1" },
        { name: "a", content: "2" },
      ]),
      all,
    );
    expect(zip.entries.map((entry) => readZipEntry(zip, entry, 9).toString())).toEqual(["1", "2"]);
  });

  it("cuts a directory at the limit, and says so", () => {
    const zip = openZip(writeZip(files), { ...all, maxEntries: 1 });
    expect(zip).toMatchObject({ entries: [{ name: "a" }], count: 1, isCut: true });
  });
});

describe("lies", () => {
  const bomb = "0".repeat(LIMIT + 1);

  it.each([
    { name: "more bytes than allowed", file: { name: "a", content: bomb }, want: "ZIP_LIMIT" },
    {
      name: "a small size over a bomb",
      file: { name: "a", content: bomb, lies: { size: 10 } },
      want: "ZIP_INVALID",
    },
    {
      name: "a size above the truth",
      file: { name: "a", content: "abc", lies: { size: 4 } },
      want: "ZIP_INVALID",
    },
    {
      name: "an impossible size",
      file: { name: "a", content: "abc", lies: { size: 99_999 } },
      want: "ZIP_INVALID",
    },
    {
      name: "a stored size above the data",
      file: { name: "a", content: "abc", isStored: true, lies: { size: 9 } },
      want: "ZIP_INVALID",
    },
    {
      name: "data beyond the directory",
      file: { name: "a", content: "abc", lies: { compressedSize: 99_999 } },
      want: "ZIP_INVALID",
    },
    {
      name: "a place outside",
      file: { name: "a", content: "abc", lies: { localOffset: 99_999 } },
      want: "ZIP_INVALID",
    },
    {
      name: "a place that is no header",
      file: { name: "a", content: "abc", lies: { localOffset: 3 } },
      want: "ZIP_INVALID",
    },
    {
      name: "another checksum",
      file: { name: "a", content: "abc", lies: { crc32: 1 } },
      want: "ZIP_INVALID",
    },
    {
      name: "stored for deflated",
      file: { name: "a", content: HELLO, lies: { method: 0 } },
      want: "ZIP_INVALID",
    },
    {
      name: "masked headers",
      file: { name: "a", content: "abc", lies: { flags: 0x2000 } },
      want: "ZIP_ENCRYPTED",
    },
  ])("refuses $name", ({ file, want }) => expect(contents(writeZip([file]))).toEqual({ a: want }));

  it("refuses entries that share their bytes, and reads the others", () => {
    const files = [
      { name: "a", content: HELLO },
      { name: "b", content: HELLO, lies: { localOffset: 0 } },
      { name: "c", content: HELLO },
    ];
    expect(contents(writeZip(files))).toEqual({ a: "ZIP_INVALID", b: "ZIP_INVALID", c: HELLO });
  });

  it("names the damaged entry", () => {
    const bytes = writeZip([{ name: "a" }, { name: "b" }]);
    bytes[bytes.lastIndexOf("PK\u0001\u0002")] = 0;
    expect(() => openZip(bytes, all)).toThrow(/central directory is damaged in its entry 2 at byte/);
  });

  it("refuses an end record whose directory cannot be there", () => {
    const bytes = writeZip([{ name: "a" }]);
    bytes.writeUInt32LE(0x7fffffff, bytes.length - 10);
    expect(() => openZip(bytes, all)).toThrow(/names a central directory that cannot be there/);
  });

  it("reads what a million entries name in bounded time", () => {
    const one = writeZip([{ name: "a" }]);
    const [start, end] = [one.indexOf("PK\u0001\u0002"), one.length - 22];
    const record = one.subarray(start, end);
    const bytes = Buffer.concat([
      one.subarray(0, start),
      Buffer.alloc(record.length * 1e6, record),
      one.subarray(end),
    ]);
    bytes.writeUInt32LE(record.length * 1e6, bytes.length - 10);
    expect(openZip(bytes, { ...all, keep: () => false })).toMatchObject({ count: 1e6, isCut: false });
  });
});

it("opens and reads anything, or throws its own error", () => {
  const base = writeZip([
    { name: "a", content: HELLO },
    { name: "b", content: "x", isStored: true },
  ]);
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.nat(base.length).map((at) => base.subarray(at)),
    fc.nat(base.length).map((at) => base.subarray(0, at)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
      try {
        contents(Buffer.concat(pieces));
      } catch (error) {
        expect(error).toBeInstanceOf(StellaError);
      }
    }),
    { numRuns: 1000 },
  );
});
