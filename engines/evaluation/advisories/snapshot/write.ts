// SPDX-License-Identifier: Apache-2.0
/** Bytes of a snapshot from its rows. */
import { createHash } from "node:crypto";
import { DIGEST_OFFSET, DIRECTORY_BYTES, FORMAT_VERSION, HEADER_BYTES, MAGIC, SECTIONS } from "./format.ts";
import type { Section } from "./format.ts";

export interface SnapshotRows {
  readonly meta: string;
  /** Package key to the JSON of its entries. */
  readonly buckets: ReadonlyMap<string, string>;
  readonly heads: readonly string[];
  readonly vulnerabilities: readonly string[];
  /** `nameRow`s in any order. */
  readonly names: readonly string[];
  readonly details: readonly string[];
}

const ALIGNMENT = 8;

export function writeSnapshot(rows: SnapshotRows): Uint8Array {
  const keys = [...rows.buckets.keys()].map((key) => Buffer.from(key)).sort((a, b) => a.compare(b));
  const keyTable = table(keys);
  const bucketTable = table(keys.map((key) => Buffer.from(rows.buckets.get(key.toString()) ?? "[]")));
  const headTable = table(rows.heads.map((row) => Buffer.from(row)));
  const vulnerabilityTable = table(rows.vulnerabilities.map((row) => Buffer.from(row)));
  const nameTable = table(rows.names.map((row) => Buffer.from(row)).sort((a, b) => a.compare(b)));
  const detailTable = table(rows.details.map((row) => Buffer.from(row)));
  const sections: Readonly<Record<Section, Buffer>> = {
    meta: Buffer.from(rows.meta),
    keyIndex: keyTable.index,
    keys: keyTable.body,
    bucketIndex: bucketTable.index,
    buckets: bucketTable.body,
    headIndex: headTable.index,
    heads: headTable.body,
    vulnerabilityIndex: vulnerabilityTable.index,
    vulnerabilities: vulnerabilityTable.body,
    nameIndex: nameTable.index,
    names: nameTable.body,
    detailIndex: detailTable.index,
    details: detailTable.body,
  };
  return assemble(sections);
}

function table(rows: readonly Buffer[]): { index: Buffer; body: Buffer } {
  const index = Buffer.alloc((rows.length + 1) * 4);
  let offset = 0;
  for (const [at, row] of rows.entries()) {
    offset += row.length;
    index.writeUInt32LE(offset, (at + 1) * 4);
  }
  return { index, body: Buffer.concat(rows) };
}

function assemble(sections: Readonly<Record<Section, Buffer>>): Uint8Array {
  const parts: Buffer[] = [];
  const directory = Buffer.alloc(DIRECTORY_BYTES);
  let offset = HEADER_BYTES + DIRECTORY_BYTES;
  for (const [at, name] of SECTIONS.entries()) {
    const bytes = sections[name];
    directory.writeBigUInt64LE(BigInt(offset), at * 16);
    directory.writeBigUInt64LE(BigInt(bytes.length), at * 16 + 8);
    const padding = (ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT;
    parts.push(bytes, Buffer.alloc(padding));
    offset += bytes.length + padding;
  }
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(FORMAT_VERSION, 8);
  header.writeUInt32LE(SECTIONS.length, 12);
  header.writeBigUInt64LE(BigInt(offset), 16);
  const hash = createHash("sha256").update(directory);
  for (const part of parts) hash.update(part);
  hash.digest().copy(header, DIGEST_OFFSET);
  return Buffer.concat([header, directory, ...parts]);
}
