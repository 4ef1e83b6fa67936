// SPDX-License-Identifier: Apache-2.0
/**
 * Sets of 32-bit integers as Roaring bitmaps in their portable form, each container in its smallest shape.
 * Source: https://github.com/RoaringBitmap/RoaringFormatSpec. Own code, since the WebAssembly library takes longer to start
 * than an index takes to write; the conformance test holds both to the same bytes.
 */
import type { ByteSink } from "./byte-sink.ts";
import { corrupt } from "./errors.ts";

const COOKIE = 12346;
const COOKIE_WITH_RUNS = 12347;
/** Fewer containers have no offsets where some are runs. */
const MIN_FOR_OFFSETS = 4;
const MAX_ARRAY = 4096;
const BITMAP_BYTES = 8192;
const MAX_CONTAINERS = 65536;

interface Container {
  readonly key: number;
  /** Positions in the values, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  readonly runs: number;
  readonly shape: "array" | "bitmap" | "runs";
  readonly bytes: number;
}

/** @param values ascending, each once. The empty set writes nothing. */
export function writeRoaring(sink: ByteSink, values: ArrayLike<number>): void {
  if (values.length === 0) return;
  const containers = containersOf(values);
  const hasRuns = containers.some(({ shape }) => shape === "runs");
  const start = sink.length;
  if (hasRuns) {
    sink.u32(COOKIE_WITH_RUNS + (containers.length - 1) * 65536);
    sink.bytes(runFlags(containers));
  } else {
    sink.u32(COOKIE);
    sink.u32(containers.length);
  }
  for (const container of containers) {
    sink.u16(container.key);
    sink.u16(container.end - container.start - 1);
  }
  if (!hasRuns || containers.length >= MIN_FOR_OFFSETS) {
    let offset = sink.length - start + 4 * containers.length;
    for (const { bytes } of containers) {
      sink.u32(offset);
      offset += bytes;
    }
  }
  for (const container of containers) writeContainer(sink, values, container);
}

function containersOf(values: ArrayLike<number>): Container[] {
  const containers: Container[] = [];
  for (let start = 0; start < values.length;) {
    const key = (values[start] as number) >>> 16;
    let end = start + 1;
    let runs = 1;
    for (; end < values.length && (values[end] as number) >>> 16 === key; end++) {
      if (values[end] !== (values[end - 1] as number) + 1) runs++;
    }
    const plain = end - start <= MAX_ARRAY ? 2 * (end - start) : BITMAP_BYTES;
    const asRuns = 2 + 4 * runs;
    const shape = asRuns <= plain ? "runs" : end - start <= MAX_ARRAY ? "array" : "bitmap";
    containers.push({ key, start, end, runs, shape, bytes: Math.min(plain, asRuns) });
    start = end;
  }
  return containers;
}

function runFlags(containers: readonly Container[]): Uint8Array {
  const flags = new Uint8Array(Math.ceil(containers.length / 8));
  for (const [index, { shape }] of containers.entries()) {
    if (shape === "runs") flags[index >> 3] = (flags[index >> 3] as number) | (1 << (index & 7));
  }
  return flags;
}

function writeContainer(sink: ByteSink, values: ArrayLike<number>, container: Container): void {
  const { start, end, runs, shape } = container;
  const low = (at: number): number => (values[at] as number) & 0xffff;
  if (shape === "array") {
    for (let at = start; at < end; at++) sink.u16(low(at));
  } else if (shape === "bitmap") {
    const bits = new Uint8Array(BITMAP_BYTES);
    for (let at = start; at < end; at++)
      bits[low(at) >> 3] = (bits[low(at) >> 3] as number) | (1 << (low(at) & 7));
    sink.bytes(bits);
  } else {
    sink.u16(runs);
    for (let at = start; at < end;) {
      const first = at++;
      while (at < end && low(at) === low(at - 1) + 1) at++;
      sink.u16(low(first));
      sink.u16(at - first - 1);
    }
  }
}

/** Visits the values in ascending order. @throws BOM_INDEX_CORRUPT, also for a value of `limit` or more. */
export function forEachInRoaring(bytes: Buffer, limit: number, visit: (value: number) => void): void {
  if (bytes.length === 0) return;
  const reader = new RoaringReader(bytes, limit, visit);
  reader.read();
}

class RoaringReader {
  readonly #bytes: Buffer;
  readonly #limit: number;
  readonly #visit: (value: number) => void;
  #at = 0;

  constructor(bytes: Buffer, limit: number, visit: (value: number) => void) {
    this.#bytes = bytes;
    this.#limit = limit;
    this.#visit = visit;
  }

  read(): void {
    const cookie = this.#u32();
    const hasRuns = (cookie & 0xffff) === COOKIE_WITH_RUNS;
    if (!hasRuns && cookie !== COOKIE) throw corrupt("a bitmap has no cookie");
    const count = hasRuns ? (cookie >>> 16) + 1 : this.#u32();
    if (count === 0 || count > MAX_CONTAINERS) throw corrupt("a bitmap has no possible number of containers");
    const flags = hasRuns ? this.#take(Math.ceil(count / 8)) : undefined;
    const heads = this.#take(4 * count);
    const offsets = !hasRuns || count >= MIN_FOR_OFFSETS ? this.#take(4 * count) : undefined;
    let before = -1;
    for (let index = 0; index < count; index++) {
      const key = heads.readUInt16LE(4 * index);
      if (key <= before) throw corrupt("a bitmap's containers are not in order");
      before = key;
      if (offsets && offsets.readUInt32LE(4 * index) !== this.#at)
        throw corrupt("a bitmap's offset is wrong");
      const isRuns = flags !== undefined && ((flags[index >> 3] as number) & (1 << (index & 7))) !== 0;
      this.#container(key * 65536, heads.readUInt16LE(4 * index + 2) + 1, isRuns);
    }
    if (this.#at !== this.#bytes.length) throw corrupt("there is something behind a bitmap");
  }

  #container(base: number, cardinality: number, isRuns: boolean): void {
    if (isRuns) this.#runs(base, cardinality);
    else if (cardinality <= MAX_ARRAY) this.#array(base, cardinality);
    else this.#bitmap(base, cardinality);
  }

  #array(base: number, cardinality: number): void {
    const values = this.#take(2 * cardinality);
    let before = -1;
    for (let at = 0; at < values.length; at += 2) {
      const value = values.readUInt16LE(at);
      if (value <= before) throw corrupt("a bitmap's values are not in order");
      before = value;
      this.#give(base + value);
    }
  }

  #bitmap(base: number, cardinality: number): void {
    const bits = this.#take(BITMAP_BYTES);
    let seen = 0;
    for (let at = 0; at < BITMAP_BYTES; at++) {
      for (let byte = bits[at] as number; byte !== 0; byte &= byte - 1) {
        this.#give(base + at * 8 + 31 - Math.clz32(byte & -byte));
        seen++;
      }
    }
    if (seen !== cardinality) throw corrupt("a bitmap's cardinality is wrong");
  }

  #runs(base: number, cardinality: number): void {
    const runs = this.#take(4 * this.#take(2).readUInt16LE(0));
    let before = -1;
    let seen = 0;
    for (let at = 0; at < runs.length; at += 4) {
      const first = runs.readUInt16LE(at);
      const last = first + runs.readUInt16LE(at + 2);
      if (first <= before || last > 0xffff) throw corrupt("a bitmap's runs are not in order");
      before = last;
      seen += last - first + 1;
      for (let value = first; value <= last; value++) this.#give(base + value);
    }
    if (seen !== cardinality) throw corrupt("a bitmap's cardinality is wrong");
  }

  #give(value: number): void {
    if (value >= this.#limit) throw corrupt("a bitmap names what is not there");
    this.#visit(value);
  }

  #u32(): number {
    return this.#take(4).readUInt32LE(0);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw corrupt("a bitmap is cut short");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
