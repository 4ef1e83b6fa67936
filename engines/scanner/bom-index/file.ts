// SPDX-License-Identifier: Apache-2.0
/** Header and sections of a BOM-Index: docs/formats/bom-index.md. Rows and bitmaps are read by those who know them. */
import { createHash } from "node:crypto";
import { hexOf, type Digest } from "#lib/digest.ts";
import { ByteSink } from "./byte-sink.ts";
import { bomIndexErrors, corrupt } from "./errors.ts";
import { writeRoaring } from "./roaring.ts";
import { PurlTable } from "./purl-table.ts";

const VERSION = 1;
const HEADER_BYTES = 64;
const SECTIONS = ["digests", "types", "blockIndex", "purls", "bitmapIndex", "bitmaps"] as const;
const DIRECTORY_BYTES = 16 * SECTIONS.length;
/** The digest covers all behind itself. */
const DIGESTED_FROM = 48;

export type Kind = "image" | "merged";
type Sections = Readonly<Record<(typeof SECTIONS)[number], Buffer>>;

const MAGIC: Readonly<Record<Kind, string>> = { image: "STELLABI", merged: "STELLABM" };

export interface IndexFile {
  readonly purls: PurlTable;
  readonly flags: number;
  readonly digests: Buffer;
  readonly types: Buffer;
  /** Bytes of a bitmap by its number. @throws BOM_INDEX_CORRUPT */
  readonly bitmap: (number: number) => Buffer;
  readonly bitmaps: number;
}

export function encodeFile(kind: Kind, rows: number, flags: number, sections: Sections): Buffer {
  const sink = new ByteSink();
  sink.text(MAGIC[kind]);
  sink.u32(VERSION);
  sink.u32(SECTIONS.length);
  sink.bytes(new Uint8Array(32)); // the digest, when all is known
  sink.u64(0); // the length
  sink.u32(rows);
  sink.u32(flags);
  let offset = HEADER_BYTES + DIRECTORY_BYTES;
  for (const name of SECTIONS) {
    sink.u64(offset);
    sink.u64(sections[name].length);
    offset = roundUp(offset + sections[name].length);
  }
  for (const name of SECTIONS) {
    sink.bytes(sections[name]);
    sink.pad(8);
  }
  const bytes = sink.done();
  bytes.writeBigUInt64LE(BigInt(bytes.length), 48);
  digestOf(bytes).copy(bytes, 16);
  return bytes;
}

const roundUp = (offset: number): number => Math.ceil(offset / 8) * 8;

const digestOf = (bytes: Buffer): Buffer =>
  createHash("sha256").update(bytes.subarray(DIGESTED_FROM)).digest();

/** @throws BOM_INDEX_CORRUPT, BOM_INDEX_VERSION_UNKNOWN */
export function decodeFile(kind: Kind, given: Uint8Array, isVerified: boolean): IndexFile {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (bytes.length < HEADER_BYTES + DIRECTORY_BYTES) throw corrupt("too short");
  if (bytes.toString("latin1", 0, 8) !== MAGIC[kind])
    throw corrupt(`not the index of ${kind === "image" ? "an image" : "many images"}`);
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION) {
    throw bomIndexErrors.make(
      "BOM_INDEX_VERSION_UNKNOWN",
      `BOM-Index: format version ${version} is not known`,
    );
  }
  if (bytes.readUInt32LE(12) !== SECTIONS.length) throw corrupt("another number of sections");
  if (bytes.readBigUInt64LE(48) !== BigInt(bytes.length))
    throw corrupt("another length than its header says");
  if (!isVerified && !digestOf(bytes).equals(bytes.subarray(16, 48))) throw corrupt("the digest is another");
  const { digests, types, blockIndex, purls, bitmapIndex, bitmaps } = sectionsOf(bytes);
  if (digests.length % 32 !== 0) throw corrupt("digests have another length");
  return {
    purls: new PurlTable(blockIndex, purls, bytes.readUInt32LE(56)),
    flags: bytes.readUInt32LE(60),
    digests,
    types,
    ...bitmapsOf(bitmapIndex, bitmaps),
  };
}

function sectionsOf(bytes: Buffer): Sections {
  let expected = HEADER_BYTES + DIRECTORY_BYTES;
  const sections = SECTIONS.map((name, index) => {
    const at = HEADER_BYTES + 16 * index;
    const [offset, length] = [bytes.readBigUInt64LE(at), bytes.readBigUInt64LE(at + 8)];
    if (offset !== BigInt(expected) || length > BigInt(bytes.length - expected))
      throw corrupt(`${name} does not fit`);
    const section = bytes.subarray(expected, expected + Number(length));
    expected = roundUp(expected + section.length);
    return [name, section] as const;
  });
  if (expected !== bytes.length) throw corrupt("there is something behind the sections");
  return Object.fromEntries(sections) as Sections;
}

function bitmapsOf(index: Buffer, bitmaps: Buffer): Pick<IndexFile, "bitmap" | "bitmaps"> {
  if (index.length < 4 || index.length % 4 !== 0) throw corrupt("the bitmap index has another length");
  if (index.readUInt32LE(index.length - 4) !== bitmaps.length)
    throw corrupt("there is something behind the bitmaps");
  return {
    bitmaps: index.length / 4 - 1,
    bitmap(number) {
      const [start, end] = [index.readUInt32LE(4 * number), index.readUInt32LE(4 * number + 4)];
      if (start > end || end > bitmaps.length) throw corrupt("a bitmap does not fit");
      return bitmaps.subarray(start, end);
    },
  };
}

/** Bitmaps one behind another, with the index that tells where each begins. */
export class BitmapWriter {
  readonly #index = new ByteSink();
  readonly #bitmaps = new ByteSink();

  /** @param values ascending, each once */
  add(values: ArrayLike<number>): void {
    this.#index.u32(this.#bitmaps.length);
    writeRoaring(this.#bitmaps, values);
  }

  done(): Pick<Sections, "bitmapIndex" | "bitmaps"> {
    this.#index.u32(this.#bitmaps.length);
    return { bitmapIndex: this.#index.done(), bitmaps: this.#bitmaps.done() };
  }
}

/** `sha256:...` of 32 bytes in a section. */
export function digestAt(digests: Buffer, position: number): Digest {
  return `sha256:${digests.toString("hex", 32 * position, 32 * position + 32)}`;
}

export function digestBytes(digests: readonly Digest[]): Buffer {
  return Buffer.concat(digests.map((digest) => Buffer.from(hexOf(digest), "hex")));
}
