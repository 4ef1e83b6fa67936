// SPDX-License-Identifier: Apache-2.0
/**
 * A package header as the database keeps it: counts, index entries, data store, all big-endian.
 * https://rpm-software-management.github.io/rpm/manual/format_header.html
 */
import { rpmdbError } from "./errors.ts";
import { TAG, type Tag } from "./tags.ts";

/** Entry count and length of the data store. A database's header has no magic in front. */
const INTRO = 8;
const ENTRY = 16;
/** As rpm itself bounds entries, and values of one. */
const MAX_ENTRIES = 0xffff;
const MAX_VALUES = 0xfffff;

const CHAR = 1;
const INT8 = 2;
const INT16 = 3;
const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;
const I18N_STRING = 9;

const WANTED: ReadonlySet<number> = new Set(Object.values(TAG));

export class RpmHeader {
  readonly #bytes: Buffer;
  /** Tag to the place of its index entry. */
  readonly #entries = new Map<number, number>();
  readonly #store: number;
  readonly #offset: number;

  /** @param offset of the blob in its file, for messages. @throws RPMDB_INVALID */
  constructor(bytes: Buffer, offset: number) {
    const count = bytes.length < INTRO ? 0 : bytes.readUInt32BE(0);
    this.#bytes = bytes;
    this.#offset = offset;
    this.#store = INTRO + count * ENTRY;
    if (count === 0 || count > MAX_ENTRIES || this.#store + bytes.readUInt32BE(4) !== bytes.length) {
      throw this.#invalid("a header is not as long as it says");
    }
    // What rpm changed at installation stands behind the package's own entries and replaces them.
    for (let at = INTRO; at < this.#store; at += ENTRY) {
      const tag = bytes.readUInt32BE(at);
      if (WANTED.has(tag)) this.#entries.set(tag, at);
    }
  }

  /** Undefined where the tag is absent or empty. @throws RPMDB_INVALID */
  text(tag: Tag): string | undefined {
    const [first] = this.#strings(tag, 1);
    return first === "" ? undefined : first;
  }

  /** Empty where the tag is absent. @throws RPMDB_INVALID */
  texts(tag: Tag): string[] {
    return this.#strings(tag, Infinity);
  }

  /** Unsigned; empty where the tag is absent. @throws RPMDB_INVALID */
  numbers(tag: Tag): Uint8Array | Uint16Array | Uint32Array {
    const entry = this.#entry(tag);
    if (!entry) return new Uint8Array(0);
    const { type, start, count } = entry;
    const width = type === INT32 ? 4 : type === INT16 ? 2 : type === INT8 || type === CHAR ? 1 : 0;
    if (width === 0 || start + width * count > this.#bytes.length) {
      throw this.#invalid(`tag ${tag} has no numbers`);
    }
    const data = this.#bytes.subarray(start, start + width * count);
    if (width === 1) return data;
    const numbers = width === 4 ? new Uint32Array(count) : new Uint16Array(count);
    for (let i = 0; i < count; i++) numbers[i] = data.readUIntBE(i * width, width);
    return numbers;
  }

  #strings(tag: Tag, most: number): string[] {
    const entry = this.#entry(tag);
    if (!entry) return [];
    const { type, start } = entry;
    if (type !== STRING && type !== STRING_ARRAY && type !== I18N_STRING) {
      throw this.#invalid(`tag ${tag} has no text`);
    }
    const count = type === STRING ? 1 : Math.min(most, entry.count);
    let end = start; // behind the last string's NUL
    for (let left = count; left > 0 && end < this.#bytes.length; end++) if (this.#bytes[end] === 0) left -= 1;
    const strings = this.#bytes.toString("utf8", start, end - 1).split("\0");
    if (this.#bytes[end - 1] !== 0 || strings.length !== count) {
      throw this.#invalid(`tag ${tag} ends outside its header`);
    }
    return strings;
  }

  #entry(tag: Tag): { type: number; start: number; count: number } | undefined {
    const at = this.#entries.get(tag);
    if (at === undefined) return undefined;
    const start = this.#store + this.#bytes.readUInt32BE(at + 8);
    const count = this.#bytes.readUInt32BE(at + 12);
    if (count === 0 || count > MAX_VALUES || start >= this.#bytes.length) {
      throw this.#invalid(`tag ${tag} is not in its header`);
    }
    return { type: this.#bytes.readUInt32BE(at + 4), start, count };
  }

  #invalid(message: string): Error {
    return rpmdbError("RPMDB_INVALID", message, this.#offset);
  }
}
