// SPDX-License-Identifier: Apache-2.0
/**
 * One block: Huffman codes to move-to-front positions and runs, those to the last column of the sorted rotations
 * (Burrows and Wheeler), and that back to the text, whose runs of four and more are still counted.
 */
import type { BitReader } from "./bit-reader.ts";
import { crcTable } from "./crc.ts";
import { bzip2Error } from "./errors.ts";
import { HuffmanCode } from "./huffman.ts";

/** Symbols that are coded with one table before the next selector counts. */
const GROUP = 50;
const MAX_TABLES = 6;
/** Symbols 0 and 1 are the digits of a run's length, in base 2 with the digits 1 and 2. */
const RUN_B = 1;
/** So many equal bytes are followed by how many more there are. */
const COUNTED_RUN = 4;

/** Bytes of the largest block, before its runs are written out. */
export const MAX_BLOCK = 900_000;

/** The working memory of a decoder, and the block that it holds. */
export class Block {
  /** The last column; once sorted, in the low 8 bits the first column's byte and above them the row of its rotation. */
  readonly #rows = new Uint32Array(MAX_BLOCK);
  readonly #column = new Uint8Array(MAX_BLOCK);
  readonly #counts = new Uint32Array(256);
  readonly #order = new Uint8Array(256);
  /** State of the way back. */
  #left = 0;
  #row = 0;
  #last = -1;
  #equal = 0;
  #repeats = 0;
  #crc = -1;

  /** @param capacity what the stream's header allows. @throws BZIP2_INVALID, BZIP2_TRUNCATED */
  async read(reader: BitReader, capacity: number): Promise<void> {
    if (reader.bits(1) === 1) {
      throw bzip2Error("BZIP2_INVALID", "a randomised block, as bzip2 before 0.9.5 wrote", reader.offset);
    }
    const origin = reader.bits(24);
    const used = this.#readUsedBytes(reader);
    const tables = reader.bits(3);
    if (tables < 2 || tables > MAX_TABLES) {
      throw bzip2Error("BZIP2_INVALID", `${tables} code tables`, reader.offset);
    }
    const selectors = await readSelectors(reader, tables);
    const codes: HuffmanCode[] = [];
    for (let at = 0; at < tables; at += 1) codes.push(await HuffmanCode.read(reader, used + 2));
    const length = await this.#readColumn(reader, { codes, selectors, end: used + 1, capacity });
    if (origin >= length)
      throw bzip2Error("BZIP2_INVALID", "a block that begins behind its end", reader.offset);
    this.#sort(length, origin);
  }

  /** Of what was given out; of the whole block once `take` has given nothing. */
  get crc(): number {
    return ~this.#crc >>> 0;
  }

  /** The next bytes of the text, into `target` from its beginning. @returns how many; fewer than its length at the end */
  take(target: Uint8Array): number {
    const rows = this.#rows;
    let [left, row, last, equal, repeats, crc] = [
      this.#left,
      this.#row,
      this.#last,
      this.#equal,
      this.#repeats,
      this.#crc,
    ];
    let at = 0;
    while (at < target.length) {
      if (repeats > 0) {
        repeats -= 1;
      } else {
        if (left === 0) break;
        left -= 1;
        const entry = rows[row] ?? 0;
        const byte = entry & 255;
        row = entry >>> 8;
        if (equal === COUNTED_RUN) {
          equal = 0;
          repeats = byte;
          // What follows is a new run, even of the same byte.
          continue;
        }
        equal = byte === last ? equal + 1 : 1;
        last = byte;
      }
      target[at] = last;
      at += 1;
      crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ last] ?? 0);
    }
    [this.#left, this.#row, this.#last, this.#equal, this.#repeats, this.#crc] = [
      left,
      row,
      last,
      equal,
      repeats,
      crc,
    ];
    return at;
  }

  /** Which bytes the block has, in their order, as the first state of the list. @returns how many */
  #readUsedBytes(reader: BitReader): number {
    const ranges = reader.bits(16);
    let count = 0;
    for (let range = 0; range < 16; range += 1) {
      if (((ranges >>> (15 - range)) & 1) === 0) continue;
      const bytes = reader.bits(16);
      for (let byte = 0; byte < 16; byte += 1) {
        if (((bytes >>> (15 - byte)) & 1) === 1) this.#order[count++] = range * 16 + byte;
      }
    }
    if (count === 0) throw bzip2Error("BZIP2_INVALID", "a block without bytes", reader.offset);
    return count;
  }

  /** @returns the length of the last column */
  async #readColumn(reader: BitReader, { codes, selectors, end, capacity }: ColumnCode): Promise<number> {
    const [column, order] = [this.#column, this.#order];
    let [length, run, weight] = [0, 0, 1];
    for (const selector of selectors) {
      if (reader.isLow) await reader.fill();
      const code = codes[selector];
      if (code === undefined) break;
      for (let i = 0; i < GROUP; i += 1) {
        const symbol = code.symbol(reader);
        if (symbol <= RUN_B) {
          run += weight << symbol;
          weight <<= 1;
          if (length + run > capacity) throw tooLong(reader);
          continue;
        }
        if (run > 0) {
          column.fill(order[0] ?? 0, length, length + run);
          length += run;
          [run, weight] = [0, 1];
        }
        if (symbol === end) return length;
        if (length === capacity) throw tooLong(reader);
        const byte = order[symbol - 1] ?? 0;
        order.copyWithin(1, 0, symbol - 1);
        order[0] = byte;
        column[length] = byte;
        length += 1;
      }
    }
    throw bzip2Error("BZIP2_INVALID", "a block without its end", reader.offset);
  }

  /** Links each byte of the first column with its row in the last: equal bytes stand in both in the same order. */
  #sort(length: number, origin: number): void {
    const [rows, column, counts] = [this.#rows, this.#column, this.#counts];
    counts.fill(0);
    for (let at = 0; at < length; at += 1) {
      const byte = column[at] ?? 0;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
    let sum = 0;
    for (let byte = 0; byte < 256; byte += 1) {
      const count = counts[byte] ?? 0;
      counts[byte] = sum;
      sum += count;
    }
    for (let at = 0; at < length; at += 1) {
      const byte = column[at] ?? 0;
      const place = counts[byte] ?? 0;
      counts[byte] = place + 1;
      rows[place] = (at << 8) | byte;
    }
    [this.#left, this.#row, this.#last, this.#equal, this.#repeats, this.#crc] = [
      length,
      origin,
      -1,
      0,
      0,
      -1,
    ];
  }
}

interface ColumnCode {
  readonly codes: readonly HuffmanCode[];
  readonly selectors: Uint8Array;
  /** The symbol behind the last byte. */
  readonly end: number;
  readonly capacity: number;
}

/** Which table codes each group, as positions in a list whose used member moves to the front. */
async function readSelectors(reader: BitReader, tables: number): Promise<Uint8Array> {
  const selectors = new Uint8Array(reader.bits(15));
  const order = Uint8Array.from({ length: tables }, (_, table) => table);
  for (let at = 0; at < selectors.length; at += 1) {
    if (reader.isLow) await reader.fill();
    let position = 0;
    while (reader.bits(1) === 1) {
      position += 1;
      if (position >= tables)
        throw bzip2Error("BZIP2_INVALID", "a code table that is not there", reader.offset);
    }
    const table = order[position] ?? 0;
    order.copyWithin(1, 0, position);
    order[0] = table;
    selectors[at] = table;
  }
  return selectors;
}

function tooLong(reader: BitReader): Error {
  return bzip2Error("BZIP2_INVALID", "a block longer than its stream allows", reader.offset);
}
