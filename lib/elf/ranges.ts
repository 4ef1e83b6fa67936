// SPDX-License-Identifier: Apache-2.0
/** Which parts of an ELF file have to be at hand, found while it streams by. */
import { readDynamic, tags } from "./dynamic.ts";
import { stringsOf } from "./elf-facts.ts";
import {
  fileRangeOf,
  isLinked,
  readElfHeader,
  segmentRanges,
  segmentTypes,
  type ElfHeader,
} from "./header.ts";
import {
  MAX_BEFORE_DYNAMIC_BYTES,
  MAX_BEFORE_TABLE_BYTES,
  MAX_DYNAMIC_BYTES,
  MAX_HEAD_BYTES,
  MAX_NOTE_BYTES,
  MAX_NOTES,
  MAX_PATH_BYTES,
  MAX_SECTION_TABLE_BYTES,
  MAX_VERSION_NEEDS_BYTES,
} from "./limits.ts";
import { sectionNotes } from "./section-notes.ts";
import type { FileRange, ReadAt } from "../read-at.ts";

/**
 * The ranges that `readElf` reads, as far as what `read` gives tells: ask again when a range has come. Where a linker
 * puts the string table before the section that names its place, the ranges are where linkers are known to put it.
 * Undefined for what `readElf` does not read.
 */
export function elfRanges(read: ReadAt): FileRange[] | undefined {
  const header = readElfHeader(read);
  if (!header || !isLinked(header)) return undefined;
  const { start, end } = header.sections;
  const ranges = end <= MAX_SECTION_TABLE_BYTES ? [{ start, end }] : [];
  ranges.push(...tableRanges(header), ...sectionNotes(header, read).map(({ range }) => range));
  for (const range of segmentRanges(header, segmentTypes.note).slice(0, MAX_NOTES)) {
    ranges.push(cut(range, MAX_NOTE_BYTES));
  }
  for (const range of segmentRanges(header, segmentTypes.interpreter).slice(0, 1)) {
    ranges.push(cut(range, MAX_PATH_BYTES));
  }
  const [dynamic] = segmentRanges(header, segmentTypes.dynamic);
  return dynamic ? [...ranges, ...linkingRanges(header, dynamic, read)] : ranges;
}

/** BOLT moves the program headers into a new segment: then all is kept that they may turn out to name. */
function tableRanges({ table, segments }: ElfHeader): FileRange[] {
  if (segments.length > 0 || table.end === table.start) return [];
  const near = Math.max(0, table.start - MAX_BEFORE_TABLE_BYTES);
  return [
    { start: 0, end: MAX_HEAD_BYTES },
    { start: near, end: table.end },
  ];
}

function linkingRanges(header: ElfHeader, dynamic: FileRange, read: ReadAt): FileRange[] {
  const range = cut(dynamic, MAX_DYNAMIC_BYTES);
  const bytes = read(range.start, range.end - range.start);
  const firstLoad = segmentRanges(header, segmentTypes.load).find(({ start }) => start < MAX_HEAD_BYTES);
  const ranges = [{ start: Math.max(0, range.start - MAX_BEFORE_DYNAMIC_BYTES), end: range.end }];
  if (firstLoad) ranges.push({ start: 0, end: Math.min(firstLoad.end, MAX_HEAD_BYTES) });
  if (bytes.length < range.end - range.start) return ranges;
  const section = readDynamic(bytes, header);
  const strings = stringsOf(section, header);
  if (strings) ranges.push(cut(strings, MAX_HEAD_BYTES));
  const needs = section.value(tags.versionNeeds);
  const needsRange = needs === undefined ? undefined : fileRangeOf(header, needs);
  if (needsRange) ranges.push(cut(needsRange, MAX_VERSION_NEEDS_BYTES));
  return ranges;
}

const cut = ({ start, end }: FileRange, length: number): FileRange => ({
  start,
  end: Math.min(end, start + length),
});
