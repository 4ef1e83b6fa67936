// SPDX-License-Identifier: Apache-2.0
/**
 * bzip2 streams, one behind another, to their bytes. There is no published specification; layout and limits are those
 * of Julian Seward's bzip2 1.0.8 as its files show them. Memory: 4.5 MB and one piece, whatever comes.
 */
import { BitReader } from "./bit-reader.ts";
import { Block, MAX_BLOCK } from "./block.ts";
import { bzip2Error } from "./errors.ts";

/** Bytes of an output piece; a block of nine hundred thousand can become 46 million. */
const PIECE = 64 * 1024;
const SIGNATURE = 0x425a68; // "BZh"
/** The digits of pi and of its square root. */
const BLOCK_MARK = [0x314159, 0x265359] as const;
const END_MARK = [0x177245, 0x385090] as const;

/**
 * Checks every block's and stream's sum. A piece is given out before the sum of its block is known: what was read
 * counts only when the iteration ends without an error.
 * @throws BZIP2_INVALID, BZIP2_TRUNCATED
 */
export async function* bunzip2(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new BitReader(chunks);
  const block = new Block();
  try {
    do yield* stream(reader, block);
    while (!(await reader.isAtEnd()));
  } finally {
    await reader.close();
  }
}

async function* stream(reader: BitReader, block: Block): AsyncGenerator<Uint8Array> {
  if (reader.isLow) await reader.fill();
  const capacity = readHeader(reader);
  let sum = 0;
  for (;;) {
    if (reader.isLow) await reader.fill();
    const { offset } = reader;
    const mark = [reader.bits(24), reader.bits(24)] as const;
    const stated = ((reader.bits(16) << 16) | reader.bits(16)) >>> 0;
    if (isMark(mark, END_MARK)) {
      if (stated !== sum) throw bzip2Error("BZIP2_INVALID", "a stream without its stated sum", offset);
      reader.alignToByte();
      return;
    }
    if (!isMark(mark, BLOCK_MARK)) throw bzip2Error("BZIP2_INVALID", "neither a block nor an end", offset);
    await block.read(reader, capacity);
    yield* pieces(block);
    if (block.crc !== stated) throw bzip2Error("BZIP2_INVALID", "a block without its stated sum", offset);
    sum = (((sum << 1) | (sum >>> 31)) ^ stated) >>> 0;
  }
}

function* pieces(block: Block): Generator<Uint8Array> {
  for (;;) {
    const piece = new Uint8Array(PIECE);
    const length = block.take(piece);
    if (length > 0) yield piece.subarray(0, length);
    if (length < PIECE) return;
  }
}

/** @returns how many bytes a block may have */
function readHeader(reader: BitReader): number {
  const { offset } = reader;
  const level = reader.bits(24) === SIGNATURE ? reader.bits(8) - 0x30 : 0;
  if (level < 1 || level > 9) throw bzip2Error("BZIP2_INVALID", "no bzip2 stream", offset);
  return (MAX_BLOCK / 9) * level;
}

function isMark(mark: readonly [number, number], wanted: readonly [number, number]): boolean {
  return mark[0] === wanted[0] && mark[1] === wanted[1];
}
