// SPDX-License-Identifier: Apache-2.0
/** The content of one zip entry, whole and checked. Follows PKWARE APPNOTE 6.3.10, section 4.3.7, and RFC 1951. */
import { crc32, inflateRawSync } from "node:zlib";
import type { ZipDirectory, ZipEntry } from "./directory.ts";
import { zipError } from "./errors.ts";

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
/** No deflated byte can become more (258 bytes from two bits); a greater claim is a lie. */
const MAX_RATIO = 1032;
/** What zlib hands out at once: memory follows the true content, not the claim. */
const MAX_CHUNK = 1024 ** 2;
const MIN_CHUNK = 64;

/**
 * A stored entry's bytes are a view of the archive. Sizes come from the central directory, so entries with data
 * descriptors need nothing more.
 * @throws ZIP_LIMIT when the entry states more than `maxBytes`; ZIP_ENCRYPTED, ZIP_METHOD_UNKNOWN; ZIP_INVALID when its
 * size or checksum is not as stated, or it overlaps another.
 */
export function readZipEntry(zip: ZipDirectory, entry: ZipEntry, maxBytes: number): Buffer {
  const refuse = (code: Parameters<typeof zipError>[0], what: string, cause?: unknown): Error =>
    zipError(code, `${JSON.stringify(entry.name.slice(0, 200))} ${what}`, cause);
  if (entry.isEncrypted) throw refuse("ZIP_ENCRYPTED", "is encrypted");
  if (entry.size > maxBytes) throw refuse("ZIP_LIMIT", `has ${entry.size} bytes, over ${maxBytes}`);
  if (entry.overlaps) throw refuse("ZIP_INVALID", "shares its bytes with another entry");
  const data = dataOf(zip, entry);
  if (data === undefined) throw refuse("ZIP_INVALID", "has no data where the directory says");
  let content: Buffer;
  if (entry.method === STORED) {
    content = data;
  } else if (entry.method === DEFLATED) {
    if (entry.size > data.length * MAX_RATIO) throw refuse("ZIP_INVALID", "states an impossible size");
    try {
      content = inflated(data, entry.size);
    } catch (cause) {
      throw refuse("ZIP_INVALID", "does not inflate to its stated size", cause);
    }
  } else {
    throw refuse("ZIP_METHOD_UNKNOWN", `uses compression method ${entry.method}`);
  }
  if (content.length !== entry.size) throw refuse("ZIP_INVALID", "does not have its stated size");
  if (crc32(content) !== entry.crc32) throw refuse("ZIP_INVALID", "does not have its stated checksum");
  return content;
}

function dataOf({ bytes, start }: ZipDirectory, entry: ZipEntry): Buffer | undefined {
  const at = entry.localOffset;
  if (at + LOCAL_BYTES > start || bytes.readUInt32LE(at) !== LOCAL) return undefined;
  const from = at + LOCAL_BYTES + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const end = from + entry.compressedSize;
  return end > start ? undefined : bytes.subarray(from, end);
}

function inflated(data: Buffer, size: number): Buffer {
  return inflateRawSync(data, {
    maxOutputLength: Math.max(1, size),
    chunkSize: Math.min(Math.max(size + 1, MIN_CHUNK), MAX_CHUNK),
  });
}
