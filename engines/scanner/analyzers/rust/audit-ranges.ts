// SPDX-License-Identifier: Apache-2.0
/**
 * Where a binary's `.dep-v0` section can be, from its first bytes. PE and Mach-O name it there. ELF names it at its end,
 * but the section is not loaded: linkers put it behind all that is.
 * Source: https://github.com/rust-secure-code/cargo-auditable, PARSING.md
 */
import { readElfHeader, segmentTypes, type FileRange, type ReadAt } from "#lib/elf/index.ts";
import { machSegments, readCommands, readMachFile } from "#lib/macho/index.ts";
import { readPeHeader } from "#lib/pe/index.ts";
import type { HeaderRanges } from "../native/binary-head.ts";

const SECTION_NAMES = new Set([".dep-v0", "rust-deps-v0"]);
/** Program headers further on have been moved, and are not waited for. */
const MAX_HEADERS_END = 64 * 1024;

/** Undefined when `read` gives no header of a binary. */
export function auditRanges(read: ReadAt): HeaderRanges | undefined {
  const found = elfRanges(read) ?? peRanges(read) ?? machRanges(read);
  return found && { ...found, ranges: found.ranges.toSorted((a, b) => a.start - b.start) };
}

function elfRanges(read: ReadAt): HeaderRanges | undefined {
  const header = readElfHeader(read);
  if (!header) return undefined;
  const { segments, table } = header;
  if (segments.length === 0 && table.end > table.start) {
    return table.end > MAX_HEADERS_END
      ? { ranges: [{ start: table.end, end: Infinity }] }
      : { ranges: [], headersEnd: table.end };
  }
  const loaded = segments
    .filter(({ type }) => type === segmentTypes.load)
    .map(({ offset, fileSize }) => ({ start: offset, end: offset + fileSize }))
    .sort((a, b) => a.start - b.start);
  const ranges: FileRange[] = [];
  let start = table.end;
  for (const segment of loaded) {
    if (segment.start > start) ranges.push({ start, end: segment.start });
    start = Math.max(start, segment.end);
  }
  return { ranges: [...ranges, { start, end: Infinity }] };
}

function peRanges(read: ReadAt): HeaderRanges | undefined {
  const header = readPeHeader(read);
  if (!header) return undefined;
  if (!header.isWhole) return { ranges: [], headersEnd: header.range.end };
  return { ranges: header.sections.filter(({ name }) => SECTION_NAMES.has(name)).map(({ range }) => range) };
}

function machRanges(read: ReadAt): HeaderRanges | undefined {
  const file = readMachFile(read);
  if (!file) return undefined;
  if (!file.first) return { ranges: [], headersEnd: file.firstRange.end };
  const { commands, isWhole } = readCommands(file.first, read);
  const sections = machSegments(file.first, commands).flatMap((segment) => segment.sections);
  return {
    ranges: sections.filter(({ name }) => SECTION_NAMES.has(name)).map(({ range }) => range),
    ...(isWhole ? {} : { headersEnd: file.first.commands.end }),
  };
}
