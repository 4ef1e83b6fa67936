// SPDX-License-Identifier: Apache-2.0
/**
 * Records of a pax extended header: `LENGTH KEY=VALUE\n`, where LENGTH counts the whole record.
 * Follows POSIX.1-2024 pax, "pax Extended Header".
 */

/** What of an extended header changes how the next entry is read. */
export interface PaxRecords {
  path?: string;
  linkPath?: string;
  size?: number;
  sparse?: boolean;
  /** Size with the holes, of a sparse file. */
  realSize?: number;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
const EQUALS = 0x3d;

/** Undefined when the bytes do not parse. An empty value takes the key back, as POSIX says. */
export function parsePax(bytes: Buffer): PaxRecords | undefined {
  const records: PaxRecords = {};
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(SPACE, at);
    if (space < 0 || space - at > 8) return undefined;
    const length = decimal(bytes.toString("latin1", at, space));
    const end = at + length;
    if (Number.isNaN(length) || end > bytes.length || bytes[end - 1] !== NEWLINE) return undefined;
    const equals = bytes.indexOf(EQUALS, space);
    if (equals < 0 || equals >= end) return undefined;
    if (
      !take(records, bytes.toString("latin1", space + 1, equals), bytes.toString("utf8", equals + 1, end - 1))
    )
      return undefined;
    at = end;
  }
  return records;
}

function take(records: PaxRecords, key: string, value: string): boolean {
  switch (key) {
    case "path":
    case "GNU.sparse.name":
      if (value.includes("\0")) return false;
      if (key === "path" && records.sparse === true && records.path !== undefined) return true;
      return assign(records, "path", value);
    case "linkpath":
      return !value.includes("\0") && assign(records, "linkPath", value);
    case "size":
      return assignNumber(records, "size", value);
    case "GNU.sparse.realsize":
    case "GNU.sparse.size":
      records.sparse = true;
      return assignNumber(records, "realSize", value);
    default:
      if (key.startsWith("GNU.sparse.")) records.sparse = true;
      return true;
  }
}

function assign(records: PaxRecords, key: "path" | "linkPath", value: string): boolean {
  if (value === "") Reflect.deleteProperty(records, key);
  else records[key] = value;
  return true;
}

function assignNumber(records: PaxRecords, key: "size" | "realSize", value: string): boolean {
  const parsed = decimal(value);
  if (Number.isNaN(parsed)) return false;
  records[key] = parsed;
  return true;
}

function decimal(text: string): number {
  return /^[0-9]{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : NaN;
}
