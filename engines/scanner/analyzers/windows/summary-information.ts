// SPDX-License-Identifier: Apache-2.0
/** Texts of a SummaryInformation property set. Source: [MS-OLEPS] 2.21 PropertySetStream, 2.20 PropertySet, 2.15 types. */

const SECTION_OFFSET = 44;
const VT_LPSTR = 30;
/** There are 19 properties. */
const MAX_PROPERTIES = 200;
const MAX_LENGTH = 1000;

/** What an installer's `Template` is: platform and languages, `x64;1033`. */
export const TEMPLATE = 7;

/** ASCII text of one property; undefined where it is not there or not readable. */
export function summaryText(stream: Buffer, property: number): string | undefined {
  const u32 = (at: number): number => (at + 4 <= stream.length ? stream.readUInt32LE(at) : 0);
  const section = u32(SECTION_OFFSET);
  const count = Math.min(u32(section + 4), MAX_PROPERTIES);
  for (let i = 0; i < count; i++) {
    if (u32(section + 8 + 8 * i) !== property) continue;
    const at = section + u32(section + 12 + 8 * i);
    if (u32(at) !== VT_LPSTR) return undefined;
    const text = stream.toString("latin1", at + 8, at + 8 + Math.min(u32(at + 4), MAX_LENGTH));
    const end = text.indexOf("\0");
    return end < 0 ? text : text.slice(0, end);
  }
  return undefined;
}
