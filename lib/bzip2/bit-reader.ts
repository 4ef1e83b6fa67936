// SPDX-License-Identifier: Apache-2.0
/**
 * Bits of a chunked stream, highest first. Reading is synchronous, so that decoding costs no promise per symbol: before
 * each run of reads of at most `READ_AHEAD` bytes the caller asks `isLow` and awaits `fill`.
 */
import { bzip2Error } from "./errors.ts";

/** What may be read between two looks at `isLow`, in bytes. */
const READ_AHEAD = 256;
/** What `fill` gathers at least, so that chunks of a few bytes are not copied again and again. */
const GATHER = 16 * READ_AHEAD;

export class BitReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Offset in the stream of the first of `#bytes`. */
  #base = 0;
  #isEnded = false;
  /** Bits taken from `#bytes` and not yet given, in the low end of the word. */
  #held = 0;
  #count = 0;
  /** How many of the held bits stand behind the end of the stream. */
  #beyond = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** In the compressed stream; of the byte that holds the next bit. */
  get offset(): number {
    return this.#base + this.#at - Math.ceil((this.#count - this.#beyond) / 8);
  }

  get isLow(): boolean {
    return this.#bytes.length - this.#at < READ_AHEAD && !this.#isEnded;
  }

  async fill(): Promise<void> {
    const parts = [this.#bytes.subarray(this.#at)];
    let size = this.#bytes.length - this.#at;
    while (size < GATHER && !this.#isEnded) {
      const next = await this.#chunks.next();
      if (next.done === true) this.#isEnded = true;
      else {
        parts.push(next.value);
        size += next.value.length;
      }
    }
    this.#base += this.#at;
    this.#at = 0;
    this.#bytes = joined(parts, size);
  }

  /** Whether nothing is left; asked between streams, where the reader stands at a byte. */
  async isAtEnd(): Promise<boolean> {
    if (this.isLow) await this.fill();
    return this.#count === 0 && this.#at === this.#bytes.length;
  }

  /** @param count 1 to 24. @throws BZIP2_TRUNCATED */
  bits(count: number): number {
    const value = this.look(count);
    this.drop(count);
    return value;
  }

  /** The next bits without taking them; behind the end of the stream they are zero. @param count 1 to 24 */
  look(count: number): number {
    while (this.#count < count) {
      if (this.#at < this.#bytes.length) this.#held = (this.#held << 8) | (this.#bytes[this.#at++] ?? 0);
      else {
        this.#held <<= 8;
        this.#beyond += 8;
      }
      this.#count += 8;
    }
    return (this.#held >>> (this.#count - count)) & ((1 << count) - 1);
  }

  /** Takes bits that were looked at. @throws BZIP2_TRUNCATED */
  drop(count: number): void {
    this.#count -= count;
    if (this.#count < this.#beyond) throw bzip2Error("BZIP2_TRUNCATED", "it is cut off", this.#end);
  }

  /** Passes over the rest of a byte that was begun. */
  alignToByte(): void {
    this.#count -= this.#count % 8;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  get #end(): number {
    return this.#base + this.#bytes.length;
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
