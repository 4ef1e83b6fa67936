// SPDX-License-Identifier: Apache-2.0
/** The columns of one table row. https://www.sqlite.org/fileformat2.html section 2.1, "Record Format". */
import { rpmdbError } from "../errors.ts";
import { readVarint } from "./file.ts";

export interface Column {
  readonly kind: "null" | "integer" | "real" | "blob" | "text";
  /** Of the value, from the start of the row's payload. */
  readonly start: number;
  readonly bytes: Buffer;
}

/** Bytes of the serial types 0 to 9; 10 and 11 are not used in files. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
const REAL = 7;

/** The first `most` columns. @throws RPMDB_INVALID */
export function readColumns(payload: Buffer, most: number, offset: number): Column[] {
  const { value: headerEnd, end } = readVarint(payload, 0);
  if (headerEnd > payload.length) throw rpmdbError("RPMDB_INVALID", "a row's header is too long", offset);
  const columns: Column[] = [];
  let start = headerEnd;
  for (let at = end; at < headerEnd && columns.length < most;) {
    const type = readVarint(payload, at);
    at = type.end;
    const size = type.value < 12 ? SIZES[type.value] : Math.floor((type.value - 12) / 2);
    if (size === undefined || start + size > payload.length) {
      throw rpmdbError("RPMDB_INVALID", "a column is longer than its row", offset);
    }
    columns.push({ kind: kindOf(type.value), start, bytes: payload.subarray(start, start + size) });
    start += size;
  }
  return columns;
}

function kindOf(type: number): Column["kind"] {
  if (type >= 12) return type % 2 === 0 ? "blob" : "text";
  return type === 0 ? "null" : type === REAL ? "real" : "integer";
}

/** Of a column of at most 4 bytes, which holds every page number; else undefined. */
export function smallInteger({ kind, bytes }: Column): number | undefined {
  return kind === "integer" && bytes.length > 0 && bytes.length <= 4
    ? bytes.readIntBE(0, bytes.length)
    : undefined;
}
