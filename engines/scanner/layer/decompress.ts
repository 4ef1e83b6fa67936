// SPDX-License-Identifier: Apache-2.0
/**
 * Decompression of a layer as its bytes arrive: gzip (RFC 1952, several members too), zstd (RFC 8878) or plain,
 * told apart by the first bytes. Synchronous in the calling thread, into one reused buffer: a worker thread per layer
 * is faster than zlib's stream with its allocation and thread hop for each chunk (docs/benchmarks.md).
 */
import { createGunzip, createZstdDecompress, constants } from "node:zlib";
import { scanErrors } from "../errors.ts";

/** Bytes are overwritten after the call. */
export type Output = (bytes: Buffer) => void;

export interface Decompressor {
  /** @throws LAYER_UNREADABLE when the stream is damaged. */
  push(bytes: Uint8Array, output: Output): void;
  /** @throws LAYER_UNREADABLE when the stream is cut short. */
  finish(output: Output): void;
}

const OUTPUT_BYTES = 256 * 1024;
const SNIFF_BYTES = 4;

export function createDecompressor(): Decompressor {
  let chosen: Decompressor | undefined;
  let head = Buffer.alloc(0);
  return {
    push(bytes, output) {
      if (chosen) {
        chosen.push(bytes, output);
        return;
      }
      head = Buffer.concat([head, bytes]);
      if (head.length < SNIFF_BYTES) return;
      chosen = decompressorFor(head);
      chosen.push(head, output);
    },
    finish(output) {
      if (!chosen) {
        chosen = decompressorFor(head);
        chosen.push(head, output);
      }
      chosen.finish(output);
    },
  };
}

/** A frame, or one of the skippable frames that parallel compressors put first. */
const isZstd = (magic: number): boolean => magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5;

function decompressorFor(head: Buffer): Decompressor {
  if (head[0] === 0x1f && head[1] === 0x8b) return zlibDecompressor("gzip");
  if (head.length >= 4 && isZstd(head.readUInt32LE(0))) return zlibDecompressor("zstd");
  return {
    push(bytes, output) {
      if (bytes.length > 0) output(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    },
    finish: () => undefined,
  };
}

/** The native handle under Node's zlib streams, whose synchronous write is what `gunzipSync` uses. */
interface ZlibHandle {
  onerror: (message: string, errno: number, code: string) => void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputLength: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void;
}

interface ZlibInside {
  readonly _handle: ZlibHandle;
  /** After a write: output space left, input bytes left. */
  readonly _writeState: Uint32Array;
}

const EMPTY = new Uint8Array(0);

function zlibDecompressor(kind: "gzip" | "zstd"): Decompressor {
  const options = { chunkSize: OUTPUT_BYTES };
  const stream = kind === "gzip" ? createGunzip(options) : createZstdDecompress(options);
  const { _handle: handle, _writeState: state } = stream as unknown as ZlibInside;
  if (typeof handle.writeSync !== "function") {
    throw new TypeError("this Node has no synchronous zlib handle; StellaOps needs Node 24");
  }
  const out = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
  let failure: string | undefined;
  handle.onerror = (message) => (failure = message);
  let isOver = false;
  const write = (flush: number, bytes: Uint8Array, output: Output): void => {
    if (isOver) return;
    let at = 0;
    let left = bytes.length;
    for (;;) {
      handle.writeSync(flush, bytes, at, left, out, 0, OUTPUT_BYTES);
      if (failure !== undefined) {
        stream.destroy();
        // What zlib says of it depends on where the pieces of the blob end.
        const cause = new Error(failure);
        throw scanErrors.make("LAYER_UNREADABLE", `the layer's ${kind} stream is damaged`, { cause });
      }
      const [space = 0, unread = 0] = state;
      const isStuck = space === OUTPUT_BYTES && unread === left;
      at += left - unread;
      left = unread;
      if (space < OUTPUT_BYTES) output(out.subarray(0, OUTPUT_BYTES - space));
      // Behind the end of gzip stands padding, and none of what follows counts; behind a zstd frame the next one.
      isOver = kind === "gzip" && space > 0 && left > 0;
      if (isOver || (space > 0 && (left === 0 || isStuck))) return;
    }
  };
  const [flow, last] =
    kind === "gzip"
      ? [constants.Z_NO_FLUSH, constants.Z_FINISH]
      : [constants.ZSTD_e_continue, constants.ZSTD_e_end];
  return {
    push: (bytes, output) => write(flow, bytes, output),
    finish(output) {
      write(last, EMPTY, output);
      stream.destroy();
    },
  };
}
