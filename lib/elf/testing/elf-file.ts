// SPDX-License-Identifier: Apache-2.0
/** 64-bit little-endian ELF files with chosen segments at chosen places, for layouts that no small real file has. */

export interface ElfPart {
  /** p_type: 1 load, 2 dynamic, 3 interpreter, 4 note. */
  readonly type: number;
  readonly flags?: number;
  readonly offset: number;
  readonly address?: number;
  readonly bytes: Buffer | number;
}

export interface ElfFile {
  /** e_type: 2 executable, 3 shared object. */
  readonly type?: number;
  readonly parts: readonly ElfPart[];
  /** Where the program headers stand. */
  readonly headersAt?: number;
  readonly size: number;
}

/** Addresses are offsets where none is given; a part of a number of bytes leaves them as they are. */
export function elfFile({ type = 3, parts, headersAt = 64, size }: ElfFile): Buffer {
  const file = Buffer.alloc(size);
  for (const { offset, bytes } of parts) if (typeof bytes !== "number") bytes.copy(file, offset);
  file.write("\x7fELF\x02\x01\x01", "latin1");
  file.writeUInt16LE(type, 16);
  file.writeUInt16LE(62, 18);
  file.writeBigUInt64LE(BigInt(headersAt), 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(parts.length, 56);
  for (const [index, { type, flags = 4, offset, address = offset, bytes }] of parts.entries()) {
    const at = headersAt + 56 * index;
    const length = BigInt(typeof bytes === "number" ? bytes : bytes.length);
    file.writeUInt32LE(type, at);
    file.writeUInt32LE(flags, at + 4);
    file.writeBigUInt64LE(BigInt(offset), at + 8);
    file.writeBigUInt64LE(BigInt(address), at + 16);
    file.writeBigUInt64LE(length, at + 32);
  }
  return file;
}

/** A dynamic section of tags and values, with its DT_NULL. */
export function dynamicSection(entries: readonly (readonly [tag: number, value: number])[]): Buffer {
  const bytes = Buffer.alloc(16 * (entries.length + 1));
  for (const [index, [tag, value]] of entries.entries()) {
    bytes.writeBigUInt64LE(BigInt(tag), 16 * index);
    bytes.writeBigUInt64LE(BigInt(value), 16 * index + 8);
  }
  return bytes;
}
