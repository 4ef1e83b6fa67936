// SPDX-License-Identifier: Apache-2.0
/** The mark of Go's linker: build information at the start of the writable data. https://pkg.go.dev/debug/buildinfo */
import type { FileRange, ReadAt } from "#lib/elf/index.ts";
import { BUILD_INFO_MAGIC } from "../go/build-info.ts";
import { writableData } from "./writable-ranges.ts";

/** Where debug/buildinfo looked for it before it read the whole segment. */
const START_BYTES = 64 * 1024;
const MAX_RANGES = 8;

/** Parts of the file that `hasGoMark` reads. */
export function goMarkRanges(read: ReadAt): FileRange[] {
  const { ranges = [] } = writableData(read) ?? {};
  return ranges
    .slice(0, MAX_RANGES)
    .map(({ start, end }) => ({ start, end: Math.min(end, start + START_BYTES) }));
}

export const hasGoMark = (read: ReadAt): boolean =>
  goMarkRanges(read).some(({ start, end }) => read(start, end - start).includes(BUILD_INFO_MAGIC));
