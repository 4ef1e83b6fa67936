// SPDX-License-Identifier: Apache-2.0
/** Numbers in an ELF file's own byte order and word size. System V ABI, "Data Representation" and "ELF Identification". */

/** What the identification bytes say of all that follows. */
export interface ElfLayout {
  readonly is64: boolean;
  readonly isLittle: boolean;
}

const CLASS = 4;
const DATA = 5;

/** Undefined where the bytes are not ELF, or of a class or byte order that does not exist. */
export function layoutOf(ident: Buffer): ElfLayout | undefined {
  if (ident.length < 16 || ident.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const [cls, data] = [ident[CLASS], ident[DATA]];
  if ((cls !== 1 && cls !== 2) || (data !== 1 && data !== 2)) return undefined;
  return { is64: cls === 2, isLittle: data === 1 };
}

/** Reads one structure; the caller has checked that the buffer holds it. */
export class Fields {
  readonly #bytes: Buffer;
  readonly #layout: ElfLayout;

  constructor(bytes: Buffer, layout: ElfLayout) {
    this.#bytes = bytes;
    this.#layout = layout;
  }

  u16(at: number): number {
    return this.#layout.isLittle ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  u32(at: number): number {
    return this.#layout.isLittle ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  /** An address, offset or size of the file's word size; of values past 2^53 only the magnitude holds. */
  word(at: number): number {
    if (!this.#layout.is64) return this.u32(at);
    const [low, high] = this.#layout.isLittle ? [at, at + 4] : [at + 4, at];
    return this.u32(high) * 0x1_0000_0000 + this.u32(low);
  }
}
