// SPDX-License-Identifier: Apache-2.0
/**
 * Numbers of the bbolt file format, version 2 (go.etcd.io/bbolt, internal/common). Integers are little-endian.
 *
 * A page's header: id (8), flags (2), elements (2), pages that follow and belong to it (4). Behind it one element of 16
 * bytes for each key: of a leaf flags (4), distance from the element to its key (4), lengths of key and value (4 each);
 * of a branch distance (4), length of the key (4), id of the child (8). Then keys, each with its value behind it.
 */

/** bbolt takes what the meta page says; this is what machines with small pages write. */
export const PAGE_BYTES = 4096;
export const HEADER_BYTES = 16;
export const ELEMENT_BYTES = 16;

export const BRANCH_PAGE = 0x01;
export const LEAF_PAGE = 0x02;
export const META_PAGE = 0x04;
export const FREELIST_PAGE = 0x10;
/** Flag of a leaf's element whose value is a bucket: its root page (8), its sequence (8), and if root is 0 its only page. */
export const BUCKET_ELEMENT = 0x01;
export const BUCKET_BYTES = 16;

export const META_MAGIC = 0xed0cdaed;
export const META_VERSION = 2;
/** The part of a meta that its checksum covers. */
export const META_BYTES = 56;
/** Pages 0 and 1 are metas. */
export const FREELIST_ID = 2;
export const FIRST_ID = 3;

/** `MaxKeySize` and `MaxValueSize`. */
export const MAX_KEY_BYTES = 32_768;
export const MAX_VALUE_BYTES = 2 ** 31 - 2;
/** A bucket of one leaf up to this size stands in its parent: a quarter of a page, as bbolt itself decides. */
export const MAX_INLINE_BYTES = PAGE_BYTES / 4;
/** Buckets within buckets; bounds the writer's memory and stack. */
export const MAX_DEPTH = 16;
