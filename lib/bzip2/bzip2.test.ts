// SPDX-License-Identifier: Apache-2.0
/** The decoder on what bzip2 itself wrote, in pieces of any size, and on damaged bytes. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "../errors.ts";
import { bunzip2, bzip2Errors } from "./index.ts";

const packed = (name: string): Buffer => readFileSync(new URL(`testdata/${name}.bz2`, import.meta.url));
const contents = {
  text: Buffer.from(Array.from({ length: 400 }, (_, i) => `line ${i} of ${i * i}\n`).join("")),
  runs: Buffer.from(Array.from({ length: 300 }, (_, i) => "ABCD".charAt(i % 4).repeat(i)).join("")),
  zeros: Buffer.alloc(6_000_000),
  pairs: Buffer.from("ab".repeat(100_000)),
  "every-byte": Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  empty: Buffer.alloc(0),
};
const names = Object.keys(contents) as (keyof typeof contents)[];

async function unpack(bytes: Uint8Array, pieceSize = bytes.length || 1): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of bunzip2(inPieces(bytes, pieceSize))) parts.push(piece);
  return Buffer.concat(parts);
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function faultOf(bytes: Uint8Array): Promise<string> {
  try {
    await unpack(bytes, 100);
    return "fine";
  } catch (error) {
    return error instanceof StellaError ? error.message : `not ours: ${String(error)}`;
  }
}

describe.each(names)("%s", (name) => {
  it.each([1, 2, 7, 1013, 1_000_000])("comes back whole from pieces of %d bytes", async (size) => {
    expect(Buffer.compare(await unpack(packed(name), size), contents[name])).toBe(0);
  });
});

it("reads one stream behind another", async () => {
  const bytes = Buffer.concat(names.map(packed));
  expect(Buffer.compare(await unpack(bytes, 50), Buffer.concat(Object.values(contents)))).toBe(0);
});

it("gives out a block of millions in pieces", async () => {
  let largest = 0;
  for await (const piece of bunzip2(inPieces(packed("zeros"), 1000)))
    largest = Math.max(largest, piece.length);
  expect(largest).toBe(65_536);
});

it("closes its source when nobody reads on", async () => {
  let isClosed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield await Promise.resolve(packed("zeros"));
      yield packed("text");
    } finally {
      isClosed = true;
    }
  }
  for await (const piece of bunzip2(source())) {
    expect(piece[0]).toBe(0);
    break;
  }
  expect(isClosed).toBe(true);
});

/** Where fields stand in a file of one block: 4 bytes of header, 6 of mark, 4 of sum, then single bits. */
const text = packed("text");
const altered = (at: number, value: number): Buffer => {
  const bytes = Buffer.from(text);
  bytes[at] = value;
  return bytes;
};

describe("what is no bzip2 is refused with its place", () => {
  it.each([
    ["nothing", Buffer.alloc(0), "bzip2: it is cut off at byte 0"],
    ["other bytes", Buffer.from("plain text"), "bzip2: no bzip2 stream at byte 0"],
    ["another level", altered(3, 0x30), "bzip2: no bzip2 stream at byte 0"],
    ["another mark", altered(5, 0), "bzip2: neither a block nor an end at byte 4"],
    ["another sum", altered(10, 0), "bzip2: a block without its stated sum at byte 4"],
    [
      "a randomised block",
      altered(14, 0x80),
      "bzip2: a randomised block, as bzip2 before 0.9.5 wrote at byte 14",
    ],
    ["half of it", text.subarray(0, text.length >> 1), `bzip2: it is cut off at byte ${text.length >> 1}`],
    [
      "bytes behind it",
      Buffer.concat([text, Buffer.from("behind")]),
      `bzip2: no bzip2 stream at byte ${text.length}`,
    ],
    [
      "half a stream behind it",
      Buffer.concat([text, text.subarray(0, 3)]),
      `bzip2: it is cut off at byte ${text.length + 3}`,
    ],
  ])("%s", async (_, bytes, message) => {
    expect(await faultOf(bytes)).toBe(message);
  });

  it("a block longer than its level allows", async () => {
    const bytes = packed("pairs");
    bytes[3] = 0x31;
    expect(await faultOf(bytes)).toMatch(/^bzip2: a block longer than its stream allows at byte \d+$/);
  });

  it("another sum of the stream", async () => {
    const bytes = packed("empty");
    bytes[13] = 1;
    expect(await faultOf(bytes)).toBe("bzip2: a stream without its stated sum at byte 4");
  });
});

describe("damage ends in an error of ours, or does not matter", () => {
  const small = names.filter((name) => name !== "zeros");

  it("cut off anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.nat(), async (name, at) => {
        const bytes = packed(name);
        const fault = await unpack(bytes.subarray(0, at % bytes.length)).catch((error: unknown) => error);
        expect(bzip2Errors.is(fault, "BZIP2_TRUNCATED")).toBe(true);
      }),
    );
  });

  it("flipped bits", async () => {
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...small), flips, async (name, bits) => {
        const bytes = packed(name);
        for (const bit of bits) {
          const at = bit % (bytes.length * 8);
          bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
        }
        const found = await unpack(bytes).catch((error: unknown) => error);
        if (Buffer.isBuffer(found)) expect(Buffer.compare(found, contents[name])).toBe(0);
        else expect(bzip2Errors.is(found)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("any bytes behind a header", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (rest) => {
        const start = text.subarray(0, 15);
        const fault = await unpack(Buffer.concat([start, rest])).catch((error: unknown) => error);
        expect(bzip2Errors.is(fault)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
