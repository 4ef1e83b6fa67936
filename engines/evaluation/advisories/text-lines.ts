// SPDX-License-Identifier: Apache-2.0
/** Lines of bytes in memory, one text at a time: together they may be longer than a text can be (512 MiB). */

export function* textLines(bytes: Buffer): Generator<string, void> {
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(10, at);
    const end = found < 0 ? bytes.length : found;
    yield bytes.toString("utf8", at, end);
    at = end + 1;
  }
}
