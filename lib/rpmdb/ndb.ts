// SPDX-License-Identifier: Apache-2.0
/**
 * Header blobs of Packages.db, rpm's own "ndb" form: pages of slots, then blobs in blocks of 16 bytes, little-endian.
 * Layout as rpm 4.18 has it: https://github.com/rpm-software-management/rpm, lib/backend/ndb/rpmpkg.c
 */
import type { HeaderBlob, ProblemLog } from "./blobs.ts";
import { rpmdbError } from "./errors.ts";

export const NDB_MAGIC = Buffer.from("RpmP", "latin1");
const SLOT_MAGIC = Buffer.from("Slot", "latin1").readUInt32LE();
const BLOB_MAGIC = Buffer.from("BlbS", "latin1").readUInt32LE();

const VERSION = 4;
const SLOT_PAGES = 12;
const PAGE = 4096;
const SLOT = 16;
const BLOCK = 16;
/** The file's header takes the place of the first two slots. */
const HEADER = 32;
const BLOB_HEAD = 16;
const BLOB_TAIL = 12;

/** In the order of the slots. @throws RPMDB_INVALID */
export function* ndbBlobs(bytes: Buffer, problems: ProblemLog): Generator<HeaderBlob> {
  if (bytes.length < HEADER || bytes.readUInt32LE(VERSION) !== 0) {
    throw rpmdbError("RPMDB_INVALID", "no ndb header of version 0", 0);
  }
  const slotsEnd = bytes.readUInt32LE(SLOT_PAGES) * PAGE;
  if (slotsEnd === 0 || slotsEnd > bytes.length) {
    throw rpmdbError("RPMDB_INVALID", "the slots are longer than the file", SLOT_PAGES);
  }
  let space = bytes.length - slotsEnd; // that blobs may use: blobs that overlap could multiply the file's size
  for (let slot = HEADER; slot < slotsEnd; slot += SLOT) {
    const blob = problems.attempt(() => {
      const found = blobOf(bytes, slot, slotsEnd);
      space -= found?.bytes.length ?? 0;
      if (space < 0) throw rpmdbError("RPMDB_INVALID", "blobs overlap", slot);
      return found;
    });
    if (blob) yield blob;
  }
}

/** A slot is magic, package index, first block, block count; a blob magic, package index, generation, length, content. */
function blobOf(bytes: Buffer, slot: number, slotsEnd: number): HeaderBlob | undefined {
  if (bytes.readUInt32LE(slot) !== SLOT_MAGIC) throw rpmdbError("RPMDB_INVALID", "no slot", slot);
  const index = bytes.readUInt32LE(slot + 4);
  const start = bytes.readUInt32LE(slot + 8) * BLOCK;
  if (start === 0) return undefined;
  const size = bytes.readUInt32LE(slot + 12) * BLOCK;
  if (start < slotsEnd || size < BLOB_HEAD + BLOB_TAIL || start + size > bytes.length) {
    throw rpmdbError("RPMDB_INVALID", "a slot points outside the file", slot);
  }
  const length = bytes.readUInt32LE(start + 12);
  const isBlob = bytes.readUInt32LE(start) === BLOB_MAGIC && bytes.readUInt32LE(start + 4) === index;
  if (!isBlob || length > size - BLOB_HEAD - BLOB_TAIL) {
    throw rpmdbError("RPMDB_INVALID", "no blob where its slot points", start);
  }
  const offset = start + BLOB_HEAD;
  return { bytes: bytes.subarray(offset, offset + length), offset };
}
