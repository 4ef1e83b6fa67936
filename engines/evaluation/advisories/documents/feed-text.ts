// SPDX-License-Identifier: Apache-2.0
/** What the beginning of a file tells: which texts are a feed's, of files whose names don't tell, and which XML is OVAL. */

/** RustSec's advisories are Markdown behind a block of TOML; Debian's lists begin with a dated advisory. */
const OPENINGS = [/^```toml\r?\n/, /^\s{0,100}\[[^\]\n]{1,40}\] D(?:SA|LA|TSA)-\d/];
const LOOKED_AT = 200;

export function isFeedText(bytes: Buffer): boolean {
  const start = bytes.subarray(0, LOOKED_AT).toString("latin1");
  return OPENINGS.some((opening) => opening.test(start));
}

/** Of an XML document, where its root stands. */
export const HEAD_BYTES = 8192;

/** @param head the first `HEAD_BYTES`, as a text or as bytes */
export function isOval(head: string | Uint8Array): boolean {
  const text = typeof head === "string" ? head.slice(0, HEAD_BYTES) : Buffer.from(head).toString("latin1");
  return /<(?:[\w-]{1,40}:)?oval_definitions\b/.test(text);
}
