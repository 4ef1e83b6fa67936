// SPDX-License-Identifier: Apache-2.0
/** Reading one file of the object folder: its record (size and digest) and its bytes, checked at the end. */
import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import type { ObjectInfo } from "../ports.ts";
import { corrupt, isAbsent, missing, systemCode } from "./fault.ts";
import { parseTrailer, TRAILER_BYTES } from "./trailer.ts";

const CHUNK_BYTES = 256 * 1024;

/** @returns undefined when there is no such file. @throws OBJECT_CORRUPT without a readable record */
export async function readInfo(file: string, key: string): Promise<ObjectInfo | undefined> {
  const handle = await openObject(file);
  if (handle === undefined) return undefined;
  try {
    return await infoOf(handle, key);
  } finally {
    await handle.close();
  }
}

/** @throws OBJECT_MISSING, OBJECT_CORRUPT */
export async function* readBytes(file: string, key: string): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await openObject(file);
  if (handle === undefined) throw missing(key);
  try {
    const info = await infoOf(handle, key);
    const hash = createHash("sha256");
    for (let at = 0; at < info.size;) {
      const want = Math.min(CHUNK_BYTES, info.size - at);
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(want), 0, want, at);
      if (bytesRead === 0) throw corrupt(key, `it ends at byte ${at} of ${info.size}`);
      at += bytesRead;
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      yield chunk;
    }
    const got = `sha256:${hash.digest("hex")}`;
    if (got !== info.digest) throw corrupt(key, `its bytes hash to ${got}, not to ${info.digest}`);
  } finally {
    await handle.close();
  }
}

async function openObject(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, "r");
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

async function infoOf(handle: FileHandle, key: string): Promise<ObjectInfo> {
  const stat = await handle.stat();
  if (stat.isDirectory()) throw missing(key);
  const size = stat.size - TRAILER_BYTES;
  if (!stat.isFile() || size < 0) throw corrupt(key, `${stat.size} bytes are too few`);
  const { buffer } = await handle.read(Buffer.alloc(TRAILER_BYTES), 0, TRAILER_BYTES, size);
  const digest = parseTrailer(buffer);
  if (digest === undefined) throw corrupt(key, "its last line is no record of its digest");
  return { key, size, digest };
}
