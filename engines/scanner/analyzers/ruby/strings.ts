// SPDX-License-Identifier: Apache-2.0
/** String literals in a line of Ruby: "double", 'single' and %q<angle>. Ruby's doc/syntax/literals.rdoc, "Strings". */

const ESCAPE = /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|(.))/g;
const CONTROLS: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  e: "\u001b",
  s: " ",
  0: "\0",
};
/** Authors and licences of one gem; the most known is some hundred. */
const MAX_LITERALS = 1000;

/** Their values in order, up to one that has no end. A `#{...}` in them stays as it stands. */
export function rubyStrings(line: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < line.length && values.length < MAX_LITERALS; at++) {
    const sign = line.charAt(at);
    const isAngle = sign === "%" && line.startsWith("%q<", at);
    if (sign !== '"' && sign !== "'" && !isAngle) continue;
    const start = isAngle ? at + 3 : at + 1;
    const end = isAngle ? line.indexOf(">", start) : endOfQuoted(line, start, sign);
    if (end < 0) break;
    values.push(valueOf(line.slice(start, end), sign));
    at = end;
  }
  return values;
}

function endOfQuoted(line: string, start: number, quote: string): number {
  for (let at = start; at < line.length; at++) {
    const sign = line.charAt(at);
    if (sign === quote) return at;
    if (sign === "\\") at++;
  }
  return -1;
}

function valueOf(text: string, sign: string): string {
  if (sign === "%" || !text.includes("\\")) return text;
  if (sign === "'") return text.replaceAll(/\\(['\\])/g, "$1");
  return text.replaceAll(ESCAPE, (_, braced?: string, four?: string, escaped?: string) => {
    const hex = braced ?? four;
    if (hex === undefined) return CONTROLS[escaped ?? ""] ?? escaped ?? "";
    const point = Number.parseInt(hex, 16);
    return point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
  });
}
