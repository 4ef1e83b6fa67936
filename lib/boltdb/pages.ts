// SPDX-License-Identifier: Apache-2.0
/** Bytes of single pages. */
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
} from "./layout.ts";

/** One key of a leaf. */
export interface LeafElement {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly isBucket: boolean;
}

/** One child of a branch, by the first key below it. */
export interface Child {
  readonly key: Uint8Array;
  readonly id: number;
}

/** Bytes in use of a page with these elements. */
export const elementBytes = (key: Uint8Array, value?: Uint8Array): number =>
  ELEMENT_BYTES + key.length + (value?.length ?? 0);

/** How many pages hold `bytes`. */
export const pagesFor = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES);

/** `room` bytes, at least as many as are used: whole pages, or no more than needed for a bucket in its parent. */
export function leafPage(id: number, elements: readonly LeafElement[], room: number): Buffer {
  const page = pageOf(id, LEAF_PAGE, elements.length, room);
  let data = HEADER_BYTES + elements.length * ELEMENT_BYTES;
  for (const [index, { key, value, isBucket }] of elements.entries()) {
    const at = HEADER_BYTES + index * ELEMENT_BYTES;
    page.writeUInt32LE(isBucket ? BUCKET_ELEMENT : 0, at);
    page.writeUInt32LE(data - at, at + 4);
    page.writeUInt32LE(key.length, at + 8);
    page.writeUInt32LE(value.length, at + 12);
    page.set(key, data);
    page.set(value, data + key.length);
    data += key.length + value.length;
  }
  return page;
}

export function branchPage(id: number, children: readonly Child[], room: number): Buffer {
  const page = pageOf(id, BRANCH_PAGE, children.length, room);
  let data = HEADER_BYTES + children.length * ELEMENT_BYTES;
  for (const [index, { key, id: child }] of children.entries()) {
    const at = HEADER_BYTES + index * ELEMENT_BYTES;
    page.writeUInt32LE(data - at, at);
    page.writeUInt32LE(key.length, at + 4);
    page.writeBigUInt64LE(BigInt(child), at + 8);
    page.set(key, data);
    data += key.length;
  }
  return page;
}

/** No page is free in a file that was written in one go. */
export const freelistPage = (): Buffer => pageOf(FREELIST_ID, FREELIST_PAGE, 0, PAGE_BYTES);

/** Meta `id` (0 or 1) of a file of `pages` pages; the one with the higher transaction counts, and both say the same. */
export function metaPage(id: 0 | 1, root: number, pages: number): Buffer {
  const page = pageOf(id, META_PAGE, 0, PAGE_BYTES);
  const meta = page.subarray(HEADER_BYTES);
  meta.writeUInt32LE(META_MAGIC, 0);
  meta.writeUInt32LE(META_VERSION, 4);
  meta.writeUInt32LE(PAGE_BYTES, 8);
  bucketHeader(root).copy(meta, 16);
  meta.writeBigUInt64LE(BigInt(FREELIST_ID), 32);
  meta.writeBigUInt64LE(BigInt(pages), 40);
  meta.writeBigUInt64LE(BigInt(id), 48);
  meta.writeBigUInt64LE(fnv1a64(meta.subarray(0, META_BYTES)), META_BYTES);
  return page;
}

/** Root page and sequence of a bucket; no sequence was ever asked for. */
export function bucketHeader(root: number): Buffer {
  const header = Buffer.alloc(BUCKET_BYTES);
  header.writeBigUInt64LE(BigInt(root));
  return header;
}

/** FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function fnv1a64(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

function pageOf(id: number, flags: number, elements: number, room: number): Buffer {
  const page = Buffer.alloc(room);
  page.writeBigUInt64LE(BigInt(id));
  page.writeUInt16LE(flags, 8);
  page.writeUInt16LE(elements, 10);
  page.writeUInt32LE(Math.max(pagesFor(room) - 1, 0), 12);
  return page;
}
