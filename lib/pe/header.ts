// SPDX-License-Identifier: Apache-2.0
/** PE headers, data directories and sections. Microsoft PE Format, "File Headers" and "Section Table". */
import type { FileRange, ReadAt } from "../read-at.ts";

export interface PeSection {
  readonly name: string;
  readonly address: number;
  /** Bytes when loaded; those past the file's are zero. */
  readonly size: number;
  readonly range: FileRange;
  /** IMAGE_SCN_* flags. */
  readonly flags: number;
}

export interface PeDirectory {
  /** Relative virtual address. */
  readonly address: number;
  readonly size: number;
}

export interface PeHeader {
  readonly machine: number;
  readonly isDll: boolean;
  readonly imageBase: number;
  readonly directories: readonly PeDirectory[];
  readonly sections: readonly PeSection[];
  /** The headers' own bytes in the file. */
  readonly range: FileRange;
  /** Whether the headers were at hand to their end. */
  readonly isWhole: boolean;
}

export const directoryIndex = { imports: 1, resources: 2, delayImports: 13 } as const;
export const sectionFlags = { execute: 0x20000000, write: 0x80000000 } as const;

const E_LFANEW = 0x3c;
const COFF_BYTES = 24;
const SECTION_BYTES = 40;
const IMAGE_FILE_DLL = 0x2000;
/** Windows loads at most 96. */
const MAX_SECTIONS = 256;
const MAX_DIRECTORIES = 16;
/** Stub programs in front of the header have some hundred bytes. */
const MAX_STUB_BYTES = 64 * 1024;

/** Undefined for what is no PE file; DOS programs begin alike. */
export function readPeHeader(read: ReadAt): PeHeader | undefined {
  const dos = read(0, 64);
  if (dos.length < 64 || dos.readUInt16LE(0) !== 0x5a4d) return undefined;
  const start = dos.readUInt32LE(E_LFANEW);
  const coff = start <= MAX_STUB_BYTES ? read(start, COFF_BYTES) : undefined;
  if (coff?.length !== COFF_BYTES || coff.readUInt32BE(0) !== 0x50450000) return undefined;
  const optionalSize = coff.readUInt16LE(20);
  const optional = read(start + COFF_BYTES, optionalSize);
  const tableStart = start + COFF_BYTES + optionalSize;
  const count = Math.min(coff.readUInt16LE(6), MAX_SECTIONS);
  const table = read(tableStart, count * SECTION_BYTES);
  return {
    machine: coff.readUInt16LE(4),
    isDll: (coff.readUInt16LE(22) & IMAGE_FILE_DLL) !== 0,
    ...optionalFields(optional),
    sections: sectionsOf(table),
    range: { start, end: tableStart + count * SECTION_BYTES },
    isWhole: optional.length === optionalSize && table.length === count * SECTION_BYTES,
  };
}

function optionalFields(bytes: Buffer): Pick<PeHeader, "imageBase" | "directories"> {
  const isPlus = bytes.length >= 2 && bytes.readUInt16LE(0) === 0x20b;
  const countAt = isPlus ? 108 : 92;
  if (bytes.length < countAt + 4) return { imageBase: 0, directories: [] };
  const imageBase = isPlus
    ? bytes.readUInt32LE(28) * 0x1_0000_0000 + bytes.readUInt32LE(24)
    : bytes.readUInt32LE(28);
  const directories: PeDirectory[] = [];
  const count = Math.min(bytes.readUInt32LE(countAt), MAX_DIRECTORIES);
  for (let at = countAt + 4; directories.length < count && at + 8 <= bytes.length; at += 8) {
    directories.push({ address: bytes.readUInt32LE(at), size: bytes.readUInt32LE(at + 4) });
  }
  return { imageBase, directories };
}

function sectionsOf(table: Buffer): PeSection[] {
  const sections: PeSection[] = [];
  for (let at = 0; at + SECTION_BYTES <= table.length; at += SECTION_BYTES) {
    const [size, address] = [table.readUInt32LE(at + 8), table.readUInt32LE(at + 12)];
    const [fileSize, start] = [table.readUInt32LE(at + 16), table.readUInt32LE(at + 20)];
    sections.push({
      name: table.toString("latin1", at, at + 8).replace(/\0+$/, ""),
      address,
      size,
      range: { start, end: start + fileSize },
      flags: table.readUInt32LE(at + 36),
    });
  }
  return sections;
}

/** Where an address stands in the file; `end` is the end of its section there. */
export function fileRangeOf({ sections }: PeHeader, address: number): FileRange | undefined {
  for (const section of sections) {
    const start = section.range.start + address - section.address;
    if (address >= section.address && start < section.range.end) return { start, end: section.range.end };
  }
  return undefined;
}

/** The directory's place in the file, to the end of its section. */
export function directoryRange(header: PeHeader, index: number): (FileRange & { size: number }) | undefined {
  const directory = header.directories[index];
  if (!directory || directory.address === 0) return undefined;
  const range = fileRangeOf(header, directory.address);
  return range && { ...range, size: directory.size };
}
