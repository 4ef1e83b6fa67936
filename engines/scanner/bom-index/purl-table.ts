// SPDX-License-Identifier: Apache-2.0
/**
 * The sorted purls of an index, front-coded in blocks so that a look-up decodes one block: docs/formats/bom-index.md,
 * "Purl table". Canonical purls are ASCII, so the order of bytes is the order of JavaScript's strings.
 */
import { ByteSink } from "./byte-sink.ts";
import { corrupt } from "./errors.ts";

const BLOCK = 16;
/** A longer purl is no name that anybody asks for. */
export const MAX_PURL_BYTES = 16 * 1024;
const PRINTABLE = /^[!-~]+$/;

/** Whether a purl can stand in an index. */
export function isIndexable(purl: string): boolean {
  return purl.length <= MAX_PURL_BYTES && PRINTABLE.test(purl);
}

export class PurlTableWriter {
  readonly #index = new ByteSink();
  readonly #purls = new ByteSink();
  #before = "";
  rows = 0;

  /** In ascending order, each once. */
  add(purl: string): void {
    const isHead = this.rows % BLOCK === 0;
    if (isHead) this.#index.u32(this.#purls.length);
    const shared = isHead ? 0 : sharedPrefix(this.#before, purl);
    this.#purls.varint(shared);
    this.#purls.varint(purl.length - shared);
    this.#purls.text(shared === 0 ? purl : purl.slice(shared));
    this.#before = purl;
    this.rows++;
  }

  done(): { readonly blockIndex: Buffer; readonly purls: Buffer } {
    return { blockIndex: this.#index.done(), purls: this.#purls.done() };
  }
}

function sharedPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

export class PurlTable {
  readonly rows: number;
  readonly #index: Buffer;
  readonly #purls: Buffer;

  /** @throws BOM_INDEX_CORRUPT for another number of blocks than the rows need */
  constructor(index: Buffer, purls: Buffer, rows: number) {
    if (index.length !== 4 * Math.ceil(rows / BLOCK)) throw corrupt("the block index has another length");
    this.rows = rows;
    this.#index = index;
    this.#purls = purls;
  }

  /** From a row on, until `visit` says false. @throws BOM_INDEX_CORRUPT */
  forEachFrom(row: number, visit: (purl: string, row: number) => boolean): void {
    if (row >= this.rows) return;
    const cursor = this.#cursor(Math.floor(row / BLOCK));
    while (cursor.next()) if (cursor.row >= row && !visit(cursor.text(), cursor.row)) return;
  }

  /** All rows in order. @throws BOM_INDEX_CORRUPT, also for bytes behind the last */
  *rowsInOrder(): Generator<string, void> {
    const cursor = new Cursor(this.#index, this.#purls, this.rows, 0);
    while (cursor.next()) yield cursor.text();
    cursor.expectEnd();
  }

  /** Row of the first purl that is not before `text`; `rows` where all are. @throws BOM_INDEX_CORRUPT */
  lowerBound(text: string): number {
    const wanted = Buffer.from(text, "latin1");
    let low = 0; // heads before `low` are before the text, heads from `high` on are not
    let high = Math.ceil(this.rows / BLOCK);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isHeadBefore(middle, wanted)) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return 0;
    let found = Math.min(low * BLOCK, this.rows);
    this.forEachFrom((low - 1) * BLOCK, (purl, row) => {
      if (row >= found) return false;
      if (purl >= text) found = row;
      return purl < text;
    });
    return found;
  }

  /** Compares in place: most of a look-up is this. */
  #isHeadBefore(block: number, wanted: Buffer): boolean {
    const at = this.#index.readUInt32LE(4 * block) + 1; // behind `shared`, which is 0
    const first = this.#purls[at];
    if (first === undefined) throw corrupt("a block is elsewhere");
    const second = first < 0x80 ? 0 : (this.#purls[at + 1] ?? 0); // MAX_PURL_BYTES fits in three
    const third = second < 0x80 ? 0 : (this.#purls[at + 2] ?? 0);
    const start = at + (first < 0x80 ? 1 : second < 0x80 ? 2 : 3);
    const end = start + (first & 0x7f) + (second & 0x7f) * 0x80 + (third & 0x7f) * 0x4000;
    if (end > this.#purls.length) throw corrupt("a purl does not fit");
    return this.#purls.compare(wanted, 0, wanted.length, start, end) < 0;
  }

  #cursor(block: number): Cursor {
    return new Cursor(this.#index, this.#purls, this.rows, block);
  }
}

class Cursor {
  readonly #index: Buffer;
  readonly #purls: Buffer;
  readonly #rows: number;
  #at: number;
  #text = Buffer.allocUnsafe(256);
  #length = 0;
  /** Of the purl that `text` gives. */
  row: number;

  constructor(index: Buffer, purls: Buffer, rows: number, block: number) {
    this.#index = index;
    this.#purls = purls;
    this.#rows = rows;
    this.#at = rows === 0 ? 0 : index.readUInt32LE(4 * block);
    this.row = block * BLOCK - 1;
  }

  /** False behind the last row. */
  next(): boolean {
    if (this.row + 1 >= this.#rows) return false;
    const isHead = ++this.row % BLOCK === 0;
    if (isHead && this.#index.readUInt32LE((this.row / BLOCK) * 4) !== this.#at)
      throw corrupt("a block is elsewhere");
    const shared = this.#varint();
    const length = this.#varint();
    const end = this.#at + length;
    if (
      shared > (isHead ? 0 : this.#length) ||
      shared + length > MAX_PURL_BYTES ||
      end > this.#purls.length
    ) {
      throw corrupt("a purl does not fit");
    }
    const suffix = this.#purls.subarray(this.#at, end);
    if (!this.#isNext(shared, suffix, isHead)) throw corrupt("purls are not in order");
    if (suffix.some((byte) => byte < 0x21 || byte > 0x7e)) throw corrupt("a purl is not printable");
    this.#set(shared, suffix);
    this.#at = end;
    return true;
  }

  text(): string {
    return this.#text.toString("latin1", 0, this.#length);
  }

  expectEnd(): void {
    if (this.#at !== this.#purls.length) throw corrupt("there is something behind the purls");
  }

  /** Each purl but a block's first shares all it can with the one before, so it goes on with a greater letter or behind its end. */
  #isNext(shared: number, suffix: Buffer, isHead: boolean): boolean {
    const first = suffix[0];
    if (first === undefined) return false;
    if (isHead) return this.#length === 0 || Buffer.compare(this.#text.subarray(0, this.#length), suffix) < 0;
    return shared === this.#length || first > (this.#text[shared] as number);
  }

  #set(shared: number, suffix: Buffer): void {
    const wanted = shared + suffix.length;
    if (wanted > this.#text.length) {
      const grown = Buffer.allocUnsafe(2 * wanted);
      this.#text.copy(grown, 0, 0, shared);
      this.#text = grown;
    }
    suffix.copy(this.#text, shared);
    this.#length = wanted;
  }

  /** LEB128 of at most 32 bits. */
  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#purls[this.#at++];
      if (byte === undefined) throw corrupt("purls are cut short");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw corrupt("a length is too long");
  }
}
