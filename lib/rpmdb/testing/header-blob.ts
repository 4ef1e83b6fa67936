// SPDX-License-Identifier: Apache-2.0
/** Header blobs with what a test asks for, right or wrong. */

export interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly data: Buffer;
}

export const text = (tag: number, value: string): Entry => ({
  tag,
  type: 6,
  count: 1,
  data: Buffer.from(`${value}\0`),
});

export const stringArray = (tag: number, values: readonly string[]): Entry => ({
  tag,
  type: 8,
  count: values.length,
  data: Buffer.from(values.map((value) => `${value}\0`).join("")),
});

export const uint16s = (tag: number, values: readonly number[]): Entry => ({
  tag,
  type: 3,
  count: values.length,
  data: Buffer.from(values.flatMap((value) => [value >>> 8, value & 0xff])),
});

export const uint32s = (tag: number, values: readonly number[]): Entry => {
  const data = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) data.writeUInt32BE(value, 4 * i);
  return { tag, type: 4, count: values.length, data };
};

/** Entries in the order given, their data packed without padding. */
export function headerBlob(entries: readonly Entry[]): Buffer {
  const store = Buffer.concat(entries.map(({ data }) => data));
  const index = Buffer.alloc(8 + 16 * entries.length);
  index.writeUInt32BE(entries.length, 0);
  index.writeUInt32BE(store.length, 4);
  let offset = 0;
  for (const [i, { tag, type, count, data }] of entries.entries()) {
    for (const [j, field] of [tag, type, offset, count].entries()) {
      index.writeUInt32BE(field, 8 + 16 * i + 4 * j);
    }
    offset += data.length;
  }
  return Buffer.concat([index, store]);
}
