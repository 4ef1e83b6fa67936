// SPDX-License-Identifier: Apache-2.0
/** Access to a file of which only parts are at hand, as it is after a stream has passed. */

/** Bytes of the file from `offset` on: fewer than `length` where the file, or what was kept of it, ends earlier. */
export type ReadAt = (offset: number, length: number) => Buffer;

/** Byte offsets in a file, the end exclusive. */
export interface FileRange {
  readonly start: number;
  readonly end: number;
}

/** A whole file, or its first bytes. */
export const readerOf =
  (bytes: Buffer): ReadAt =>
  (offset, length) =>
    bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length));

/** Longest name of a library or version read; a path of NAME_MAX 255 with some folders. */
export const MAX_NAME = 1024;
const MOST_NAMES = 128;

/** The text up to the next NUL; undefined when none comes within `max` bytes, or they are not at hand. */
export function cString(read: ReadAt, offset: number, max = MAX_NAME): string | undefined {
  for (const length of [MOST_NAMES, max]) {
    const bytes = read(offset, length);
    const end = bytes.indexOf(0);
    if (end >= 0) return bytes.toString("utf8", 0, end);
    if (bytes.length < length) return undefined;
  }
  return undefined;
}
