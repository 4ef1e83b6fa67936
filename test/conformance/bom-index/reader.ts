// SPDX-License-Identifier: Apache-2.0
/** A second reader of BOM-Index files, written from docs/formats/bom-index.md alone; it shares no code with the product. */
import { createHash } from "node:crypto";

export interface ReadIndex {
  readonly kind: "image" | "merged";
  readonly flags: number;
  readonly digests: readonly string[];
  readonly types: readonly string[];
  readonly purls: readonly string[];
  readonly bitmaps: readonly (readonly number[])[];
}

export function readBomIndex(file: Uint8Array): ReadIndex {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = ascii(file, 0, 8);
  const kind = magic === "STELLABI" ? "image" : magic === "STELLABM" ? "merged" : undefined;
  if (kind === undefined) throw new Error("magic");
  if (view.getUint32(8, true) !== 1 || view.getUint32(12, true) !== 6) throw new Error("version or sections");
  const digest = createHash("sha256").update(file.subarray(48)).digest("hex");
  if (digest !== hex(file, 16, 48)) throw new Error("digest");
  if (Number(view.getBigUint64(48, true)) !== file.length) throw new Error("length");
  const section = (index: number): Uint8Array => {
    const offset = Number(view.getBigUint64(64 + 16 * index, true));
    return file.subarray(offset, offset + Number(view.getBigUint64(72 + 16 * index, true)));
  };
  const digests = section(0);
  const types = section(1);
  return {
    kind,
    flags: view.getUint32(60, true),
    digests: Array.from({ length: digests.length / 32 }, (_, at) => hex(digests, 32 * at, 32 * at + 32)),
    types: types.length === 0 ? [] : ascii(types, 0, types.length).split("\n"),
    purls: readPurls(section(3), numbers(section(2)), view.getUint32(56, true)),
    bitmaps: readBitmaps(section(5), numbers(section(4))),
  };
}

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));

const hex = (bytes: Uint8Array, from: number, to: number): string =>
  [...bytes.subarray(from, to)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function numbers(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
}

function readPurls(bytes: Uint8Array, blocks: readonly number[], rows: number): string[] {
  const purls: string[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  for (let row = 0; row < rows; row++) {
    if (row % 16 === 0 && blocks[row / 16] !== at) throw new Error("block index");
    const shared = varint();
    const length = varint();
    purls.push((purls.at(-1) ?? "").slice(0, shared) + ascii(bytes, at, at + length));
    at += length;
  }
  if (at !== bytes.length || blocks.length !== Math.ceil(rows / 16)) throw new Error("purl table");
  return purls;
}

function readBitmaps(bytes: Uint8Array, index: readonly number[]): number[][] {
  return index.slice(1).map((end, at) => readRoaring(bytes.slice(index[at], end)));
}

export function readRoaring(bytes: Uint8Array): number[] {
  if (bytes.length === 0) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cookie = view.getUint32(0, true);
  const runs = cookie % 65536 === 12347;
  if (!runs && cookie !== 12346) throw new Error("cookie");
  const count = runs ? Math.floor(cookie / 65536) + 1 : view.getUint32(4, true);
  const flagBytes = runs ? Math.floor((count + 7) / 8) : 0;
  const heads = runs ? 4 + flagBytes : 8;
  const hasOffsets = !runs || count >= 4;
  let at = heads + 4 * count + (hasOffsets ? 4 * count : 0);
  const values: number[] = [];
  for (let container = 0; container < count; container++) {
    if (hasOffsets && view.getUint32(heads + 4 * count + 4 * container, true) !== at)
      throw new Error("offset");
    const key = view.getUint16(heads + 4 * container, true);
    const size = view.getUint16(heads + 4 * container + 2, true) + 1;
    const isRuns = runs && ((bytes[4 + Math.floor(container / 8)] ?? 0) >> (container % 8)) % 2 === 1;
    const low: number[] = [];
    if (isRuns) {
      const last = at + 2 + 4 * view.getUint16(at, true);
      for (at += 2; at < last; at += 4) {
        for (let more = 0; more <= view.getUint16(at + 2, true); more++)
          low.push(view.getUint16(at, true) + more);
      }
    } else if (size <= 4096) {
      for (const last = at + 2 * size; at < last; at += 2) low.push(view.getUint16(at, true));
    } else {
      for (let bit = 0; bit < 65536; bit++) {
        if (((bytes[at + Math.floor(bit / 8)] ?? 0) >> (bit % 8)) % 2 === 1) low.push(bit);
      }
      at += 8192;
    }
    if (low.length !== size) throw new Error("cardinality");
    for (const value of low) values.push(key * 65536 + value);
  }
  if (at !== bytes.length) throw new Error("end");
  return values;
}
