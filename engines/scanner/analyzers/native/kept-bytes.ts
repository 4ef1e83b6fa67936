// SPDX-License-Identifier: Apache-2.0
/** Parts of a file that streams by, kept for a reader that needs to seek. */
import type { FileRange, ReadAt } from "#lib/elf/index.ts";

interface Piece {
  readonly start: number;
  readonly bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);
const BLOCK_BYTES = 64 * 1024;
/** Blocks that files before have used, of this thread: new memory costs more than the copy. 4 MiB at most. */
const freeBlocks: Buffer[] = [];
const MAX_FREE_BLOCKS = 64;

export class KeptBytes {
  /** What to keep of the bytes to come; sorted, without overlaps. */
  #ranges: FileRange[] = [];
  /** Ends of all parts that were asked for and are still to come. */
  #ends: number[] = [];
  /** In file order, without overlaps. */
  readonly #pieces: Piece[] = [];
  readonly #blocks: Buffer[] = [];
  /** Bytes used of the last block. */
  #used = BLOCK_BYTES;
  #room: number;
  #offset = 0;
  #isAtEnd = false;

  /** `max` bounds the bytes kept in all. */
  constructor(max: number) {
    this.#room = max;
  }

  /** Whether a part that was asked for has come to its end with the last bytes. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Bytes up to the first end of a part that was asked for; Infinity when none is to come. */
  get untilNext(): number {
    return Math.min(...this.#ends) - this.#offset;
  }

  /** Keeps these parts, as far as they are still to come. */
  want(ranges: readonly FileRange[]): void {
    const coming = ranges.filter(({ start, end }) => end > this.#offset && end > start);
    this.#ends = [...new Set([...this.#ends, ...coming.map(({ end }) => end)])];
    const sorted = [...this.#ranges, ...coming].sort((a, b) => a.start - b.start);
    this.#ranges = [];
    for (const { start, end } of sorted) {
      const last = this.#ranges.at(-1);
      if (!last || start > last.end) this.#ranges.push({ start, end });
      else this.#ranges[this.#ranges.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    }
  }

  /** The file's next bytes. */
  push(bytes: Buffer): void {
    const [offset, end] = [this.#offset, this.#offset + bytes.length];
    for (const range of this.#ranges) {
      if (range.start >= end) break;
      const from = Math.max(range.start, offset);
      const to = Math.min(range.end, end, from + this.#room);
      if (from >= to) continue;
      this.#copy(bytes.subarray(from - offset, to - offset), from);
    }
    this.#offset = end;
    if ((this.#ranges[0]?.end ?? Infinity) <= end)
      this.#ranges = this.#ranges.filter((range) => range.end > end);
    this.#isAtEnd = this.#ends.includes(end);
    if (this.#isAtEnd) this.#ends = this.#ends.filter((at) => at !== end);
  }

  #copy(bytes: Buffer, offset: number): void {
    this.#room -= bytes.length;
    for (let at = 0; at < bytes.length;) {
      if (this.#used === BLOCK_BYTES) {
        this.#blocks.push(freeBlocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES));
        this.#used = 0;
      }
      const block = this.#blocks.at(-1) ?? NOTHING;
      const length = bytes.copy(block, this.#used, at);
      this.#pieces.push({ start: offset + at, bytes: block.subarray(this.#used, this.#used + length) });
      this.#used += length;
      at += length;
    }
  }

  /** Gives the memory back; what `read` gave before is no longer good. */
  release(): void {
    for (const block of this.#blocks) if (freeBlocks.length < MAX_FREE_BLOCKS) freeBlocks.push(block);
    this.#blocks.length = 0;
    this.#pieces.length = 0;
  }

  readonly read: ReadAt = (offset, length) => {
    let index = this.#pieceAt(offset);
    const first = this.#pieces[index];
    if (!first || length <= 0) return NOTHING;
    let got = first.bytes.subarray(offset - first.start, offset - first.start + length);
    if (got.length === length || got.length === 0) return got;
    const parts = [got];
    let at = offset + got.length;
    for (
      let next = this.#pieces[++index];
      next?.start === at && at < offset + length;
      next = this.#pieces[++index]
    ) {
      got = next.bytes.subarray(0, offset + length - at);
      parts.push(got);
      at += got.length;
    }
    return parts.length === 1 ? (parts[0] ?? NOTHING) : Buffer.concat(parts);
  };

  /** Index of the last piece that begins at or before the offset. */
  #pieceAt(offset: number): number {
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pieces[middle]?.start ?? Infinity) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
