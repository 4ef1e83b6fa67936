// SPDX-License-Identifier: Apache-2.0
/** The dynamic section's entries. System V ABI, "Dynamic Section"; GNU and Solaris tags as in glibc's elf.h. */
import { Fields, type ElfLayout } from "./layout.ts";

export const tags = {
  needed: 1,
  strings: 5,
  stringsSize: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  flags1: 0x6ffffffb,
  versionNeeds: 0x6ffffffe,
  versionNeedsCount: 0x6fffffff,
} as const;

/** DF_1_PIE: a position-independent executable and not a shared object. */
export const FLAG_PIE = 0x08000000;

export interface DynamicSection {
  /** First value of a tag. */
  value(tag: number): number | undefined;
  /** Values of DT_NEEDED in the file's order. */
  readonly needed: readonly number[];
}

/** Reads to DT_NULL or the end of `bytes`. */
export function readDynamic(bytes: Buffer, layout: ElfLayout): DynamicSection {
  const word = layout.is64 ? 8 : 4;
  const fields = new Fields(bytes, layout);
  const values = new Map<number, number>();
  const needed: number[] = [];
  for (let at = 0; at + 2 * word <= bytes.length; at += 2 * word) {
    const [tag, value] = [fields.word(at), fields.word(at + word)];
    if (tag === 0) break;
    if (tag === tags.needed) needed.push(value);
    else if (!values.has(tag)) values.set(tag, value);
  }
  return { value: (tag) => values.get(tag), needed };
}
