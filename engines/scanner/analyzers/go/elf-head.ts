// SPDX-License-Identifier: Apache-2.0
/** Where an ELF file's writable segments lie, from its first bytes. System V ABI, chapters 4 and 5. */

/** Byte offsets in the file, the end exclusive. */
export interface FileRange {
  readonly start: number;
  readonly end: number;
}

const PT_LOAD = 1;
const PF_W = 2;
const MAX_SEGMENTS = 200;

/** In file order; empty when the head is not ELF or its program headers stand outside of `head`. */
export function writableRanges(head: Buffer): FileRange[] {
  const [is64, isLittle] = [head[4] === 2, head[5] === 1];
  if (head.length < 64) return [];
  const u16 = (at: number): number => (isLittle ? head.readUInt16LE(at) : head.readUInt16BE(at));
  const u32 = (at: number): number => (isLittle ? head.readUInt32LE(at) : head.readUInt32BE(at));
  const u64 = (at: number): number => Number(isLittle ? head.readBigUInt64LE(at) : head.readBigUInt64BE(at));
  const [table, size, count] = is64 ? [u64(32), u16(54), u16(56)] : [u32(28), u16(42), u16(44)];
  if (count > MAX_SEGMENTS || size < (is64 ? 56 : 32) || table + size * count > head.length) return [];
  const ranges: FileRange[] = [];
  for (let at = table; at < table + size * count; at += size) {
    const [flags, start, length] = is64
      ? [u32(at + 4), u64(at + 8), u64(at + 32)]
      : [u32(at + 24), u32(at + 4), u32(at + 16)];
    if (u32(at) === PT_LOAD && (flags & PF_W) !== 0 && length > 0 && Number.isSafeInteger(start + length)) {
      ranges.push({ start, end: start + length });
    }
  }
  return ranges.sort((a, b) => a.start - b.start);
}
