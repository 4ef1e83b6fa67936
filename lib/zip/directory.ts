// SPDX-License-Identifier: Apache-2.0
/**
 * The entries of a zip archive in memory, from its central directory alone, as java.util.zip.ZipFile reads it.
 * Follows PKWARE APPNOTE 6.3.10, section 4.3.12, and 4.5.3 for zip64.
 */
import { findDirectory } from "./end-record.ts";
import { zipError } from "./errors.ts";

export interface ZipEntry {
  /** As UTF-8, slashes as they stand; may be absolute, hold `..`, or stand twice. */
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Byte of its local header in the buffer. */
  readonly localOffset: number;
  /** True where its bytes are also another kept entry's; no honest archiver does that. */
  readonly overlaps: boolean;
}

export interface ZipDirectory {
  readonly bytes: Buffer;
  /** Byte where the central directory begins; no entry's data reaches beyond. */
  readonly start: number;
  /** Those that `keep` chose, in directory order. */
  readonly entries: readonly ZipEntry[];
  /** All entries seen. */
  readonly count: number;
  /** True when a limit cut the directory. */
  readonly isCut: boolean;
}

export interface OpenOptions {
  /** Called with each name; what it refuses costs no memory. */
  readonly keep: (name: string) => boolean;
  readonly maxEntries: number;
  /** Of those that `keep` chose; unlimited unless given. */
  readonly maxKept?: number;
}

const RECORD = 0x02014b50;
const RECORD_BYTES = 46;
const LOCAL_BYTES = 30;
const ZIP64_EXTRA = 1;
const IN_ZIP64 = 0xffffffff;
/** Bit 0: encrypted; bit 13: the header's values are masked. */
const ENCRYPTED = 0x2001;

/** @throws ZIP_INVALID for a damaged directory. No entry's data is looked at. */
export function openZip(bytes: Buffer, { keep, maxEntries, maxKept = Infinity }: OpenOptions): ZipDirectory {
  const { start, end, base } = findDirectory(bytes);
  const entries: ZipEntry[] = [];
  let count = 0;
  for (let at = start; at < end; count++) {
    if (count === maxEntries || entries.length === maxKept)
      return { bytes, start, entries: marked(entries), count, isCut: true };
    if (at + RECORD_BYTES > end || bytes.readUInt32LE(at) !== RECORD) throw damaged(count, at);
    const nameEnd = at + RECORD_BYTES + bytes.readUInt16LE(at + 28);
    const next = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (next > end) throw damaged(count, at);
    const name = bytes.toString("utf8", at + RECORD_BYTES, nameEnd);
    if (keep(name)) entries.push(entryAt(bytes, at, nameEnd, name, base));
    at = next;
  }
  return { bytes, start, entries: marked(entries), count, isCut: false };
}

const damaged = (index: number, at: number): Error =>
  zipError("ZIP_INVALID", `the central directory is damaged in its entry ${index + 1} at byte ${at}`);

function entryAt(bytes: Buffer, at: number, extraAt: number, name: string, base: number): ZipEntry {
  const extra = bytes.subarray(extraAt, extraAt + bytes.readUInt16LE(at + 30));
  const wide = wideValues(extra);
  const value = (from: number): number => {
    const narrow = bytes.readUInt32LE(from);
    return narrow === IN_ZIP64 ? (wide.next().value ?? narrow) : narrow;
  };
  const size = value(at + 24);
  const compressedSize = value(at + 20);
  return {
    name,
    method: bytes.readUInt16LE(at + 10),
    isEncrypted: (bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0,
    crc32: bytes.readUInt32LE(at + 16),
    compressedSize,
    size,
    localOffset: base + value(at + 42),
    overlaps: false,
  };
}

/** The 64-bit values of the zip64 field, in the order size, compressed size, offset, of those that need it. */
function* wideValues(extra: Buffer): Generator<number, undefined> {
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === ZIP64_EXTRA)
      for (let from = at + 4; from + 8 <= Math.min(end, extra.length); from += 8)
        yield Number(extra.readBigUInt64LE(from));
    at = end;
  }
  return undefined;
}

/** The same entries, with `overlaps` told. */
function marked(entries: readonly ZipEntry[]): ZipEntry[] {
  const byPlace = [...entries].sort((a, b) => a.localOffset - b.localOffset);
  const overlapping = new Set<ZipEntry>();
  let last: ZipEntry | undefined;
  for (const entry of byPlace) {
    if (last !== undefined && endOf(last) > entry.localOffset) overlapping.add(last).add(entry);
    if (last === undefined || endOf(entry) > endOf(last)) last = entry;
  }
  return entries.map((entry) => (overlapping.has(entry) ? { ...entry, overlaps: true } : entry));
}

const endOf = ({ localOffset, compressedSize }: ZipEntry): number =>
  localOffset + LOCAL_BYTES + compressedSize;
