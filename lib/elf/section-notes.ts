// SPDX-License-Identifier: Apache-2.0
/**
 * Notes that no PT_NOTE segment covers: Go's linker puts the section headers in front and the GNU build-id outside of
 * its note segment. System V ABI, "Sections".
 */
import { Fields } from "./layout.ts";
import { MAX_NOTE_BYTES, MAX_NOTES, MAX_SECTION_TABLE_BYTES } from "./limits.ts";
import type { ElfHeader } from "./header.ts";
import type { FileRange, ReadAt } from "../read-at.ts";

export interface NoteRange {
  readonly range: FileRange;
  readonly alignment: number;
}

const SHT_NOTE = 7;

/** Empty where the section headers are not among the file's first bytes. */
export function sectionNotes({ sections, is64, isLittle }: ElfHeader, read: ReadAt): NoteRange[] {
  const { start, end, entrySize } = sections;
  if (end === start || end > MAX_SECTION_TABLE_BYTES) return [];
  const table = read(start, end - start);
  const notes: NoteRange[] = [];
  for (let at = 0; at + entrySize <= table.length && notes.length < MAX_NOTES; at += entrySize) {
    const fields = new Fields(table.subarray(at, at + entrySize), { is64, isLittle });
    if (fields.u32(4) !== SHT_NOTE) continue;
    const offset = fields.word(is64 ? 24 : 16);
    const size = Math.min(fields.word(is64 ? 32 : 20), MAX_NOTE_BYTES);
    notes.push({ range: { start: offset, end: offset + size }, alignment: fields.word(is64 ? 48 : 32) });
  }
  return notes;
}
