// SPDX-License-Identifier: Apache-2.0
/** Files that were written, read back whole; `test/conformance/trivy-db` asks bbolt itself. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boltChunks, writeBoltFile } from "./file.ts";
import type { BoltEntry } from "./file.ts";
import { FIRST_ID, MAX_DEPTH, MAX_KEY_BYTES, PAGE_BYTES } from "./layout.ts";
import { fnv1a64 } from "./pages.ts";
import { readBolt } from "./testing/read.ts";
import type { ReadBucket } from "./testing/read.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

/** Entries of a bucket as the reader gives it back; its keys are Latin-1, so that text and bytes sort alike. */
function* entriesOf(bucket: ReadBucket): Generator<BoltEntry> {
  for (const key of Object.keys(bucket).sort()) {
    const value = bucket[key]!;
    yield typeof value === "string"
      ? { key: bytes(key), value: bytes(value) }
      : { key: bytes(key), entries: entriesOf(value) };
  }
}

function fileOf(entries: Iterable<BoltEntry>): Buffer {
  const chunks = [...boltChunks(entries)];
  const file = Buffer.alloc(Math.max(...chunks.map((chunk) => chunk.position + chunk.bytes.length)));
  for (const { position, bytes: content } of chunks) file.set(content, position);
  return file;
}

/** `count` keys of `keyBytes` bytes, each with a value of `valueBytes`. */
function numbered(count: number, keyBytes: number, valueBytes: number): ReadBucket {
  const row = (index: number): [string, string] => [
    String(index).padStart(keyBytes, "k"),
    String(index).padStart(valueBytes, "v").slice(0, valueBytes),
  ];
  return Object.fromEntries(Array.from({ length: count }, (_, index) => row(index)));
}

const HEADER = 16 + 16;

describe("a file that is read back", () => {
  it.each([
    { name: "nothing", root: {}, pages: 1 },
    { name: "one key", root: { a: "b" }, pages: 1 },
    { name: "an empty value", root: { a: "" }, pages: 1 },
    { name: "an empty bucket", root: { a: {} }, pages: 1 },
    { name: "a page filled to its end", root: numbered(1, 8, PAGE_BYTES - HEADER - 8), pages: 1 },
    { name: "a value one byte over its page", root: numbered(1, 8, PAGE_BYTES - HEADER - 7), pages: 2 },
    { name: "a value of a mebibyte", root: numbered(1, 8, 2 ** 20), pages: 257 },
    { name: "two keys that fill a page", root: numbered(2, 8, (PAGE_BYTES - 16) / 2 - 16 - 8), pages: 1 },
    { name: "two keys and a byte", root: numbered(2, 8, (PAGE_BYTES - 16) / 2 - 16 - 7), pages: 3 },
    { name: "keys as long as can be", root: numbered(5, MAX_KEY_BYTES, 1), pages: 131 },
    {
      name: "a bucket that just fits into its parent",
      root: { a: numbered(1, 8, 1024 - HEADER - 8) },
      pages: 1,
    },
    { name: "a bucket that just does not", root: { a: numbered(1, 8, 1024 - HEADER - 7) }, pages: 2 },
    { name: "a bucket in a bucket", root: { a: { b: { c: { d: "e" } } }, z: "y" }, pages: 3 },
    { name: "buckets between values", root: { a: "1", b: numbered(900, 8, 20), c: "3" }, pages: 12 },
    { name: "100 000 keys", root: numbered(100_000, 8, 20), pages: 1095 },
    { name: "a key that is a name of every object", root: { __proto: "1", constructor: "2" }, pages: 1 },
  ])("$name", ({ root, pages }) => {
    const file = fileOf(entriesOf(root));
    expect(readBolt(file)).toEqual({ root, pages: FIRST_ID + pages });
    expect(fileOf(entriesOf(root)).equals(file)).toBe(true);
  });

  it("is what went in, for any buckets, keys and values", () => {
    const text = (max: number) =>
      fc.string({
        unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
        maxLength: max,
      });
    const key = text(40).filter((one) => one !== "" && one !== "__proto__");
    const { bucket } = fc.letrec<{ bucket: ReadBucket; entry: string | ReadBucket }>((tie) => ({
      bucket: fc.dictionary(key, tie("entry"), { maxKeys: 60, noNullPrototype: true }),
      entry: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        { weight: 8, arbitrary: text(60) },
        { weight: 1, arbitrary: fc.nat({ max: 9000 }).map((length) => "x".repeat(length)) },
        { weight: 3, arbitrary: tie("bucket") },
      ),
    }));
    fc.assert(
      fc.property(bucket, (root) => {
        expect(readBolt(fileOf(entriesOf(root))).root).toEqual(root);
      }),
      { numRuns: 300 },
    );
  });

  it("has the sizes around every page border", () => {
    for (let size = 0; size < 3 * PAGE_BYTES; size += size % 509 === 0 ? 1 : 7) {
      const root = { a: "1", b: "x".repeat(size), c: { d: "x".repeat(size) } };
      expect(readBolt(fileOf(entriesOf(root))).root).toEqual(root);
    }
  });
});

describe("entries that no bbolt file can hold", () => {
  const value = bytes("1");
  const nested = (depth: number): BoltEntry =>
    depth === 0 ? { key: value, value } : { key: value, entries: [nested(depth - 1)] };
  it.each([
    { name: "an empty key", entries: [{ key: bytes(""), value }], code: "BOLT_KEY_INVALID" },
    {
      name: "a long key",
      entries: [{ key: Buffer.alloc(MAX_KEY_BYTES + 1), value }],
      code: "BOLT_KEY_INVALID",
    },
    {
      name: "one key twice",
      entries: [
        { key: value, value },
        { key: value, value },
      ],
      code: "BOLT_KEYS_UNSORTED",
    },
    {
      name: "a key behind a greater one, a page later",
      entries: [
        { key: bytes("b"), value: Buffer.alloc(PAGE_BYTES) },
        { key: bytes("a"), value },
      ],
      code: "BOLT_KEYS_UNSORTED",
    },
    { name: "buckets without end", entries: [nested(MAX_DEPTH)], code: "BOLT_TOO_DEEP" },
  ])("$name: $code", ({ entries, code }) => {
    expect(() => [...boltChunks(entries)]).toThrow(expect.objectContaining({ code }));
  });
});

describe("memory", () => {
  it("hands out each page before it asks for much more", () => {
    let asked = 0;
    function* many(): Generator<BoltEntry> {
      for (; asked < 50_000; asked++)
        yield { key: bytes(String(asked).padStart(6, "0")), value: bytes("v".repeat(100)) };
    }
    let written = 0;
    for (const { bytes: chunk } of boltChunks(many())) {
      written += chunk.length;
      expect(asked * 122 - written).toBeLessThan(2 * PAGE_BYTES);
    }
  });
});

it.each([
  { text: "", hash: 0xcbf29ce484222325n },
  { text: "a", hash: 0xaf63dc4c8601ec8cn },
  { text: "foobar", hash: 0x85944171f73967e8n },
])("FNV-1a of $text, as its authors list it", ({ text, hash }) => {
  expect(fnv1a64(bytes(text))).toBe(hash);
});

it("writes a file of the same bytes and says how far it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bolt-"));
  try {
    const root = { a: numbered(40_000, 8, 60), b: "x".repeat(2 ** 21), c: {} };
    const told: number[] = [];
    await writeBoltFile(join(folder, "x.db"), entriesOf(root), (count) => told.push(count));
    const file = await readFile(join(folder, "x.db"));
    expect(file.equals(fileOf(entriesOf(root)))).toBe(true);
    expect(told.at(-1)).toBe(file.length);
    expect(told.length).toBeGreaterThan(3);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
  } finally {
    await rm(folder, { recursive: true });
  }
});
