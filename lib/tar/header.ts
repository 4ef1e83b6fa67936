// SPDX-License-Identifier: Apache-2.0
/**
 * One 512-byte tar header: checksum, numbers and names, read in place.
 * Follows POSIX.1-2024 pax "ustar Interchange Format" and the GNU tar manual, "Basic Tar Format".
 */

export const BLOCK = 512;

export const TYPE = { offset: 156 } as const;
const NAME = { offset: 0, length: 100 } as const;
const SIZE = { offset: 124, length: 12 } as const;
const MODE = { offset: 100, length: 8 } as const;
const CHECKSUM = { offset: 148, length: 8 } as const;
const LINK = { offset: 157, length: 100 } as const;
const MAGIC = { offset: 257 } as const;
const PREFIX = { offset: 345, length: 155 } as const;
const GNU_IS_EXTENDED = 482;
const GNU_REAL_SIZE = { offset: 483, length: 12 } as const;
/** `isextended` of a block that continues an old GNU sparse map. */
export const SPARSE_BLOCK_IS_EXTENDED = 504;

const SPACE = 0x20;

/** True when all 512 bytes are zero. */
export function isZeroBlock(bytes: Buffer, at: number): boolean {
  for (let i = at; i < at + BLOCK; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** The checksum is the sum of all bytes with its own field as spaces; some old writers summed signed bytes. */
export function hasGoodChecksum(bytes: Buffer, view: DataView, at: number): boolean {
  let field = 0;
  for (let i = at + CHECKSUM.offset; i < at + CHECKSUM.offset + CHECKSUM.length; i++) {
    field += SPACE - (bytes[i] as number);
  }
  const stated = octal(bytes, at + CHECKSUM.offset, CHECKSUM.length);
  return stated === sumOfBytes(view, at) + field || stated === signedSum(bytes, at);
}

/** Four bytes at a time in two 16-bit lanes, which 512 bytes can't overflow. */
function sumOfBytes(view: DataView, at: number): number {
  let lanes = 0;
  for (let i = at; i < at + BLOCK; i += 4) {
    const word = view.getInt32(i, true);
    lanes = (lanes + (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff)) | 0;
  }
  return (lanes & 0xffff) + (lanes >>> 16);
}

function signedSum(bytes: Buffer, at: number): number {
  let sum = 0;
  for (let i = at; i < at + BLOCK; i++) {
    const isField = i >= at + CHECKSUM.offset && i < at + CHECKSUM.offset + CHECKSUM.length;
    sum += isField ? SPACE : bytes.readInt8(i);
  }
  return sum;
}

export const sizeOf = (bytes: Buffer, at: number): number => number(bytes, at + SIZE.offset, SIZE.length);
export const modeOf = (bytes: Buffer, at: number): number => number(bytes, at + MODE.offset, MODE.length);
export const realSizeOf = (bytes: Buffer, at: number): number =>
  number(bytes, at + GNU_REAL_SIZE.offset, GNU_REAL_SIZE.length);
export const isExtendedSparse = (bytes: Buffer, at: number): boolean => bytes[at + GNU_IS_EXTENDED] !== 0;
export const linkOf = (bytes: Buffer, at: number): string => text(bytes, at + LINK.offset, LINK.length);

/** Name with the ustar prefix in front where the header is of that format. */
export function nameOf(bytes: Buffer, at: number): string {
  const name = text(bytes, at + NAME.offset, NAME.length);
  if (bytes[at + PREFIX.offset] === 0 || !isPosixUstar(bytes, at)) return name;
  return `${text(bytes, at + PREFIX.offset, PREFIX.length)}/${name}`;
}

/** `ustar` and NUL; GNU's own format has a space there and other fields behind it. */
function isPosixUstar(bytes: Buffer, at: number): boolean {
  const magic = at + MAGIC.offset;
  return bytes.toString("latin1", magic, magic + 6) === "ustar\0";
}

/** Bytes up to the first NUL, as UTF-8. */
function text(bytes: Buffer, at: number, length: number): string {
  let end = at;
  while (end < at + length && bytes[end] !== 0) end++;
  return end === at ? "" : bytes.toString("utf8", at, end);
}

/** Octal digits, or GNU's base-256 form; NaN for anything else, negative or past 2^53. */
function number(bytes: Buffer, at: number, length: number): number {
  const first = bytes[at] as number;
  if ((first & 0x80) === 0) return octal(bytes, at, length);
  if (first === 0xff) return NaN;
  let value = first & 0x7f;
  for (let i = at + 1; i < at + length; i++) value = value * 256 + (bytes[i] as number);
  return Number.isSafeInteger(value) ? value : NaN;
}

function octal(bytes: Buffer, at: number, length: number): number {
  let i = at;
  const end = at + length;
  while (i < end && bytes[i] === SPACE) i++;
  let value = 0;
  for (; i < end; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  for (; i < end; i++) if (bytes[i] !== 0 && bytes[i] !== SPACE) return NaN;
  return value;
}
