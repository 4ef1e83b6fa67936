// SPDX-License-Identifier: Apache-2.0
/** Mach-O executables and dylibs, read from as little of the file as is at hand. */
export { machSegments, readCommands, type MachSegment } from "./commands.ts";
export { readMachFile, type MachFile, type MachHeader } from "./header.ts";
export { machRanges, readMach, type MachFacts } from "./macho-facts.ts";
