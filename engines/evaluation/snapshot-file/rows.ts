// SPDX-License-Identifier: Apache-2.0
/** Rows of bytes in two sections: an index of n + 1 offsets (u32), and the body that row i has from offset i to offset i + 1. */
import type { Faults } from "./container.ts";

export function encodeRows(rows: readonly Buffer[]): { readonly index: Buffer; readonly body: Buffer } {
  const index = Buffer.alloc((rows.length + 1) * 4);
  let offset = 0;
  for (const [at, row] of rows.entries()) {
    offset += row.length;
    index.writeUInt32LE(offset, (at + 1) * 4);
  }
  return { index, body: Buffer.concat(rows) };
}

export class Rows {
  readonly count: number;
  readonly #index: Buffer;
  readonly #body: Buffer;
  readonly #faults: Faults;

  constructor(index: Buffer, body: Buffer, faults: Faults) {
    if (index.length < 4 || index.length % 4 !== 0)
      throw faults.corrupt("an index has a length that none has");
    this.count = index.length / 4 - 1;
    this.#index = index;
    this.#body = body;
    this.#faults = faults;
  }

  row(at: number): Buffer {
    if (!Number.isInteger(at) || at < 0 || at >= this.count)
      throw this.#faults.corrupt(`it has no row ${at}`);
    const start = this.#index.readUInt32LE(at * 4);
    const end = this.#index.readUInt32LE(at * 4 + 4);
    if (start > end || end > this.#body.length)
      throw this.#faults.corrupt("an offset leads out of its section");
    return this.#body.subarray(start, end);
  }

  json<Value>(at: number): Value {
    return parseJson(this.row(at), this.#faults);
  }

  /** Position of a row in a sorted table; -1 when it is not there. */
  find(row: Buffer): number {
    const at = this.lowerBound(row);
    return at < this.count && this.row(at).equals(row) ? at : -1;
  }

  /** Position of the first row of a sorted table that is not before this one; `count` where all are. */
  lowerBound(row: Buffer): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.row(middle).compare(row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function parseJson<Value>(bytes: Buffer, faults: Faults): Value {
  try {
    return JSON.parse(bytes.toString("utf8")) as Value;
  } catch (cause) {
    throw faults.corrupt("a row does not parse", cause);
  }
}
