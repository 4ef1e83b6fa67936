// SPDX-License-Identifier: Apache-2.0
/**
 * Streams of a compound file (OLE structured storage), which Windows Installer packages are.
 * Source: [MS-CFB] 2.2 header, 2.3 FAT, 2.4 mini FAT, 2.5 DIFAT, 2.6 directory.
 */
import { defineErrors } from "#lib/errors.ts";

export const compoundFileErrors = defineErrors("compound-file", { COMPOUND_FILE_INVALID: "invalid" });

export interface CompoundFile {
  /** Streams directly under the root storage, by their name as it is stored. */
  readonly streams: ReadonlyMap<string, StreamEntry>;
  /** Whole content. @throws COMPOUND_FILE_INVALID for one longer than `maxBytes` or that the file has no room for. */
  read(entry: StreamEntry, maxBytes: number): Buffer;
}

export interface StreamEntry {
  readonly start: number;
  readonly size: number;
}

const SIGNATURE = Buffer.from("d0cf11e0a1b11ae1", "hex");
const HEADER_SIZE = 512;
const ENTRY_SIZE = 128;
const MINI_SECTOR_SHIFT = 6;
/** Larger sector numbers mark the end of a chain or a sector of another kind. */
const MAX_SECTOR = 0xfffffffa;
const NO_ENTRY = 0xffffffff;
const STREAM = 2;
/** An installer with thousands of icons and transforms has as many. */
const MAX_ENTRIES = 50_000;

/** @throws COMPOUND_FILE_INVALID */
export function openCompoundFile(bytes: Buffer): CompoundFile {
  const layout = layoutOf(bytes);
  const directory = chain(layout, layout.directoryStart, MAX_ENTRIES * ENTRY_SIZE, false);
  if (directory.length < ENTRY_SIZE) throw invalid("it has no root storage");
  const root = entryAt(directory, 0);
  let miniStream: Buffer | undefined;
  return {
    streams: childStreams(directory),
    read(entry, maxBytes) {
      if (entry.size > Math.min(maxBytes, bytes.length))
        throw invalid(`a stream of ${entry.size} bytes is too long`);
      if (entry.size >= layout.miniCutoff) return chain(layout, entry.start, entry.size, true);
      miniStream ??= chain(layout, root.start, Math.min(root.size, bytes.length), true);
      return miniChain(layout, miniStream, entry);
    },
  };
}

interface Layout {
  readonly bytes: Buffer;
  readonly sectorShift: number;
  readonly directoryStart: number;
  readonly miniCutoff: number;
  readonly miniFat: () => Buffer;
  readonly fatSectors: readonly number[];
}

function layoutOf(bytes: Buffer): Layout {
  if (bytes.length < HEADER_SIZE || !bytes.subarray(0, 8).equals(SIGNATURE))
    throw invalid("it has no header");
  const sectorShift = bytes.readUInt16LE(30);
  if (sectorShift !== 9 && sectorShift !== 12) throw invalid(`sectors of 2^${sectorShift} bytes`);
  const fatSectors = fatSectorsOf(bytes, sectorShift);
  const [miniFatStart, miniFatCount] = [bytes.readUInt32LE(60), bytes.readUInt32LE(64)];
  let miniFat: Buffer | undefined;
  const layout: Layout = {
    bytes,
    sectorShift,
    directoryStart: bytes.readUInt32LE(48),
    miniCutoff: bytes.readUInt32LE(56),
    fatSectors,
    miniFat: () => (miniFat ??= chain(layout, miniFatStart, miniFatCount * (1 << sectorShift), false)),
  };
  return layout;
}

/** Numbers of the sectors that hold the FAT: 109 in the header, the rest in a chain of DIFAT sectors. */
function fatSectorsOf(bytes: Buffer, sectorShift: number): number[] {
  const most = (bytes.length >>> sectorShift) + 1;
  const sectors: number[] = [];
  const take = (from: number, count: number): void => {
    for (let i = 0; i < count && sectors.length < most; i++) {
      const sector = bytes.readUInt32LE(from + 4 * i);
      if (sector <= MAX_SECTOR) sectors.push(sector);
    }
  };
  take(76, 109);
  const perSector = (1 << (sectorShift - 2)) - 1;
  let next = bytes.readUInt32LE(68);
  for (let seen = 0; next <= MAX_SECTOR && seen < most; seen++) {
    const at = offsetOf(next, sectorShift);
    if (at + 4 * perSector + 4 > bytes.length) throw invalid("its DIFAT leads out of it");
    take(at, perSector);
    next = bytes.readUInt32LE(at + 4 * perSector);
  }
  return sectors;
}

/** Content of a chain of sectors, at most `size` bytes; the last sector of a file may be cut short. */
function chain(layout: Layout, start: number, size: number, isExact: boolean): Buffer {
  const { bytes, sectorShift } = layout;
  const parts: Buffer[] = [];
  let [left, sector] = [size, start];
  while (left > 0 && sector <= MAX_SECTOR) {
    const at = offsetOf(sector, sectorShift);
    const part = bytes.subarray(at, at + Math.min(left, 1 << sectorShift));
    if (part.length === 0) throw invalid("a chain of sectors leads out of it");
    // A chain that is no longer than the file has sectors cannot go round.
    if (parts.length > bytes.length >>> sectorShift) throw invalid("a chain of sectors has no end");
    parts.push(part);
    left -= part.length;
    sector = nextSector(layout, sector);
  }
  if (isExact && left > 0) throw invalid("a chain of sectors ends early");
  return Buffer.concat(parts);
}

function nextSector({ bytes, sectorShift, fatSectors }: Layout, sector: number): number {
  const fatSector = fatSectors[sector >>> (sectorShift - 2)];
  if (fatSector === undefined) throw invalid("its FAT is too short");
  const at = offsetOf(fatSector, sectorShift) + 4 * (sector & ((1 << (sectorShift - 2)) - 1));
  if (at + 4 > bytes.length) throw invalid("its FAT leads out of it");
  return bytes.readUInt32LE(at);
}

function miniChain(layout: Layout, miniStream: Buffer, { start, size }: StreamEntry): Buffer {
  const miniFat = layout.miniFat();
  const content = Buffer.alloc(size);
  let [done, sector] = [0, start];
  while (done < size) {
    const at = sector * (1 << MINI_SECTOR_SHIFT);
    if (at >= miniStream.length) throw invalid("a chain of mini sectors leads out of it");
    done += miniStream.copy(content, done, at, at + Math.min(size - done, 1 << MINI_SECTOR_SHIFT));
    if (done < size && 4 * sector + 4 > miniFat.length) throw invalid("its mini FAT is too short");
    if (done < size) sector = miniFat.readUInt32LE(4 * sector);
  }
  return content;
}

interface DirectoryEntry extends StreamEntry {
  readonly name: string;
  readonly kind: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
}

function entryAt(directory: Buffer, index: number): DirectoryEntry {
  const entry = directory.subarray(index * ENTRY_SIZE, (index + 1) * ENTRY_SIZE);
  const nameBytes = Math.min(Math.max(entry.readUInt16LE(64) - 2, 0), 62) & ~1;
  return {
    name: entry.toString("utf16le", 0, nameBytes),
    kind: entry.readUInt8(66),
    left: entry.readUInt32LE(68),
    right: entry.readUInt32LE(72),
    child: entry.readUInt32LE(76),
    start: entry.readUInt32LE(116),
    size: entry.readUInt32LE(120), // the high half is unused in files under 2 GiB
  };
}

/** The root's children stand in a binary tree of siblings. */
function childStreams(directory: Buffer): Map<string, StreamEntry> {
  const streams = new Map<string, StreamEntry>();
  const count = Math.floor(directory.length / ENTRY_SIZE);
  const seen = new Set<number>([NO_ENTRY, 0]);
  const waiting = [entryAt(directory, 0).child];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (seen.has(index) || index >= count) continue;
    seen.add(index);
    const { name, kind, left, right, start, size } = entryAt(directory, index);
    if (kind === STREAM) streams.set(name, { start, size });
    waiting.push(left, right);
  }
  return streams;
}

const offsetOf = (sector: number, sectorShift: number): number => (sector + 1) * (1 << sectorShift);

const invalid = (message: string): Error =>
  compoundFileErrors.make("COMPOUND_FILE_INVALID", `not a readable compound file: ${message}`);
