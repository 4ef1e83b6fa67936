// SPDX-License-Identifier: Apache-2.0
/** PE executables and DLLs, read from as little of the file as is at hand. */
export { readPeHeader, sectionFlags, type PeHeader, type PeSection } from "./header.ts";
export { peRanges, readPe, type PeFacts } from "./pe-facts.ts";
export type { VersionStrings } from "./version-info.ts";
