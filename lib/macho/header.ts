// SPDX-License-Identifier: Apache-2.0
/** Mach-O headers, of one architecture or of several in a fat file. Apple's mach-o/loader.h and mach-o/fat.h. */
import type { FileRange, ReadAt } from "../read-at.ts";

export interface MachHeader {
  readonly is64: boolean;
  readonly isLittle: boolean;
  /** cputype */
  readonly cpu: number;
  /** MH_* */
  readonly type: number;
  /** Where the slice begins in the file; offsets in load commands count from here. */
  readonly start: number;
  readonly commandCount: number;
  readonly commands: FileRange;
}

export interface MachFile {
  /** Of all slices, in the file's order. */
  readonly cpus: readonly number[];
  /** The first slice; undefined where it is not at hand. */
  readonly first: MachHeader | undefined;
  /** Where the first slice's header stands. */
  readonly firstRange: FileRange;
}

export const machTypes = { execute: 2, dylib: 6, dylinker: 7, bundle: 8 } as const;

const MAGIC = 0xfeedface;
const MAGIC_64 = 0xfeedfacf;
const FAT = 0xcafebabe;
const FAT_64 = 0xcafebabf;
/** Java classes begin with the same bytes as fat files; there a version of at least 45 follows. */
const MAX_SLICES = 30;
const HEADER_BYTES = 32;
/** Load commands of large programs take 10 KiB. */
const MAX_COMMANDS_BYTES = 1024 * 1024;

/** Undefined when the first bytes are of no Mach-O file, or the first slice is none: an archive may be fat too. */
export function readMachFile(read: ReadAt): MachFile | undefined {
  const magic = read(0, 8);
  if (magic.length < 8) return undefined;
  const kind = magic.readUInt32BE(0);
  if (kind !== FAT && kind !== FAT_64) {
    const first = readMachHeader(read, 0);
    return typeof first === "object"
      ? { cpus: [first.cpu], first, firstRange: { start: 0, end: HEADER_BYTES } }
      : undefined;
  }
  const count = magic.readUInt32BE(4);
  const size = kind === FAT ? 20 : 32;
  const table = count > 0 && count <= MAX_SLICES ? read(8, count * size) : undefined;
  if (table?.length !== count * size) return undefined;
  const cpus = Array.from({ length: count }, (_, index) => table.readUInt32BE(index * size));
  const start =
    kind === FAT ? table.readUInt32BE(8) : table.readUInt32BE(8) * 2 ** 32 + table.readUInt32BE(12);
  const first = readMachHeader(read, start);
  if (first === "none") return undefined;
  return {
    cpus,
    first: first === "cut" ? undefined : first,
    firstRange: { start, end: start + HEADER_BYTES },
  };
}

function readMachHeader(read: ReadAt, start: number): MachHeader | "cut" | "none" {
  const bytes = read(start, HEADER_BYTES);
  if (bytes.length < HEADER_BYTES) return "cut";
  const isLittle = (bytes[0] ?? 0) >= 0xce;
  const magic = isLittle ? bytes.readUInt32LE(0) : bytes.readUInt32BE(0);
  if (magic !== MAGIC && magic !== MAGIC_64) return "none";
  const u32 = (at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const is64 = magic === MAGIC_64;
  const commandsStart = start + (is64 ? 32 : 28);
  return {
    is64,
    isLittle,
    cpu: u32(4),
    type: u32(12),
    start,
    commandCount: u32(16),
    commands: { start: commandsStart, end: commandsStart + Math.min(u32(20), MAX_COMMANDS_BYTES) },
  };
}
