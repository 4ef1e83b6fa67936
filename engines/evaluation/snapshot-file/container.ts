// SPDX-License-Identifier: Apache-2.0
/**
 * The file that snapshots of advisories and of VEX are: a header with a digest, a directory, and sections that are read where they
 * lie. docs/formats/advisory-snapshot.md states it for readers in other languages.
 */
import { createHash } from "node:crypto";
import { isDigest } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";

/** Magic (8), version (4), section count (4), total length (8), digest (32), reserved (8). */
export const HEADER_BYTES = 64;
export const DIGEST_OFFSET = 24;
const ALIGNMENT = 8;
const NO_PADDING = Buffer.alloc(ALIGNMENT);

export interface Layout<Section extends string> {
  /** The first eight bytes. */
  readonly magic: Buffer;
  readonly version: number;
  /** In file order. */
  readonly sections: readonly Section[];
  /**
   * What the header's digest is of. `whole`: all bytes behind the header. `directory`: the directory, which then has the digest of each
   * section, so that a section is hashed when it is first asked for, and one that nobody asks for is not.
   */
  readonly digestOf: "whole" | "directory";
}

export type Sections<Section extends string> = Readonly<Record<Section, Buffer>>;

/** How a format tells of bytes that it cannot use. */
export interface Faults {
  readonly corrupt: (reason: string, cause?: unknown) => Error;
  readonly versionUnknown: (version: number) => Error;
}

/** Behind the header of every section: offset and length (u64 each), and where sections have digests of their own the digest. */
const entryBytes = ({ digestOf }: Layout<string>): number => (digestOf === "directory" ? 48 : 16);

const directoryBytes = (layout: Layout<string>): number => layout.sections.length * entryBytes(layout);

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

const paddingOf = (length: number): number => (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;

export function encodeContainer<Section extends string>(
  layout: Layout<Section>,
  sections: Sections<Section>,
): Uint8Array {
  const { magic, version, sections: names, digestOf } = layout;
  const parts: Buffer[] = [];
  const directory = Buffer.alloc(directoryBytes(layout));
  let offset = HEADER_BYTES + directory.length;
  for (const [at, name] of names.entries()) {
    const bytes = sections[name];
    const entry = at * entryBytes(layout);
    directory.writeBigUInt64LE(BigInt(offset), entry);
    directory.writeBigUInt64LE(BigInt(bytes.length), entry + 8);
    if (digestOf === "directory") sha256(bytes).copy(directory, entry + 16);
    const padding = paddingOf(bytes.length);
    parts.push(bytes, NO_PADDING.subarray(0, padding));
    offset += bytes.length + padding;
  }
  const header = Buffer.alloc(HEADER_BYTES);
  magic.copy(header);
  header.writeUInt32LE(version, 8);
  header.writeUInt32LE(names.length, 12);
  header.writeBigUInt64LE(BigInt(offset), 16);
  const hash = createHash("sha256").update(directory);
  if (digestOf === "whole") for (const part of parts) hash.update(part);
  hash.digest().copy(header, DIGEST_OFFSET);
  return Buffer.concat([header, directory, ...parts]);
}

export interface Container<Section extends string> {
  readonly id: Digest;
  /** The bytes of a section. @throws what `Faults.corrupt` makes where the section has a digest that they do not fit */
  readonly section: (name: Section) => Buffer;
}

/** @param verify whether to hash the bytes */
export function readContainer<Section extends string>(
  layout: Layout<Section>,
  bytes: Uint8Array,
  verify: boolean,
  faults: Faults,
): Container<Section> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = readHeader(layout, file, faults);
  const hasOwnDigests = layout.digestOf === "directory";
  if (verify) {
    const end = hasOwnDigests ? HEADER_BYTES + directoryBytes(layout) : file.length;
    const digest = sha256(file.subarray(HEADER_BYTES, end));
    if (!digest.equals(file.subarray(DIGEST_OFFSET, DIGEST_OFFSET + 32)))
      throw faults.corrupt("its digest does not fit");
  }
  const places = readDirectory(layout, file, faults);
  const unverified = new Set(verify && hasOwnDigests ? layout.sections : []);
  return {
    id,
    section: (name) => {
      const { body, digest } = places[name];
      if (unverified.has(name) && !sha256(body).equals(digest))
        throw faults.corrupt(`the digest of section ${name} does not fit`);
      unverified.delete(name);
      return body;
    },
  };
}

function readHeader(layout: Layout<string>, file: Buffer, faults: Faults): Digest {
  const { magic, version, sections } = layout;
  if (file.length < HEADER_BYTES) throw faults.corrupt("it is shorter than a header");
  if (!file.subarray(0, magic.length).equals(magic))
    throw faults.corrupt("it does not begin as a snapshot does");
  const found = file.readUInt32LE(8);
  if (found !== version) throw faults.versionUnknown(found);
  if (file.length < HEADER_BYTES + directoryBytes(layout))
    throw faults.corrupt("it is shorter than its directory");
  if (file.readUInt32LE(12) !== sections.length) throw faults.corrupt("it has another number of sections");
  if (file.readBigUInt64LE(16) !== BigInt(file.length))
    throw faults.corrupt("it is cut off or has bytes behind its end");
  if (file.readBigUInt64LE(DIGEST_OFFSET + 32) !== 0n) throw faults.corrupt("its reserved bytes are used");
  const id = `sha256:${file.toString("hex", DIGEST_OFFSET, DIGEST_OFFSET + 32)}`;
  if (!isDigest(id)) throw faults.corrupt("it has no digest");
  return id;
}

interface Place {
  readonly body: Buffer;
  /** Empty where sections have none of their own. */
  readonly digest: Buffer;
}

/** Sections stand one behind the other with nothing but zeros in between: there are no bytes that no digest speaks of. */
function readDirectory<Section extends string>(
  layout: Layout<Section>,
  file: Buffer,
  faults: Faults,
): Readonly<Record<Section, Place>> {
  let expected = HEADER_BYTES + directoryBytes(layout);
  const entries = layout.sections.map((name, at): [Section, Place] => {
    const entry = HEADER_BYTES + at * entryBytes(layout);
    const offset = file.readBigUInt64LE(entry);
    const length = file.readBigUInt64LE(entry + 8);
    if (offset + length > BigInt(file.length)) throw faults.corrupt(`section ${name} leads out of the file`);
    if (offset !== BigInt(expected))
      throw faults.corrupt(`section ${name} does not follow the one before it`);
    const end = Number(offset + length);
    expected = end + paddingOf(end);
    if (file.subarray(end, expected).some((byte) => byte !== 0))
      throw faults.corrupt(`the padding behind section ${name} is used`);
    return [
      name,
      {
        body: file.subarray(Number(offset), end),
        digest: file.subarray(entry + 16, entry + entryBytes(layout)),
      },
    ];
  });
  if (expected !== file.length) throw faults.corrupt("it has bytes behind its sections");
  return Object.fromEntries(entries) as Record<Section, Place>;
}
