// SPDX-License-Identifier: Apache-2.0
/** Small zip archives in memory, honest or not, with the same bytes for the same entries (APPNOTE 6.3.10). */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipFile {
  readonly name: string;
  readonly content?: Uint8Array | string;
  readonly isStored?: boolean;
  /** The content already deflated, where that takes long. */
  readonly deflated?: Uint8Array;
  /** What the central directory says instead of the truth. */
  readonly lies?: {
    readonly size?: number;
    readonly compressedSize?: number;
    readonly crc32?: number;
    readonly method?: number;
    readonly flags?: number;
    readonly localOffset?: number;
  };
}

export interface ZipShape {
  /** Stands before the archive, unknown to its offsets. */
  readonly prefix?: string;
  readonly comment?: string;
  /** Stands behind the end record. */
  readonly suffix?: string;
  /** Sizes, offsets and counts in the zip64 fields only. */
  readonly isZip64?: boolean;
}

export function writeZip(files: readonly ZipFile[], shape: ZipShape = {}): Buffer {
  const parts: Uint8Array[] = [];
  const records: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const content = Buffer.isBuffer(file.content) ? file.content : Buffer.from(file.content ?? "");
    const data = file.isStored ? content : (file.deflated ?? deflateRawSync(content));
    const name = Buffer.from(file.name);
    const truth = {
      size: content.length,
      compressedSize: data.length,
      crc32: crc32(content),
      method: file.isStored ? 0 : 8,
      flags: 0x800,
      localOffset: offset,
    };
    // prettier-ignore
    const local = fields([
      [4, 0x04034b50], [2, 20], [2, truth.flags], [2, truth.method], [4, 0], [4, truth.crc32], [4, truth.compressedSize],
      [4, truth.size], [2, name.length], [2, 0],
    ]);
    parts.push(local, name, data);
    offset += local.length + name.length + data.length;
    records.push(record(name, { ...truth, ...file.lies }, shape.isZip64 ?? false));
  }
  const directory = Buffer.concat(records);
  const end = endRecords(files.length, directory.length, offset, shape);
  return Buffer.concat([Buffer.from(shape.prefix ?? ""), ...parts, directory, end]);
}

type Stated = Required<NonNullable<ZipFile["lies"]>>;

function record(name: Buffer, stated: Stated, isZip64: boolean): Buffer {
  const wide = [stated.size, stated.compressedSize, stated.localOffset];
  const extra = isZip64
    ? fields([[2, 1], [2, 24], ...wide.map((value) => [8, value] as const)])
    : Buffer.alloc(0);
  const narrow = (value: number): readonly [number, number] => [4, isZip64 ? 0xffffffff : value];
  // prettier-ignore
  const fixed = fields([
      [4, 0x02014b50], [2, 20], [2, 20], [2, stated.flags], [2, stated.method], [4, 0], [4, stated.crc32],
      narrow(stated.compressedSize), narrow(stated.size), [2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0],
      [4, 0], narrow(stated.localOffset),
  ]);
  return Buffer.concat([fixed, name, extra]);
}

function endRecords(count: number, size: number, offset: number, shape: ZipShape): Buffer {
  const comment = Buffer.from(shape.comment ?? "");
  const isZip64 = shape.isZip64 ?? false;
  // prettier-ignore
  const end64 = fields([
    [4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, offset],
    [4, 0x07064b50], [4, 0], [8, offset + size], [4, 1],
  ]);
  // prettier-ignore
  const end = fields([
    [4, 0x06054b50], [2, 0], [2, 0], [2, isZip64 ? 0xffff : count], [2, isZip64 ? 0xffff : count],
    [4, isZip64 ? 0xffffffff : size], [4, isZip64 ? 0xffffffff : offset], [2, comment.length],
  ]);
  return Buffer.concat([...(isZip64 ? [end64] : []), end, comment, Buffer.from(shape.suffix ?? "")]);
}

/** Little-endian values, each with its width in bytes. */
function fields(values: readonly (readonly [width: number, value: number])[]): Buffer {
  const bytes = Buffer.alloc(values.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of values) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(value, at, width);
    at += width;
  }
  return bytes;
}
