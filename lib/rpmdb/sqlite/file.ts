// SPDX-License-Identifier: Apache-2.0
/** Header, pages and numbers of an SQLite database file. https://www.sqlite.org/fileformat2.html sections 1.3 and 1.6. */
import { rpmdbError } from "../errors.ts";

export const SQLITE_MAGIC = Buffer.from("SQLite format 3\0", "latin1");
/** Of the database header, in front of the first page's own header. */
export const HEADER_BYTES = 100;

const PAGE_SIZE = 16;
const RESERVED = 20;
const TEXT_ENCODING = 56;
const UTF8 = 1;
const MIN_PAGE = 512;
const MAX_PAGE = 65_536;
/** Smaller, no cell fits: section 1.3.4. */
const MIN_USABLE = 480;

export interface SqliteFile {
  readonly bytes: Buffer;
  readonly pageSize: number;
  /** Bytes of a page that hold content. */
  readonly usable: number;
  /** Whole pages in the file; page numbers run from 1 to it. */
  readonly pageCount: number;
}

/** @throws RPMDB_INVALID */
export function openSqlite(bytes: Buffer): SqliteFile {
  if (bytes.length < HEADER_BYTES) throw rpmdbError("RPMDB_INVALID", "no SQLite header", 0);
  const stored = bytes.readUInt16BE(PAGE_SIZE);
  const pageSize = stored === 1 ? MAX_PAGE : stored;
  const usable = pageSize - bytes.readUInt8(RESERVED);
  if (pageSize < MIN_PAGE || (pageSize & (pageSize - 1)) !== 0 || usable < MIN_USABLE) {
    throw rpmdbError("RPMDB_INVALID", `no SQLite page size: ${stored}`, PAGE_SIZE);
  }
  const encoding = bytes.readUInt32BE(TEXT_ENCODING);
  if (encoding > UTF8) throw rpmdbError("RPMDB_INVALID", "the text encoding is not UTF-8", TEXT_ENCODING);
  return { bytes, pageSize, usable, pageCount: Math.floor(bytes.length / pageSize) };
}

export interface Varint {
  readonly value: number;
  /** Where the next field starts. */
  readonly end: number;
}

/** Big-endian groups of 7 bits, in the ninth byte all 8. Above 2^53 the value is not exact. @throws RPMDB_INVALID */
export function readVarint(bytes: Buffer, start: number): Varint {
  let value = 0;
  for (let at = start; at < start + 9; at++) {
    const byte = bytes[at];
    if (byte === undefined) break;
    if (at === start + 8) return { value: value * 256 + byte, end: at + 1 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw rpmdbError("RPMDB_INVALID", "a number runs over the end of its page", start);
}
