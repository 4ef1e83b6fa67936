// SPDX-License-Identifier: Apache-2.0
/** Where a program's writable data lies in its file: there Go's linker puts its build information. */
import { readElfHeader, segmentFlags, segmentTypes, type ReadAt } from "#lib/elf/index.ts";
import { machSegments, readCommands, readMachFile } from "#lib/macho/index.ts";
import { readPeHeader, sectionFlags } from "#lib/pe/index.ts";
import type { HeaderRanges } from "./binary-head.ts";

const GO_SECTION = "__go_buildinfo";
/** Writable parts looked at; real programs have under 10. */
const MAX_RANGES = 64;

/** Undefined when `read` gives no header of a binary. */
export function writableData(read: ReadAt): HeaderRanges | undefined {
  const found = elfData(read) ?? peData(read) ?? machData(read);
  if (!found) return undefined;
  const ranges = found.ranges
    .filter(({ start, end }) => end > start && Number.isSafeInteger(end))
    .sort((a, b) => a.start - b.start)
    .slice(0, MAX_RANGES);
  return { ...found, ranges };
}

function elfData(read: ReadAt): HeaderRanges | undefined {
  const header = readElfHeader(read);
  if (!header) return undefined;
  const { segments, table } = header;
  if (segments.length === 0 && table.end > table.start) return { ranges: [], headersEnd: table.end };
  const ranges = segments
    .filter(({ type, flags }) => type === segmentTypes.load && (flags & segmentFlags.write) !== 0)
    .map(({ offset, fileSize }) => ({ start: offset, end: offset + fileSize }));
  return { ranges };
}

function peData(read: ReadAt): HeaderRanges | undefined {
  const header = readPeHeader(read);
  if (!header) return undefined;
  if (!header.isWhole) return { ranges: [], headersEnd: header.range.end };
  const writable = header.sections.filter(({ flags }) => (flags & sectionFlags.write) !== 0);
  return { ranges: writable.map(({ range }) => range) };
}

function machData(read: ReadAt): HeaderRanges | undefined {
  const file = readMachFile(read);
  if (!file) return undefined;
  if (!file.first) return { ranges: [], headersEnd: file.firstRange.end };
  const { commands, isWhole } = readCommands(file.first, read);
  const segments = machSegments(file.first, commands);
  const named = segments.flatMap(({ sections }) => sections.filter(({ name }) => name === GO_SECTION));
  const chosen = named.length > 0 ? named : segments.filter(({ isWritable }) => isWritable);
  return {
    ranges: chosen.map(({ range }) => range),
    ...(isWhole ? {} : { headersEnd: file.first.commands.end }),
  };
}
