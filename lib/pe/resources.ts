// SPDX-License-Identifier: Apache-2.0
/** The version resource's place. Microsoft PE Format, "The .rsrc Section": a tree of type, name and language. */
import { directoryIndex, directoryRange, fileRangeOf, type PeHeader } from "./header.ts";
import type { FileRange, ReadAt } from "../read-at.ts";

const RT_VERSION = 16;
const TABLE_BYTES = 16;
const ENTRY_BYTES = 8;
const SUBTREE = 0x80000000;
const LEVELS = 3;
const MAX_ENTRIES = 4096;
/** Version resources have under 4 KiB; the length fields in them are of 16 bits. */
const MAX_VERSION_BYTES = 64 * 1024;

/** Undefined where there is none, or the tree is not at hand. */
export function versionResourceRange(header: PeHeader, read: ReadAt): FileRange | undefined {
  const root = directoryRange(header, directoryIndex.resources);
  if (!root) return undefined;
  let at = root.start;
  for (let level = 0; level < LEVELS; level++) {
    const entry = entryOf(read, at, level === 0 ? RT_VERSION : undefined);
    if (entry === undefined) return undefined;
    const isSubtree = entry >= SUBTREE;
    at = root.start + (entry % SUBTREE);
    if (isSubtree === (level === LEVELS - 1)) return undefined;
  }
  const data = read(at, 8);
  if (data.length < 8) return undefined;
  const range = fileRangeOf(header, data.readUInt32LE(0));
  if (!range) return undefined;
  const size = Math.min(data.readUInt32LE(4), MAX_VERSION_BYTES);
  return { start: range.start, end: Math.min(range.end, range.start + size) };
}

/** Value of the entry with the id, or of the first one. */
function entryOf(read: ReadAt, at: number, id: number | undefined): number | undefined {
  const table = read(at, TABLE_BYTES);
  if (table.length < TABLE_BYTES) return undefined;
  const count = Math.min(table.readUInt16LE(12) + table.readUInt16LE(14), MAX_ENTRIES);
  const entries = read(at + TABLE_BYTES, count * ENTRY_BYTES);
  for (let entry = 0; entry + ENTRY_BYTES <= entries.length; entry += ENTRY_BYTES) {
    if (id === undefined || entries.readUInt32LE(entry) === id) return entries.readUInt32LE(entry + 4);
  }
  return undefined;
}
