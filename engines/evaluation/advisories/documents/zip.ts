// SPDX-License-Identifier: Apache-2.0
/**
 * Files of a zip by its central directory, stored or deflated, zip64 included.
 * Follows PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.4. Encrypted and multi-disk archives are refused.
 */
import { crc32, inflateRawSync } from "node:zlib";

export interface RandomBytes {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface ZipFile {
  readonly name: string;
  /** As the directory states it; `read` checks it. */
  readonly size: number;
  read(): Promise<Buffer>;
}

const END_RECORD = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64_RECORD = 0x06064b50;
const CENTRAL_HEADER = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const MAX_COMMENT = 0xffff;
const MAX_DIRECTORY_BYTES = 512 * 1024 * 1024;

/**
 * Compressed bytes of an entry, beside twice its size. Deflate makes nothing longer by more than an eighth; a directory whose entries
 * all claim the whole archive would have it read once for each of them.
 */
const MAX_OVERHEAD = 1024;

export class ZipBroken extends Error {}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

/** In the order of the central directory. @throws ZipBroken */
export async function* zipFiles(archive: RandomBytes): AsyncGenerator<ZipFile> {
  const { offset, length, count } = await findDirectory(archive);
  const directory = await exactly(archive, offset, length);
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    const { entry, next } = readEntry(directory, at);
    at = next;
    if (entry.name.endsWith("/")) continue;
    yield { name: entry.name, size: entry.size, read: () => readFile(archive, entry) };
  }
}

async function findDirectory(
  archive: RandomBytes,
): Promise<{ offset: number; length: number; count: number }> {
  const tailLength = Math.min(archive.size, 22 + MAX_COMMENT);
  const tailStart = archive.size - tailLength;
  const tail = await exactly(archive, tailStart, tailLength);
  let at = tailLength - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== END_RECORD) at -= 1;
  if (at < 0) throw new ZipBroken("it has no end record: it is cut off or no zip");
  let count = tail.readUInt16LE(at + 10);
  let length = tail.readUInt32LE(at + 12);
  let offset = tail.readUInt32LE(at + 16);
  if (at >= 20 && tail.readUInt32LE(at - 20) === END64_LOCATOR) {
    const record = await exactly(archive, number64(tail, at - 20 + 8), 56);
    if (record.readUInt32LE(0) !== END64_RECORD) throw new ZipBroken("its zip64 end record is missing");
    count = number64(record, 32);
    length = number64(record, 40);
    offset = number64(record, 48);
  }
  if (length > MAX_DIRECTORY_BYTES) throw new ZipBroken("its directory is too long");
  return { offset, length, count };
}

function readEntry(directory: Buffer, at: number): { entry: Entry; next: number } {
  if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL_HEADER) {
    throw new ZipBroken("its directory is cut off");
  }
  if ((directory.readUInt16LE(at + 8) & 1) !== 0) throw new ZipBroken("it is encrypted");
  const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
  const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
  const next = extraEnd + directory.readUInt16LE(at + 32);
  if (next > directory.length) throw new ZipBroken("its directory is cut off");
  const wide = [
    directory.readUInt32LE(at + 24),
    directory.readUInt32LE(at + 20),
    directory.readUInt32LE(at + 42),
  ];
  const [size = 0, compressed = 0, offset = 0] = widen(wide, directory.subarray(nameEnd, extraEnd));
  const entry: Entry = {
    name: directory.subarray(at + 46, nameEnd).toString("utf8"),
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    compressed,
    size,
    offset,
  };
  if (compressed > 2 * size + MAX_OVERHEAD)
    throw new ZipBroken(`${entry.name} has ${compressed} bytes for a content of ${size}`);
  return { entry, next };
}

/** Fields that stand as 0xffffffff come, in order, from the zip64 extra field (4.5.3). */
function widen(fields: readonly number[], extra: Buffer): readonly number[] {
  let zip64: Buffer | undefined;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === 1) zip64 = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  let taken = 0;
  return fields.map((field) => {
    if (field !== 0xffffffff) return field;
    if (zip64 === undefined || zip64.length < taken + 8) throw new ZipBroken("a zip64 field is missing");
    taken += 8;
    return number64(zip64, taken - 8);
  });
}

async function readFile(archive: RandomBytes, entry: Entry): Promise<Buffer> {
  const header = await exactly(archive, entry.offset, 30);
  if (header.readUInt32LE(0) !== LOCAL_HEADER) throw new ZipBroken(`${entry.name} has no local header`);
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const stored = await exactly(archive, start, entry.compressed);
  const bytes = unpack(entry, stored);
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc)
    throw new ZipBroken(`${entry.name} does not match its checksum`);
  return bytes;
}

function unpack(entry: Entry, stored: Buffer): Buffer {
  if (entry.method === 0) return stored;
  if (entry.method !== 8) throw new ZipBroken(`${entry.name} is compressed with method ${entry.method}`);
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(entry.size, 1) });
  } catch (cause) {
    throw new ZipBroken(`${entry.name} does not inflate to its stated size`, { cause });
  }
}

function number64(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipBroken("a size is absurd");
  return Number(value);
}

async function exactly(archive: RandomBytes, offset: number, length: number): Promise<Buffer> {
  if (offset < 0 || offset + length > archive.size) throw new ZipBroken("it is cut off");
  const bytes = await archive.read(offset, length);
  if (bytes.byteLength !== length) throw new ZipBroken("it is cut off");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
