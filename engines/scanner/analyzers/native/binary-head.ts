// SPDX-License-Identifier: Apache-2.0
/** Gathers a binary's first bytes until its headers tell which parts of the file matter. */
import { readerOf, type FileRange, type ReadAt } from "#lib/elf/index.ts";
import { formatOf, MAGIC_BYTES } from "./formats.ts";

/** What headers tell of a file. */
export interface HeaderRanges {
  /** In file order. */
  readonly ranges: readonly FileRange[];
  /** Set while headers are missing: read on to this place and ask again. */
  readonly headersEnd?: number;
}

export interface GatheredHead {
  readonly bytes: Buffer;
  readonly ranges: readonly FileRange[];
}

const HEAD_BYTES = 4096;
/** Load commands and section tables end before. */
const MAX_HEAD_BYTES = 2 * 1024 * 1024;

export class BinaryHead {
  readonly #rangesOf: (read: ReadAt) => HeaderRanges | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #end = HEAD_BYTES;

  constructor(rangesOf: (read: ReadAt) => HeaderRanges | undefined) {
    this.#rangesOf = rangesOf;
  }

  /** Undefined while more is needed; `other` when the file is no binary. */
  push(bytes: Buffer): GatheredHead | "other" | undefined {
    const head = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    if (head.length >= MAGIC_BYTES && !formatOf(head)) return "other";
    if (head.length >= this.#end) {
      const { ranges, headersEnd } = this.#rangesOf(readerOf(head)) ?? { ranges: [] };
      if (headersEnd === undefined || headersEnd <= head.length || headersEnd > MAX_HEAD_BYTES) {
        return { bytes: head, ranges };
      }
      this.#end = headersEnd;
    }
    this.#bytes = Buffer.from(head);
    return undefined;
  }

  /** What a file tells that ended before its headers did, or is small. */
  finish(): GatheredHead {
    return { bytes: this.#bytes, ranges: this.#rangesOf(readerOf(this.#bytes))?.ranges ?? [] };
  }
}
