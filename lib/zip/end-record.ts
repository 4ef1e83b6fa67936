// SPDX-License-Identifier: Apache-2.0
/**
 * Where a zip's central directory stands. Follows PKWARE APPNOTE 6.3.10, sections 4.3.14 to 4.3.16; bytes before the
 * archive and behind it are allowed as java.util.zip.ZipFile allows them.
 */
import { zipError } from "./errors.ts";

export interface DirectoryPlace {
  /** Bytes of the first and behind the last directory record. */
  readonly start: number;
  readonly end: number;
  /** What must be added to every offset written in the archive: the length of what stands before it. */
  readonly base: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const LOCATOR = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64 = 0x06064b50;
const END64_BYTES = 56;
const RECORD = 0x02014b50;

/** @throws ZIP_INVALID where no end record with a directory before it stands in the last 64 KiB. */
export function findDirectory(bytes: Buffer): DirectoryPlace {
  const lowest = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= lowest; at--) {
    if (bytes[at] !== 0x50 || bytes.readUInt32LE(at) !== END) continue;
    const place = placeFrom(bytes, at);
    const isLast = at + END_BYTES + bytes.readUInt16LE(at + 20) === bytes.length;
    if (place !== undefined && (isLast || hasRecord(bytes, place))) return place;
    if (isLast)
      throw zipError("ZIP_INVALID", "the end record names a central directory that cannot be there");
  }
  throw zipError("ZIP_INVALID", "it has no end record: cut off, or no zip archive");
}

function placeFrom(bytes: Buffer, at: number): DirectoryPlace | undefined {
  const wide = end64(bytes, at);
  if (wide !== undefined) {
    const size = Number(bytes.readBigUInt64LE(wide + 40));
    return place(wide, size, Number(bytes.readBigUInt64LE(wide + 48)));
  }
  return place(at, bytes.readUInt32LE(at + 12), bytes.readUInt32LE(at + 16));
}

/** The directory ends where the end record begins; so its size, not its offset, says where it begins. */
function place(end: number, size: number, offset: number): DirectoryPlace | undefined {
  const start = end - size;
  return start < 0 || offset > start ? undefined : { start, end, base: start - offset };
}

/** The zip64 end record: where its locator says, or right before the locator when something stands before the archive. */
function end64(bytes: Buffer, at: number): number | undefined {
  const locator = at - LOCATOR_BYTES;
  if (locator < END64_BYTES || bytes.readUInt32LE(locator) !== LOCATOR) return undefined;
  const written = Number(bytes.readBigUInt64LE(locator + 8));
  return [written, locator - END64_BYTES].find(
    (from) => from <= locator - END64_BYTES && bytes.readUInt32LE(from) === END64,
  );
}

const hasRecord = (bytes: Buffer, { start, end }: DirectoryPlace): boolean =>
  end - start >= 4 && bytes.readUInt32LE(start) === RECORD;
