// SPDX-License-Identifier: Apache-2.0
/** The bytes of a layer that lies in a local file, read synchronously into one buffer (for use in a worker thread). */
import { closeSync, openSync, readSync } from "node:fs";
import type { LayerTask } from "../ports.ts";

const CHUNK_BYTES = 256 * 1024;

/** Each piece is overwritten by the next. Fewer bytes than stated end the iteration; the digest tells. */
export function* fileSource({ path, offset, size }: NonNullable<LayerTask["file"]>): Generator<Uint8Array> {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, Math.max(size, 1)));
    for (let at = 0; at < size;) {
      const read = readSync(file, chunk, 0, Math.min(chunk.length, size - at), offset + at);
      if (read === 0) return;
      yield chunk.subarray(0, read);
      at += read;
    }
  } finally {
    closeSync(file);
  }
}
