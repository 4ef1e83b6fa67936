// SPDX-License-Identifier: Apache-2.0
/** ELF header and program headers. System V ABI, "ELF Header" and "Program Header". */
import { Fields, layoutOf, type ElfLayout } from "./layout.ts";
import type { FileRange, ReadAt } from "../read-at.ts";

export const segmentTypes = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
export const segmentFlags = { execute: 1, write: 2 } as const;
export const fileTypes = { executable: 2, shared: 3 } as const;

export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly alignment: number;
}

export interface ElfHeader extends ElfLayout {
  /** e_type */
  readonly type: number;
  /** e_machine */
  readonly machine: number;
  /** Where the program headers stand in the file. */
  readonly table: FileRange;
  /** Where the section headers stand, and the size of one. */
  readonly sections: FileRange & { readonly entrySize: number };
  /** Empty where the table is not at hand. */
  readonly segments: readonly ElfSegment[];
}

/** Real files have under 20; extended numbering (PN_XNUM) is for core dumps. */
const MAX_SEGMENTS = 1024;

/** Headers whose table is at hand: what a file's bytes say does not change, and a file is asked for it many times. */
const known = new WeakMap<ReadAt, ElfHeader>();

/** Undefined when `read` gives no ELF header. A table that is too long is cut. */
export function readElfHeader(read: ReadAt): ElfHeader | undefined {
  const before = known.get(read);
  if (before) return before;
  const header = parseHeader(read);
  if (header && header.segments.length > 0) known.set(read, header);
  return header;
}

function parseHeader(read: ReadAt): ElfHeader | undefined {
  const bytes = read(0, 64);
  const layout = layoutOf(bytes);
  if (!layout || bytes.length < (layout.is64 ? 64 : 52)) return undefined;
  const fields = new Fields(bytes, layout);
  const [start, size, count] = layout.is64
    ? [fields.word(32), fields.u16(54), fields.u16(56)]
    : [fields.u32(28), fields.u16(42), fields.u16(44)];
  const isUsable = size >= (layout.is64 ? 56 : 32) && Number.isSafeInteger(start);
  const end = isUsable ? start + size * Math.min(count, MAX_SEGMENTS) : start;
  const table = read(start, end - start);
  const segments: ElfSegment[] = [];
  if (end > start && table.length === end - start) {
    const rows = new Fields(table, layout);
    for (let at = 0; at < table.length; at += size) segments.push(segmentAt(rows, at, layout.is64));
  }
  return {
    ...layout,
    type: fields.u16(16),
    machine: fields.u16(18),
    table: { start, end },
    sections: sectionTable(fields, layout),
    segments,
  };
}

function sectionTable(fields: Fields, { is64 }: ElfLayout): ElfHeader["sections"] {
  const start = fields.word(is64 ? 40 : 32);
  const [entrySize, count] = is64 ? [fields.u16(58), fields.u16(60)] : [fields.u16(46), fields.u16(48)];
  const isUsable = entrySize >= (is64 ? 64 : 40) && Number.isSafeInteger(start);
  return { start, end: isUsable ? start + entrySize * count : start, entrySize };
}

function segmentAt(fields: Fields, at: number, is64: boolean): ElfSegment {
  const type = fields.u32(at);
  if (is64) {
    return {
      type,
      flags: fields.u32(at + 4),
      offset: fields.word(at + 8),
      address: fields.word(at + 16),
      fileSize: fields.word(at + 32),
      alignment: fields.word(at + 48),
    };
  }
  return {
    type,
    flags: fields.u32(at + 24),
    offset: fields.u32(at + 4),
    address: fields.u32(at + 8),
    fileSize: fields.u32(at + 16),
    alignment: fields.u32(at + 28),
  };
}

/** Executables and shared objects; no object files, no core dumps. */
export const isLinked = ({ type }: ElfHeader): boolean =>
  type === fileTypes.executable || type === fileTypes.shared;

/** Where an address of the loaded program stands in the file; `end` is the end of its segment there. */
export function fileRangeOf(header: ElfHeader, address: number): FileRange | undefined {
  for (const { type, offset, address: start, fileSize } of header.segments) {
    if (type !== segmentTypes.load || address < start || address >= start + fileSize) continue;
    return { start: address - start + offset, end: offset + fileSize };
  }
  return undefined;
}

/** The file's bytes of each segment of the type, in the table's order; none where they are none or past 2^53. */
export function segmentRanges(header: ElfHeader, type: number): FileRange[] {
  return header.segments
    .filter((segment) => segment.type === type && segment.fileSize > 0)
    .map(({ offset, fileSize }) => ({ start: offset, end: offset + fileSize }))
    .filter(({ end }) => Number.isSafeInteger(end));
}
