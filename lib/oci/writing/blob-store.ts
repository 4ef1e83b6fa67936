// SPDX-License-Identifier: Apache-2.0
/** Writing blobs into a layout's folder under their own digests, hashed and compressed in one pass. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable, pipeline } from "node:stream";
import { pipeline as finish } from "node:stream/promises";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import { digestOf, hexOf } from "../../digest.ts";
import type { DiffId, Digest } from "../../digest.ts";
import { mediaTypes } from "../media-types.ts";

export type Compression = "gzip" | "none" | "zstd";

/** A layer's uncompressed tar: a stream, its bytes, or the path of a file that holds it. */
export type TarSource = AsyncIterable<Uint8Array> | Uint8Array | string;

export interface StoredBlob {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

export const layerMediaTypes: Readonly<Record<Compression, string>> = {
  gzip: mediaTypes.ociLayerGzip,
  none: mediaTypes.ociLayer,
  zstd: mediaTypes.ociLayerZstd,
};

export async function storeBytes(root: string, bytes: Uint8Array, mediaType: string): Promise<StoredBlob> {
  const digest = digestOf(bytes);
  const folder = join(root, "blobs", "sha256");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, hexOf(digest)), bytes);
  return { mediaType, digest, size: bytes.length };
}

/** The layer as stored and the digest of its tar. */
export async function storeLayer(
  root: string,
  tar: TarSource,
  compression: Compression,
): Promise<StoredBlob & { readonly diffId: DiffId }> {
  const folder = join(root, "blobs", "sha256");
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${randomUUID()}`);
  const plain = createHash("sha256");
  const stored = createHash("sha256");
  let size = 0;
  const count = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      stored.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  try {
    const chunks = count(compress(hashed(streamOf(tar), plain), compression));
    await finish(Readable.from(chunks, { objectMode: false }), createWriteStream(temporary));
    const digest: Digest = `sha256:${stored.digest("hex")}`;
    await rename(temporary, join(folder, hexOf(digest)));
    return {
      mediaType: layerMediaTypes[compression],
      digest,
      size,
      diffId: `sha256:${plain.digest("hex")}` as DiffId,
    };
  } finally {
    await rm(temporary, { force: true });
  }
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function streamOf(tar: TarSource): AsyncIterable<Uint8Array> {
  if (typeof tar === "string") return createReadStream(tar, { highWaterMark: 1024 * 1024 });
  return tar instanceof Uint8Array ? Readable.from([tar]) : tar;
}

function compress(chunks: AsyncIterable<Uint8Array>, compression: Compression): AsyncIterable<Uint8Array> {
  if (compression === "none") return chunks;
  const chunkSize = 256 * 1024;
  const source = Readable.from(chunks, { objectMode: false });
  const ignore = (): void => undefined; // a failure destroys the compressor, where its reader meets it
  if (compression === "gzip") return withoutOs(pipeline(source, createGzip({ level: 6, chunkSize }), ignore));
  const params = { [constants.ZSTD_c_compressionLevel]: 3 };
  return pipeline(source, createZstdCompress({ chunkSize, params }), ignore);
}

/** zlib names the operating system in byte 9 of the header; 255 means unknown (RFC 1952). */
async function* withoutOs(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of chunks) {
    if (at <= 9 && at + chunk.length > 9) chunk[9 - at] = 255;
    at += chunk.length;
    yield chunk;
  }
}
