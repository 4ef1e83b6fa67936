// SPDX-License-Identifier: Apache-2.0
/**
 * Reads a bbolt file whole, and refuses what bbolt's own check would: pages that are reached twice or not at all, keys out of
 * order or outside their branch's bounds, metas whose checksum does not fit.
 */
import {
  BRANCH_PAGE,
  BUCKET_BYTES,
  BUCKET_ELEMENT,
  ELEMENT_BYTES,
  FREELIST_ID,
  FREELIST_PAGE,
  HEADER_BYTES,
  LEAF_PAGE,
  META_BYTES,
  META_MAGIC,
  META_PAGE,
  META_VERSION,
  PAGE_BYTES,
} from "../layout.ts";
import { fnv1a64 } from "../pages.ts";

export interface ReadBucket {
  readonly [key: string]: string | ReadBucket;
}

/** Keys and values in Latin-1, in the file's order. */
export function readBolt(file: Buffer): { readonly root: ReadBucket; readonly pages: number } {
  const [first, second] = [readMeta(file, 0), readMeta(file, 1)];
  if (first.root !== second.root || first.pages !== second.pages) throw new Error("the metas differ");
  if (file.length !== first.pages * PAGE_BYTES) throw new Error("the file's length is not that of its pages");
  const reader = new Reader(file);
  const root = reader.bucket(first.root);
  if (reader.seen.size !== first.pages) throw new Error(`${first.pages - reader.seen.size} pages are lost`);
  return { root, pages: first.pages };
}

function readMeta(file: Buffer, id: number): { root: number; pages: number } {
  const page = file.subarray(id * PAGE_BYTES, (id + 1) * PAGE_BYTES);
  const meta = page.subarray(HEADER_BYTES);
  const facts = [page.readUInt16LE(8), meta.readUInt32LE(0), meta.readUInt32LE(4), meta.readUInt32LE(8)];
  if (facts.join() !== [META_PAGE, META_MAGIC, META_VERSION, PAGE_BYTES].join()) throw new Error("no meta");
  if (meta.readBigUInt64LE(META_BYTES) !== fnv1a64(meta.subarray(0, META_BYTES)))
    throw new Error(`the checksum of meta ${id} does not fit`);
  return { root: Number(meta.readBigUInt64LE(16)), pages: Number(meta.readBigUInt64LE(40)) };
}

class Reader {
  readonly seen = new Set<number>([0, 1]);
  readonly #file: Buffer;

  constructor(file: Buffer) {
    this.#file = file;
    if (this.#page(FREELIST_ID).readUInt16LE(8) !== FREELIST_PAGE) throw new Error("no freelist");
  }

  bucket(root: number): ReadBucket {
    const found: [string, string | ReadBucket][] = [];
    this.#collect(this.#page(root), undefined, undefined, found);
    return Object.fromEntries(found);
  }

  #page(id: number): Buffer {
    const start = id * PAGE_BYTES;
    const pages = this.#file.readUInt32LE(start + 12) + 1;
    if (Number(this.#file.readBigUInt64LE(start)) !== id) throw new Error(`page ${id} says it is another`);
    for (let one = id; one < id + pages; one++) {
      if (this.seen.has(one)) throw new Error(`page ${one} is reached twice`);
      this.seen.add(one);
    }
    return this.#file.subarray(start, start + pages * PAGE_BYTES);
  }

  /** Keys from `from` up to, not with, `below`. */
  #collect(
    page: Buffer,
    from: Buffer | undefined,
    below: Buffer | undefined,
    found: [string, string | ReadBucket][],
  ): void {
    const flags = page.readUInt16LE(8);
    if (flags !== LEAF_PAGE && flags !== BRANCH_PAGE) throw new Error(`page flags ${flags}`);
    const elements = Array.from({ length: page.readUInt16LE(10) }, (_, index) => {
      const at = HEADER_BYTES + index * ELEMENT_BYTES;
      return flags === LEAF_PAGE ? leafElement(page, at) : branchElement(page, at);
    });
    for (const [index, { key, value, flags: kind, child }] of elements.entries()) {
      const before = elements[index - 1]?.key;
      if (before !== undefined && before.compare(key) >= 0) throw new Error("keys are out of order");
      if (from !== undefined && key.compare(from) < 0) throw new Error("a key is below its branch");
      if (below !== undefined && key.compare(below) >= 0) throw new Error("a key is above its branch");
      if (child !== undefined)
        this.#collect(this.#page(child), key, elements[index + 1]?.key ?? below, found);
      else
        found.push([
          key.toString("latin1"),
          kind === BUCKET_ELEMENT ? this.#nested(value) : value.toString("latin1"),
        ]);
    }
  }

  #nested(value: Buffer): ReadBucket {
    const root = Number(value.readBigUInt64LE(0));
    if (root !== 0) return this.bucket(root);
    const found: [string, string | ReadBucket][] = [];
    this.#collect(value.subarray(BUCKET_BYTES), undefined, undefined, found);
    return Object.fromEntries(found);
  }
}

interface Element {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly flags: number;
  readonly child?: number;
}

function leafElement(page: Buffer, at: number): Element {
  const start = at + page.readUInt32LE(at + 4);
  const end = start + page.readUInt32LE(at + 8);
  const value = page.subarray(end, end + page.readUInt32LE(at + 12));
  return { key: page.subarray(start, end), value, flags: page.readUInt32LE(at) };
}

function branchElement(page: Buffer, at: number): Element {
  const start = at + page.readUInt32LE(at);
  const key = page.subarray(start, start + page.readUInt32LE(at + 4));
  return { key, value: Buffer.alloc(0), flags: 0, child: Number(page.readBigUInt64LE(at + 8)) };
}
