// SPDX-License-Identifier: Apache-2.0
/** Text of strangers (file names, registries' answers, advisories) made harmless before it reaches a terminal. */

/** Room for one message; a hostile one must not scroll the screen away. */
const MAX_LINE = 2000;

/** One line: control, direction and line-separating characters become `?`, and what is too long is cut. */
export function printable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
  return clean.length <= MAX_LINE ? clean : `${clean.slice(0, MAX_LINE)}...`;
}
