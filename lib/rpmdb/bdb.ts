// SPDX-License-Identifier: Apache-2.0
/**
 * Header blobs of Packages, a Berkeley DB hash of either byte order, versions 8 to 10. Layout as rpm's own reader has it:
 * https://github.com/rpm-software-management/rpm, lib/backend/bdb_ro.c
 */
import { PageMarks, type HeaderBlob, type ProblemLog } from "./blobs.ts";
import { rpmdbError } from "./errors.ts";

/** Where the magic number stands in the first page. */
export const BDB_MAGIC_OFFSET = 12;
export const BDB_HASH_MAGIC = 0x061561;

const META_BYTES = 512;
const VERSION = 16;
const PAGE_SIZE = 20;
const META_FLAGS = 26;
const HAS_CHECKSUMS = 0x01;
const MAX_BUCKET = 72;
const SPARES = 96;

const PAGE_NUMBER = 8;
const NEXT_PAGE = 16;
const ENTRIES = 20;
const OVERFLOW_LENGTH = 22;
const PAGE_TYPE = 25;
const PAGE_HEADER = 26;

const UNUSED = 0;
const HASH_UNSORTED = 2;
const OVERFLOW = 7;
const HASH = 13;

const KEY_DATA = 1;
const OFF_PAGE = 3;
const OFF_PAGE_BYTES = 12;

/** In the order of the buckets. @throws RPMDB_INVALID */
export function* bdbBlobs(bytes: Buffer, problems: ProblemLog): Generator<HeaderBlob> {
  const reader = new BdbReader(bytes, problems);
  yield* reader.blobs();
}

class BdbReader {
  readonly #bytes: Buffer;
  readonly #problems: ProblemLog;
  readonly #isLittle: boolean;
  readonly #pageSize: number;
  readonly #maxBucket: number;
  readonly #marks: PageMarks;

  constructor(bytes: Buffer, problems: ProblemLog) {
    if (bytes.length < META_BYTES) throw rpmdbError("RPMDB_INVALID", "no Berkeley DB header", 0);
    this.#bytes = bytes;
    this.#problems = problems;
    this.#isLittle = bytes.readUInt32LE(BDB_MAGIC_OFFSET) === BDB_HASH_MAGIC;
    this.#pageSize = this.#u32(PAGE_SIZE);
    const version = this.#u32(VERSION);
    if (version < 8 || version > 10) throw rpmdbError("RPMDB_INVALID", `hash version ${version}`, VERSION);
    const isPower = (this.#pageSize & (this.#pageSize - 1)) === 0;
    if (!isPower || this.#pageSize < META_BYTES || this.#pageSize > 65_536) {
      throw rpmdbError("RPMDB_INVALID", `no page size: ${this.#pageSize}`, PAGE_SIZE);
    }
    if (((bytes[META_FLAGS] as number) & HAS_CHECKSUMS) !== 0) {
      throw rpmdbError("RPMDB_INVALID", "pages with checksums are not read", META_FLAGS);
    }
    const pageCount = Math.floor(bytes.length / this.#pageSize);
    this.#maxBucket = this.#u32(MAX_BUCKET);
    if (this.#maxBucket >= pageCount) {
      throw rpmdbError("RPMDB_INVALID", "the file is shorter than its buckets", MAX_BUCKET);
    }
    this.#marks = new PageMarks(pageCount);
    this.#marks.take(0);
  }

  *blobs(): Generator<HeaderBlob> {
    for (let bucket = 0; bucket <= this.#maxBucket; bucket++) {
      for (let page = this.#firstPageOf(bucket); page !== 0;) {
        const at = this.#problems.attempt(() => this.#takePage(page));
        if (at === undefined) break;
        const type = this.#bytes[at + PAGE_TYPE];
        if (type === HASH || type === HASH_UNSORTED) yield* this.#pageBlobs(at);
        else if (type !== UNUSED) this.#problems.add(`page ${page} of bucket ${bucket} is no hash page`, at);
        page = this.#u32(at + NEXT_PAGE);
      }
    }
  }

  /** Buckets are added in groups that double; `spares` says how far each group is moved by pages of other kinds. */
  #firstPageOf(bucket: number): number {
    const group = 32 - Math.clz32(bucket);
    return group >= 32 ? 0 : bucket + this.#u32(SPARES + 4 * group);
  }

  #takePage(page: number): number {
    const at = page * this.#pageSize;
    if (!this.#marks.take(page)) {
      throw rpmdbError("RPMDB_INVALID", `page ${page} is missing, or used twice`, at);
    }
    const isUnused = this.#bytes[at + PAGE_TYPE] === UNUSED;
    if (!isUnused && this.#u32(at + PAGE_NUMBER) !== page) {
      throw rpmdbError("RPMDB_INVALID", `page ${page} bears another's number`, at);
    }
    return at;
  }

  /** Items are pairs of key and value, laid down from the page's end. Key 0 is rpm's counter, not a package. */
  *#pageBlobs(page: number): Generator<HeaderBlob> {
    const entries = this.#u16(page + ENTRIES);
    const indexEnd = PAGE_HEADER + 2 * entries;
    let end = this.#pageSize;
    for (let i = 0; i + 1 < entries; i += 2) {
      const key = this.#u16(page + PAGE_HEADER + 2 * i);
      const value = this.#u16(page + PAGE_HEADER + 2 * i + 2);
      if (key >= end || value >= key || value < indexEnd) {
        this.#problems.add("a page's items overlap", page);
        return;
      }
      const isCounter = this.#bytes.subarray(page + key + 1, page + end).every((byte) => byte === 0);
      const blob = isCounter
        ? undefined
        : this.#problems.attempt(() => this.#value(page + value, key - value));
      if (blob) yield blob;
      end = value;
    }
  }

  #value(item: number, size: number): HeaderBlob {
    const kind = this.#bytes[item];
    if (kind === KEY_DATA) return { bytes: this.#bytes.subarray(item + 1, item + size), offset: item + 1 };
    if (kind === OFF_PAGE && size === OFF_PAGE_BYTES) {
      return this.#overflow(this.#u32(item + 4), this.#u32(item + 8), item);
    }
    throw rpmdbError("RPMDB_INVALID", `a value is of kind ${kind ?? -1}`, item);
  }

  #overflow(first: number, size: number, item: number): HeaderBlob {
    if (size > this.#bytes.length) throw rpmdbError("RPMDB_INVALID", "a value is longer than the file", item);
    const parts: Buffer[] = [];
    let page = first;
    for (let left = size; left > 0;) {
      const at = this.#takePage(page);
      const length = this.#u16(at + OVERFLOW_LENGTH);
      const isPart = this.#bytes[at + PAGE_TYPE] === OVERFLOW && length > 0 && length <= left;
      if (!isPart || PAGE_HEADER + length > this.#pageSize) {
        throw rpmdbError("RPMDB_INVALID", `page ${page} is no part of a value`, at);
      }
      parts.push(this.#bytes.subarray(at + PAGE_HEADER, at + PAGE_HEADER + length));
      left -= length;
      page = this.#u32(at + NEXT_PAGE);
    }
    return { bytes: Buffer.concat(parts), offset: first * this.#pageSize + PAGE_HEADER };
  }

  #u16(at: number): number {
    return this.#isLittle ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  #u32(at: number): number {
    return this.#isLittle ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }
}
