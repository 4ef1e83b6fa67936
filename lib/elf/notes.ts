// SPDX-License-Identifier: Apache-2.0
/** Notes in a PT_NOTE segment. System V ABI, "Note Section"; GNU build-id as ld's --build-id writes it. */
import { Fields, type ElfLayout } from "./layout.ts";

export interface ElfNote {
  /** Owner without its NUL: `GNU`, `Go`. */
  readonly name: string;
  readonly type: number;
  readonly description: Buffer;
}

export const NOTE_GNU_BUILD_ID = 3;
export const NOTE_GO_BUILD_ID = 4;
const HEAD_BYTES = 12;
/** Owners' names are short; a longer one is damage. */
const MAX_NAME = 64;

/** In the file's order, up to the first that is damaged. `alignment` is the segment's: 8, or 4 for all else. */
export function readNotes(bytes: Buffer, layout: ElfLayout, alignment: number): ElfNote[] {
  const unit = alignment === 8 ? 8 : 4;
  const padded = (length: number): number => Math.ceil(length / unit) * unit;
  const fields = new Fields(bytes, layout);
  const notes: ElfNote[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const [nameSize, size, type] = [fields.u32(at), fields.u32(at + 4), fields.u32(at + 8)];
    const start = at + padded(HEAD_BYTES + nameSize);
    if (nameSize > MAX_NAME || start + size > bytes.length) break;
    const name = bytes.toString("latin1", at + HEAD_BYTES, at + HEAD_BYTES + nameSize).replace(/\0+$/, "");
    notes.push({ name, type, description: bytes.subarray(start, start + size) });
    at = start + padded(size);
  }
  return notes;
}
