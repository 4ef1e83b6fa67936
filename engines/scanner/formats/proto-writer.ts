// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes of a Protobuf message (proto3). Fields come out in the order of the calls, so a caller that keeps to ascending
 * numbers writes one form only. Source: https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;

export class ProtoWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** A field with explicit presence (`optional`, `oneof`) or an element of a repeated field: written even if empty. */
  string(field: number, value: string | undefined): void {
    if (value !== undefined) this.#delimited(field, Buffer.from(value));
  }

  /** A field with implicit presence: the empty text is as good as none, and left out. */
  plainString(field: number, value: string | undefined): void {
    if (value) this.string(field, value);
  }

  strings(field: number, values: readonly string[] | undefined): void {
    for (const value of values ?? []) this.string(field, value);
  }

  /** int32, int64 or enum with explicit presence; negative numbers take ten bytes. */
  int(field: number, value: number | undefined): void {
    if (value === undefined) return;
    this.#push(varint(BigInt(field * 8 + VARINT)));
    this.#push(varint(BigInt.asUintN(64, BigInt(value))));
  }

  /** The same with implicit presence: 0 is left out. */
  plainInt(field: number, value: number | undefined): void {
    if (value) this.int(field, value);
  }

  /** One embedded message, written even if nothing is in it. */
  message(field: number, fill: (writer: ProtoWriter) => void): void {
    const inner = new ProtoWriter();
    fill(inner);
    this.#push(tagAndLength(field, inner.#length));
    for (const chunk of inner.#chunks) this.#chunks.push(chunk);
    this.#length += inner.#length;
  }

  messages<Item>(
    field: number,
    items: readonly Item[] | undefined,
    fill: (writer: ProtoWriter, item: Item) => void,
  ): void {
    for (const item of items ?? []) this.message(field, (writer) => fill(writer, item));
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks, this.#length);
  }

  #delimited(field: number, bytes: Uint8Array): void {
    this.#push(tagAndLength(field, bytes.length));
    this.#push(bytes);
  }

  #push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }
}

function tagAndLength(field: number, length: number): Uint8Array {
  return Buffer.concat([varint(BigInt(field * 8 + LENGTH_DELIMITED)), varint(BigInt(length))]);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(left)]);
}
