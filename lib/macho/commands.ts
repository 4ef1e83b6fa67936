// SPDX-License-Identifier: Apache-2.0
/** Load commands of one Mach-O slice. Apple's mach-o/loader.h. */
import type { MachHeader } from "./header.ts";
import { cString, readerOf, type FileRange, type ReadAt } from "../read-at.ts";

export interface MachCommand {
  /** LC_* */
  readonly type: number;
  readonly bytes: Buffer;
}

export interface MachSegment {
  readonly name: string;
  readonly isWritable: boolean;
  readonly range: FileRange;
  readonly sections: readonly { readonly name: string; readonly range: FileRange }[];
}

const LC_SEGMENT = 0x1;
const LC_SEGMENT_64 = 0x19;
const HEAD_BYTES = 8;
const VM_PROT_WRITE = 2;
/** Large programs have under 200. */
const MAX_COMMANDS = 4096;

/** In the file's order; `isWhole` is false where one is damaged or not at hand. */
export function readCommands(
  header: MachHeader,
  read: ReadAt,
): { commands: MachCommand[]; isWhole: boolean } {
  const { start, end } = header.commands;
  const bytes = read(start, end - start);
  const commands: MachCommand[] = [];
  const count = Math.min(header.commandCount, MAX_COMMANDS);
  for (let at = 0; commands.length < count;) {
    const [type, size] =
      at + HEAD_BYTES <= bytes.length ? [u32(header, bytes, at), u32(header, bytes, at + 4)] : [0, 0];
    if (size < HEAD_BYTES || at + size > bytes.length) break;
    commands.push({ type, bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return { commands, isWhole: commands.length === header.commandCount };
}

export function u32({ isLittle }: MachHeader, bytes: Buffer, at: number): number {
  return isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

/** The text whose offset in the command stands at byte 8: a dylib's or linker's name, a path. */
export function commandText(header: MachHeader, { bytes }: MachCommand): string | undefined {
  if (bytes.length < 12) return undefined;
  const offset = u32(header, bytes, 8);
  // A text that fills its command has no NUL.
  return cString(readerOf(Buffer.concat([bytes, Buffer.of(0)])), offset);
}

/** Segments with their sections, in the commands' order; ranges are of the whole file. */
export function machSegments(header: MachHeader, commands: readonly MachCommand[]): MachSegment[] {
  return commands.flatMap((command) => {
    const is64 = command.type === LC_SEGMENT_64;
    const headBytes = is64 ? 72 : 56;
    if ((!is64 && command.type !== LC_SEGMENT) || command.bytes.length < headBytes) return [];
    return [segmentOf(header, command.bytes, is64, headBytes)];
  });
}

function segmentOf(header: MachHeader, bytes: Buffer, is64: boolean, headBytes: number): MachSegment {
  const number = (at: number): number => u32(header, bytes, at);
  const word = (at: number): number =>
    header.isLittle ? number(at + 4) * 2 ** 32 + number(at) : number(at) * 2 ** 32 + number(at + 4);
  const range = (offset: number, size: number): FileRange => ({
    start: header.start + offset,
    end: header.start + offset + size,
  });
  const sectionBytes = is64 ? 80 : 68;
  const count = Math.min(number(headBytes - 8), Math.floor((bytes.length - headBytes) / sectionBytes));
  const sections = Array.from({ length: count }, (_, index) => {
    const at = headBytes + index * sectionBytes;
    const [size, offset] = is64 ? [word(at + 40), number(at + 48)] : [number(at + 36), number(at + 40)];
    return { name: nameAt(bytes, at), range: range(offset, size) };
  });
  const [offset, size] = is64 ? [word(40), word(48)] : [number(32), number(36)];
  const protection = number(headBytes - 12);
  return {
    name: nameAt(bytes, 8),
    isWritable: (protection & VM_PROT_WRITE) !== 0,
    range: range(offset, size),
    sections,
  };
}

const nameAt = (bytes: Buffer, at: number): string =>
  bytes.toString("latin1", at, at + 16).replace(/\0[^]*$/, "");
