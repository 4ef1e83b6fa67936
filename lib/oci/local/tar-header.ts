// SPDX-License-Identifier: Apache-2.0
/** One 512-byte tar header and pax records: POSIX.1-2017 pax(1) "ustar Interchange Format", GNU base-256 numbers. */

export const BLOCK = 512;

export interface TarHeader {
  /** As stored, prefix joined. */
  readonly path: string;
  /** Bytes of content behind the header. */
  readonly size: number;
  /** The type flag: "0" file, "1" hard link, "2" symbolic link, "5" directory, "x", "g", "L", "K", ... */
  readonly type: string;
  readonly linkTarget: string;
}

/** What is wrong with a header; the caller adds where. */
export class TarHeaderError extends Error {}

/** Undefined for a block of zeros, which ends an archive. @throws TarHeaderError */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  checkSum(block);
  const name = text(block, 0, 100);
  const ustar = block.toString("latin1", 257, 262) === "ustar";
  const posix = ustar && block[262] === 0;
  const prefix = posix ? text(block, 345, 155) : "";
  const flag = block[156] ?? 0;
  return {
    path: prefix === "" ? name : `${prefix}/${name}`,
    size: number(block, 124, 12),
    type: flag === 0 ? "0" : String.fromCharCode(flag),
    linkTarget: text(block, 157, 100),
  };
}

/** Records of a pax extended header, the last of a name winning. @throws TarHeaderError */
export function parsePax(bytes: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const space = bytes.indexOf(0x20, at);
    const digits = space < 0 ? "" : bytes.toString("latin1", at, Math.min(space, at + 12));
    const length = /^[0-9]{1,9}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = bytes.indexOf(0x3d, space);
    if (length === 0 || end > bytes.length || bytes[end - 1] !== 0x0a || equals < 0 || equals >= end) {
      throw new TarHeaderError(`pax record at byte ${at} is malformed`);
    }
    records.set(bytes.toString("utf8", space + 1, equals), bytes.toString("utf8", equals + 1, end - 1));
    at = end;
  }
  return records;
}

function text(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

function number(block: Buffer, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  const value = ((field[0] ?? 0) & 0x80) === 0 ? octal(field) : base256(field);
  if (value === undefined || !Number.isSafeInteger(value)) throw new TarHeaderError("size is not a number");
  return value;
}

/** Leading spaces, digits, then NULs or spaces; nothing but padding is 0. */
function octal(field: Buffer): number | undefined {
  const digits = /^ *([0-7]*)[\0 ]*$/.exec(field.toString("latin1"))?.[1];
  return digits === undefined ? undefined : digits === "" ? 0 : Number.parseInt(digits, 8);
}

/** Positive values only: the top bit marks the form, the rest is big-endian. */
function base256(field: Buffer): number | undefined {
  if (((field[0] ?? 0) & 0x40) !== 0) return undefined;
  let value = (field[0] ?? 0) & 0x3f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  return value;
}

function checkSum(block: Buffer): void {
  const stored = octal(block.subarray(148, 156));
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  if (stored !== unsigned && stored !== signed) throw new TarHeaderError("header checksum is wrong");
}
