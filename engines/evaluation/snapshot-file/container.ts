// SPDX-License-Identifier: Apache-2.0
/**
 * The file that snapshots of advisories and of VEX are: a header with a digest, a directory, and sections that are read where they
 * lie. docs/formats/advisory-snapshot.md states it for readers in other languages.
 */
import { createHash } from "node:crypto";
import { isDigest } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";

/** Magic (8), version (4), section count (4), total length (8), digest of all bytes behind the header (32), reserved (8). */
export const HEADER_BYTES = 64;
export const DIGEST_OFFSET = 24;
const ALIGNMENT = 8;

export interface Layout<Section extends string> {
  /** The first eight bytes. */
  readonly magic: Buffer;
  readonly version: number;
  /** In file order. */
  readonly sections: readonly Section[];
}

export type Sections<Section extends string> = Readonly<Record<Section, Buffer>>;

/** How a format tells of bytes that it cannot use. */
export interface Faults {
  readonly corrupt: (reason: string, cause?: unknown) => Error;
  readonly versionUnknown: (version: number) => Error;
}

/** Behind the header: offset and length (u64 each) of every section. */
const directoryBytes = (count: number): number => count * 16;

export function encodeContainer<Section extends string>(
  { magic, version, sections: names }: Layout<Section>,
  sections: Sections<Section>,
): Uint8Array {
  const parts: Buffer[] = [];
  const directory = Buffer.alloc(directoryBytes(names.length));
  let offset = HEADER_BYTES + directory.length;
  for (const [at, name] of names.entries()) {
    const bytes = sections[name];
    directory.writeBigUInt64LE(BigInt(offset), at * 16);
    directory.writeBigUInt64LE(BigInt(bytes.length), at * 16 + 8);
    const padding = (ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT;
    parts.push(bytes, Buffer.alloc(padding));
    offset += bytes.length + padding;
  }
  const header = Buffer.alloc(HEADER_BYTES);
  magic.copy(header);
  header.writeUInt32LE(version, 8);
  header.writeUInt32LE(names.length, 12);
  header.writeBigUInt64LE(BigInt(offset), 16);
  const hash = createHash("sha256").update(directory);
  for (const part of parts) hash.update(part);
  hash.digest().copy(header, DIGEST_OFFSET);
  return Buffer.concat([header, directory, ...parts]);
}

/** @param verify whether to hash the bytes */
export function readContainer<Section extends string>(
  layout: Layout<Section>,
  bytes: Uint8Array,
  verify: boolean,
  faults: Faults,
): { readonly id: Digest; readonly sections: Sections<Section> } {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = readHeader(layout, file, faults);
  if (verify) {
    const digest = createHash("sha256").update(file.subarray(HEADER_BYTES)).digest();
    if (!digest.equals(file.subarray(DIGEST_OFFSET, DIGEST_OFFSET + 32)))
      throw faults.corrupt("its digest does not fit");
  }
  return { id, sections: readSections(layout, file, faults) };
}

function readHeader({ magic, version, sections }: Layout<string>, file: Buffer, faults: Faults): Digest {
  if (file.length < HEADER_BYTES + directoryBytes(sections.length))
    throw faults.corrupt("it is shorter than a header");
  if (!file.subarray(0, magic.length).equals(magic))
    throw faults.corrupt("it does not begin as a snapshot does");
  const found = file.readUInt32LE(8);
  if (found !== version) throw faults.versionUnknown(found);
  if (file.readUInt32LE(12) !== sections.length) throw faults.corrupt("it has another number of sections");
  if (file.readBigUInt64LE(16) !== BigInt(file.length))
    throw faults.corrupt("it is cut off or has bytes behind its end");
  if (file.readBigUInt64LE(DIGEST_OFFSET + 32) !== 0n) throw faults.corrupt("its reserved bytes are used");
  const id = `sha256:${file.toString("hex", DIGEST_OFFSET, DIGEST_OFFSET + 32)}`;
  if (!isDigest(id)) throw faults.corrupt("it has no digest");
  return id;
}

function readSections<Section extends string>(
  { sections }: Layout<Section>,
  file: Buffer,
  faults: Faults,
): Sections<Section> {
  const entries = sections.map((name, at): [Section, Buffer] => {
    const offset = file.readBigUInt64LE(HEADER_BYTES + at * 16);
    const length = file.readBigUInt64LE(HEADER_BYTES + at * 16 + 8);
    if (offset + length > BigInt(file.length)) throw faults.corrupt(`section ${name} leads out of the file`);
    return [name, file.subarray(Number(offset), Number(offset + length))];
  });
  return Object.fromEntries(entries) as Record<Section, Buffer>;
}
