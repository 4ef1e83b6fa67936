// SPDX-License-Identifier: Apache-2.0
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanErrors } from "../errors.ts";
import { createDecompressor } from "./decompress.ts";

const text = Buffer.from("a layer's bytes, again and again; ".repeat(20_000));

function run(bytes: Buffer, pieces: number): Buffer {
  const out: Buffer[] = [];
  const decompressor = createDecompressor();
  for (let at = 0; at < bytes.length; at += pieces) {
    decompressor.push(bytes.subarray(at, at + pieces), (piece) => out.push(Buffer.from(piece)));
  }
  decompressor.finish((piece) => out.push(Buffer.from(piece)));
  return Buffer.concat(out);
}

const gzip = gzipSync(text);
const zstd = zstdCompressSync(text);

describe("createDecompressor", () => {
  it.each([
    { name: "gzip", bytes: gzip, want: text },
    { name: "gzip of two members", bytes: Buffer.concat([gzip, gzip]), want: Buffer.concat([text, text]) },
    { name: "gzip with padding behind", bytes: Buffer.concat([gzip, Buffer.alloc(600)]), want: text },
    {
      name: "gzip with padding and more behind",
      bytes: Buffer.concat([gzip, Buffer.alloc(3), Buffer.from("no gzip at all")]),
      want: text,
    },
    { name: "zstd", bytes: zstd, want: text },
    { name: "zstd of two frames", bytes: Buffer.concat([zstd, zstd]), want: Buffer.concat([text, text]) },
    {
      name: "zstd behind a skippable frame",
      bytes: Buffer.concat([Buffer.from("502a4d18" + "02000000" + "abcd", "hex"), zstd]),
      want: text,
    },
    { name: "plain bytes", bytes: text, want: text },
    { name: "a few plain bytes", bytes: Buffer.from("ab"), want: Buffer.from("ab") },
    { name: "nothing", bytes: Buffer.alloc(0), want: Buffer.alloc(0) },
  ])("reads $name in pieces of any size", ({ bytes, want }) => {
    for (const pieces of [1, 3, 1000, 1 << 20]) expect(run(bytes, pieces).equals(want)).toBe(true);
  });

  it.each([
    ["gzip", gzip],
    ["zstd", zstd],
  ])("refuses %s that is cut short", (name, bytes) => {
    for (const length of [5, 60, bytes.length - 1]) {
      expect(() => run(bytes.subarray(0, length), 50)).toThrow(`the layer's ${name} stream is damaged`);
    }
  });

  it("survives damage with its own error", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(gzip, zstd),
        fc.nat(2000),
        fc.nat(255),
        fc.integer({ min: 1, max: 3000 }),
        (bytes, at, value, pieces) => {
          const damaged = Buffer.from(bytes);
          damaged[at % damaged.length] = value;
          try {
            run(damaged, pieces);
          } catch (error) {
            expect(scanErrors.is(error, "LAYER_UNREADABLE")).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
