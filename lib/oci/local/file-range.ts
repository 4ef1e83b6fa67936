// SPDX-License-Identifier: Apache-2.0
/** A run of bytes of a local file as large chunks, the next one being read while the last one is worked on. */
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import type { LayerFile } from "../types.ts";

const CHUNK = 1024 * 1024;

/** Ends early, without an error, where the file does. Each chunk is the reader's own to keep. */
export async function* readFileRange(
  range: LayerFile,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(range.path, "r");
  let ahead: Promise<Uint8Array> | undefined;
  try {
    const end = range.offset + range.size;
    let position = range.offset;
    ahead = readChunk(handle, position, end);
    for (;;) {
      const chunk = await ahead;
      ahead = undefined;
      signal?.throwIfAborted();
      if (chunk.length === 0) return;
      position += chunk.length;
      ahead = readChunk(handle, position, end);
      yield chunk;
    }
  } finally {
    await ahead?.catch(() => undefined); // a read in flight must not meet a closed handle
    await handle.close();
  }
}

async function readChunk(handle: FileHandle, position: number, end: number): Promise<Uint8Array> {
  const want = Math.min(CHUNK, end - position);
  if (want <= 0) return new Uint8Array(0);
  const buffer = Buffer.allocUnsafeSlow(want);
  const { bytesRead } = await handle.read(buffer, 0, want, position);
  return bytesRead === want ? buffer : buffer.subarray(0, bytesRead);
}
