// SPDX-License-Identifier: Apache-2.0
/** Finds cargo-auditable's data among bytes that come in pieces: a zlib stream of JSON with a known first key. */
import { constants, inflateSync } from "node:zlib";
import { zlibHeadAt } from "./zlib-head.ts";

/** Every writer of the format puts this key first. */
const JSON_HEAD = '{"packages":';
/** Compressed bytes that give the first key at the latest: the tables of a dynamic block take under 600. */
const LOOK_AHEAD = 1024;
/** Of 2000 packages there are 60 KiB. */
const MAX_COMPRESSED = 4 * 1024 * 1024;
const MAX_JSON = 32 * 1024 * 1024;
/** What the first compressed bytes may give: JSON is compressed tenfold, bombs a thousandfold. */
const MAX_HEAD_JSON = 128 * 1024;
/** Places tried of one file; of 100 MiB of debug information some dozen look like it. */
const MAX_TRIES = 5000;
const EMPTY: Buffer = Buffer.alloc(0);

export interface AuditData {
  readonly json: string;
  /** Of the compressed data in the file. */
  readonly offset: number;
}

export class AuditSearch {
  /** Bytes not yet searched, or the found data as far as it has come. */
  #window = EMPTY;
  #windowStart = 0;
  #isFound = false;
  #tries = 0;
  /** Length from which on it is worth to try again whether the data is whole. */
  #tryAt = 0;

  /** Offset of data that was found and is not whole. */
  get openAt(): number | undefined {
    return this.#isFound ? this.#windowStart : undefined;
  }

  /** Whether so much looked like the data that the search was given up. */
  get isGivenUp(): boolean {
    return this.#tries > MAX_TRIES;
  }

  /** @returns the data once it is whole. */
  push(bytes: Buffer, offset: number): AuditData | undefined {
    if (this.#window.length === 0 || this.#windowStart + this.#window.length !== offset) {
      const data = this.finish();
      if (data || this.#isFound) return data;
      [this.#window, this.#windowStart] = [EMPTY, offset];
    }
    if (!this.#isFound && bytes.length > LOOK_AHEAD && !this.#isOverSeam(bytes)) {
      [this.#window, this.#windowStart] = [EMPTY, offset];
      return this.#search(bytes, bytes.length - LOOK_AHEAD);
    }
    const window = this.#window.length === 0 ? bytes : Buffer.concat([this.#window, bytes]);
    if (!this.#isFound) return this.#search(window, window.length - LOOK_AHEAD);
    this.#window = window.subarray(0, MAX_COMPRESSED);
    return window.length >= this.#tryAt ? this.#inflate() : undefined;
  }

  /** No more bytes follow the last ones. */
  finish(): AuditData | undefined {
    return this.#isFound ? this.#inflate() : this.#search(this.#window, this.#window.length);
  }

  #search(window: Buffer, to: number): AuditData | undefined {
    const at = this.#headAt(window, to);
    this.#isFound = at >= 0;
    this.#keep(window, this.#isFound ? at : Math.max(0, to));
    return this.#isFound ? this.#inflate() : undefined;
  }

  /** Whether the data begins in the bytes kept of the piece before: all others are searched where they are, without a copy. */
  #isOverSeam(next: Buffer): boolean {
    if (this.#window.length === 0) return false;
    const seam = Buffer.concat([this.#window, next.subarray(0, LOOK_AHEAD)]);
    return this.#headAt(seam, this.#window.length) >= 0;
  }

  /** The first place before `to` at which the data begins; -1 when there is none. */
  #headAt(window: Buffer, to: number): number {
    const first = JSON_HEAD.charCodeAt(0);
    let at = zlibHeadAt(window, 0, to, first);
    for (; at >= 0 && ++this.#tries <= MAX_TRIES; at = zlibHeadAt(window, at + 1, to, first)) {
      if (hasJsonHead(window.subarray(at, at + LOOK_AHEAD))) return at;
    }
    return -1;
  }

  #keep(window: Buffer, from: number): void {
    this.#window = Buffer.from(window.subarray(from, from + MAX_COMPRESSED));
    this.#windowStart += from;
  }

  #inflate(): AuditData | undefined {
    this.#tryAt = 2 * this.#window.length;
    const json = inflated(this.#window, constants.Z_FINISH, MAX_JSON);
    return json === undefined ? undefined : { json, offset: this.#windowStart };
  }
}

const hasJsonHead = (bytes: Buffer): boolean =>
  inflated(bytes, constants.Z_SYNC_FLUSH, MAX_HEAD_JSON)?.startsWith(JSON_HEAD) === true;

/** Undefined when the stream is damaged, too long, or not whole and has to be. */
function inflated(bytes: Buffer, finishFlush: number, maxOutputLength: number): string | undefined {
  try {
    return inflateSync(bytes, { finishFlush, maxOutputLength }).toString("utf8");
  } catch {
    return undefined;
  }
}
