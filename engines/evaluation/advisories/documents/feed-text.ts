// SPDX-License-Identifier: Apache-2.0
/** Which texts are a feed's, of files whose names don't tell. */

/** RustSec's advisories are Markdown behind a block of TOML; Debian's lists begin with a dated advisory. */
const OPENINGS = [/^```toml\r?\n/, /^\s{0,100}\[[^\]\n]{1,40}\] D(?:SA|LA|TSA)-\d/];
const LOOKED_AT = 200;

export function isFeedText(bytes: Buffer): boolean {
  const start = bytes.subarray(0, LOOKED_AT).toString("latin1");
  return OPENINGS.some((opening) => opening.test(start));
}
