// SPDX-License-Identifier: Apache-2.0
/** Bytes that grow: little-endian integers, LEB128 varints and runs of bytes. */

export class ByteSink {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u16(value: number): void {
    this.#length = this.#room(2).writeUInt16LE(value, this.#length);
  }

  u32(value: number): void {
    this.#length = this.#room(4).writeUInt32LE(value, this.#length);
  }

  u64(value: number): void {
    this.#length = this.#room(8).writeBigUInt64LE(BigInt(value), this.#length);
  }

  varint(value: number): void {
    const bytes = this.#room(5);
    let left = value;
    for (; left >= 0x80; left >>>= 7) bytes[this.#length++] = (left & 0x7f) | 0x80;
    bytes[this.#length++] = left;
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** ASCII. */
  text(text: string): void {
    this.#length += this.#room(text.length).write(text, this.#length, "latin1");
  }

  /** Zero bytes up to a multiple. */
  pad(multiple: number): void {
    const missing = (multiple - (this.#length % multiple)) % multiple;
    this.#room(missing).fill(0, this.#length, this.#length + missing);
    this.#length += missing;
  }

  /** All so far; shares memory with the sink. */
  done(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(more: number): Buffer {
    const wanted = this.#length + more;
    if (wanted > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(wanted, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    return this.#bytes;
  }
}
