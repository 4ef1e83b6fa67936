// SPDX-License-Identifier: Apache-2.0
/** The rows of one table B-tree. https://www.sqlite.org/fileformat2.html section 1.6, "B-tree Pages", and 1.7, overflow. */
import { PageMarks, type HeaderBlob, type ProblemLog } from "../blobs.ts";
import { rpmdbError } from "../errors.ts";
import { HEADER_BYTES, readVarint, type SqliteFile } from "./file.ts";

const INTERIOR = 0x05;
const LEAF = 0x0d;
const INTERIOR_HEADER = 12;
const LEAF_HEADER = 8;
const CELL_COUNT = 3;
const RIGHT_MOST = 8;
/** SQLite's own bound: 20 levels of the leanest pages hold more than any file. */
const MAX_DEPTH = 20;

/** Payloads of rows in the order of their row ids. */
export function tableRows(file: SqliteFile, root: number, problems: ProblemLog): Generator<HeaderBlob> {
  return new TableReader(file, problems).rows(root, 0);
}

class TableReader {
  readonly #file: SqliteFile;
  readonly #problems: ProblemLog;
  readonly #marks: PageMarks;

  constructor(file: SqliteFile, problems: ProblemLog) {
    this.#file = file;
    this.#problems = problems;
    this.#marks = new PageMarks(file.pageCount);
  }

  *rows(page: number, depth: number): Generator<HeaderBlob> {
    const { bytes, pageSize } = this.#file;
    if (depth > MAX_DEPTH || !this.#marks.take(page - 1)) {
      this.#problems.add(`page ${page} is missing, or used twice`, this.#start(page));
      return;
    }
    const header = this.#start(page) + (page === 1 ? HEADER_BYTES : 0);
    const kind = bytes[header];
    const cells = header + (kind === INTERIOR ? INTERIOR_HEADER : LEAF_HEADER);
    const count = bytes.readUInt16BE(header + CELL_COUNT);
    if ((kind !== INTERIOR && kind !== LEAF) || cells + 2 * count > this.#start(page) + pageSize) {
      this.#problems.add(`page ${page} is no table page`, header);
      return;
    }
    if (kind === LEAF) yield* this.#leafRows(page, cells, count);
    else yield* this.#childRows({ page, header, cells, count }, depth);
  }

  *#childRows(
    { page, header, cells, count }: { page: number; header: number; cells: number; count: number },
    depth: number,
  ): Generator<HeaderBlob> {
    const { bytes, pageSize } = this.#file;
    for (let i = 0; i < count; i++) {
      const cell = bytes.readUInt16BE(cells + 2 * i);
      if (cell + 4 > pageSize) this.#problems.add(`page ${page} has a cell outside`, header);
      else yield* this.rows(bytes.readUInt32BE(this.#start(page) + cell), depth + 1);
    }
    yield* this.rows(bytes.readUInt32BE(header + RIGHT_MOST), depth + 1);
  }

  *#leafRows(page: number, cells: number, count: number): Generator<HeaderBlob> {
    const { bytes, pageSize } = this.#file;
    const start = this.#start(page);
    let space = pageSize; // that cells may use: cells that overlap could multiply the file's size
    for (let i = 0; i < count; i++) {
      const row = this.#problems.attempt(() => {
        const cell = this.#leafCell(start, start + bytes.readUInt16BE(cells + 2 * i));
        space -= cell.local;
        if (space < 0) throw rpmdbError("RPMDB_INVALID", "cells overlap", start);
        return { bytes: this.#payload(cell), offset: cell.start };
      });
      if (row) yield row;
    }
  }

  #leafCell(pageStart: number, cell: number): { start: number; size: number; local: number } {
    const { bytes, pageSize, usable } = this.#file;
    const { value: size, end } = readVarint(bytes, cell);
    const { end: start } = readVarint(bytes, end); // the row id is not asked for
    const local = localBytes(size, usable);
    const behind = local < size ? 4 : 0;
    if (size > bytes.length || start + local + behind > pageStart + pageSize) {
      throw rpmdbError("RPMDB_INVALID", "a row is longer than its page", cell);
    }
    return { start, size, local };
  }

  /** What stands in the cell, then what its chain of overflow pages holds. */
  #payload({ start, size, local }: { start: number; size: number; local: number }): Buffer {
    const { bytes, usable } = this.#file;
    const first = bytes.subarray(start, start + local);
    if (local === size) return first;
    const parts = [first];
    let page = bytes.readUInt32BE(start + local);
    for (let left = size - local; left > 0;) {
      if (!this.#marks.take(page - 1)) {
        throw rpmdbError("RPMDB_INVALID", `overflow page ${page} is missing, or used twice`, start);
      }
      const at = this.#start(page);
      const length = Math.min(left, usable - 4);
      parts.push(bytes.subarray(at + 4, at + 4 + length));
      left -= length;
      page = bytes.readUInt32BE(at);
    }
    return Buffer.concat(parts);
  }

  #start(page: number): number {
    return (page - 1) * this.#file.pageSize;
  }
}

/** How much of a payload stays in its cell. */
function localBytes(size: number, usable: number): number {
  const most = usable - 35;
  if (size <= most) return size;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const kept = least + ((size - least) % (usable - 4));
  return kept <= most ? kept : least;
}
