// SPDX-License-Identifier: Apache-2.0
/** How deep JSON nests (RFC 8259, section 9: a parser may set limits), found before anything is allocated for it. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** True when brackets and braces outside of strings nest deeper than `max`. Text that is no JSON is the parser's business. */
export function nestsDeeper(text: string, max: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > max) return true;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return false;
}

/** Of the closing quote; the text's length where there is none. */
function endOfString(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    let before = close - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((close - before) % 2 === 1) return close;
  }
  return text.length;
}
