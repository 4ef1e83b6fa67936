// SPDX-License-Identifier: Apache-2.0
/** ELF executables and shared objects, read from as little of the file as is at hand. */
export { readElf, type ElfFacts } from "./elf-facts.ts";
export { readElfHeader, segmentFlags, segmentTypes, type ElfHeader, type ElfSegment } from "./header.ts";
export { elfRanges } from "./ranges.ts";
export { readerOf, type FileRange, type ReadAt } from "../read-at.ts";
export type { VersionNeed } from "./version-needs.ts";
