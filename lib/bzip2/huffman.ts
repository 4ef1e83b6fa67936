// SPDX-License-Identifier: Apache-2.0
/** Canonical Huffman codes as bzip2 writes them: one length for each symbol, as steps from the one before. */
import type { BitReader } from "./bit-reader.ts";
import { bzip2Error } from "./errors.ts";

const MAX_LENGTH = 20;

export class HuffmanCode {
  readonly #shortest: number;
  /** For each length the first bits that belong to a longer code, as a number of `MAX_LENGTH` bits. */
  readonly #limits = new Int32Array(MAX_LENGTH + 2);
  /** For each length what must be added to a code to have its position among the symbols. */
  readonly #bases = new Int32Array(MAX_LENGTH + 2);
  readonly #symbols: Uint16Array;

  private constructor(lengths: Uint8Array, offset: number) {
    const counts = new Uint16Array(MAX_LENGTH + 2);
    for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
    this.#shortest = counts.findIndex((count) => count > 0);
    const next = new Uint16Array(MAX_LENGTH + 2);
    let [code, position] = [0, 0];
    for (let length = 1; length <= MAX_LENGTH; length += 1) {
      const count = counts[length] ?? 0;
      code <<= 1;
      next[length] = position;
      this.#bases[length] = position - code;
      code += count;
      position += count;
      if (code > 1 << length) throw bzip2Error("BZIP2_INVALID", "a code table has too many codes", offset);
      this.#limits[length] = code << (MAX_LENGTH - length);
    }
    // Ends the search: no bits reach it.
    this.#limits[MAX_LENGTH + 1] = 1 << (MAX_LENGTH + 1);
    this.#symbols = new Uint16Array(lengths.length);
    for (const [symbol, length] of lengths.entries()) {
      const at = next[length] ?? 0;
      this.#symbols[at] = symbol;
      next[length] = at + 1;
    }
  }

  /** @throws BZIP2_INVALID, BZIP2_TRUNCATED */
  static async read(reader: BitReader, symbols: number): Promise<HuffmanCode> {
    if (reader.isLow) await reader.fill();
    const lengths = new Uint8Array(symbols);
    let length = reader.bits(5);
    for (let symbol = 0; symbol < symbols; symbol += 1) {
      for (;;) {
        if (length < 1 || length > MAX_LENGTH) {
          throw bzip2Error("BZIP2_INVALID", `a code of ${length} bits`, reader.offset);
        }
        if (reader.isLow) await reader.fill();
        if (reader.bits(1) === 0) break;
        length += reader.bits(1) === 0 ? 1 : -1;
      }
      lengths[symbol] = length;
    }
    return new HuffmanCode(lengths, reader.offset);
  }

  /** Reads one symbol. @throws BZIP2_INVALID, BZIP2_TRUNCATED */
  symbol(reader: BitReader): number {
    const bits = reader.look(MAX_LENGTH);
    let length = this.#shortest;
    while (bits >= (this.#limits[length] ?? 0)) length += 1;
    if (length > MAX_LENGTH) throw bzip2Error("BZIP2_INVALID", "bits that are no code", reader.offset);
    reader.drop(length);
    return this.#symbols[(bits >>> (MAX_LENGTH - length)) + (this.#bases[length] ?? 0)] ?? 0;
  }
}
