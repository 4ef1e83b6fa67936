// SPDX-License-Identifier: Apache-2.0
/** Whether bytes can be the head of a zlib stream; cheap, for a search in which most are not. RFC 1950, RFC 1951. */

const CMF = 0x78;
const BLOCK_BIT = 16;
const STORED = 0;
const FIXED = 1;
const MAX_CODES = 29;
/** Order in which the lengths of the code length code stand does not matter for their sum. */
const COMPLETE = 128;

/** The first place at or after `from` and before `to` at which a zlib stream can begin; -1 when there is none. */
export function zlibHeadAt(bytes: Buffer, from: number, to: number, firstLiteral: number): number {
  for (let at = bytes.indexOf(CMF, from); at >= 0 && at < to; at = bytes.indexOf(CMF, at + 1)) {
    const flags = bytes[at + 1] ?? 0;
    // Check bits, and no preset dictionary.
    if ((CMF * 256 + flags) % 31 !== 0 || (flags & 0x20) !== 0) continue;
    if (isBlock(bytes.subarray(at, at + 16), firstLiteral)) return at;
  }
  return -1;
}

function isBlock(bytes: Buffer, firstLiteral: number): boolean {
  const type = bits(bytes, BLOCK_BIT + 1, 2);
  const body = BLOCK_BIT + 3;
  if (type === STORED) return bytes.length >= 8 && (bytes.readUInt16LE(3) ^ bytes.readUInt16LE(5)) === 0xffff;
  if (type === FIXED) return reversed(bits(bytes, body, 8)) === firstLiteral + 0x30;
  return type === 2 && isCodeLengthCode(bytes, body);
}

/** The code length code of a dynamic block must be complete: its lengths' sum is that of a whole tree. */
function isCodeLengthCode(bytes: Buffer, body: number): boolean {
  if (bits(bytes, body, 5) > MAX_CODES || bits(bytes, body + 5, 5) > MAX_CODES) return false;
  const count = bits(bytes, body + 10, 4) + 4;
  let sum = 0;
  for (let index = 0; index < count; index++) {
    const length = bits(bytes, body + 14 + 3 * index, 3);
    if (length > 0) sum += COMPLETE >> length;
  }
  return sum === COMPLETE;
}

/** Up to 8 bits, least significant first; those past the end are zero. */
function bits(bytes: Buffer, at: number, count: number): number {
  const byte = at >>> 3;
  const pair = (bytes[byte] ?? 0) | ((bytes[byte + 1] ?? 0) << 8);
  return (pair >>> (at & 7)) & ((1 << count) - 1);
}

/** Huffman codes stand with their most significant bit first. */
function reversed(byte: number): number {
  let value = 0;
  for (let bit = 0; bit < 8; bit++) value |= ((byte >>> bit) & 1) << (7 - bit);
  return value;
}
