// SPDX-License-Identifier: Apache-2.0
/** Layers of any size in little memory: each different part is compressed once, and stands as a gzip member of its own. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { digestOf, type DiffId, type LayerDigest } from "#lib/digest.ts";
import type { LayerToRead } from "#engines/scanner/layer/analyze-layer.ts";
import { tarHeader, type TarFile } from "#lib/tar/testing/write-tar.ts";

/** Parts of an uncompressed tar, in order; the same Buffer again costs nothing but its hash. */
export type Parts = Iterable<Buffer>;

export function layerOf(parts: Parts): LayerToRead {
  const hash = createHash("sha256");
  const members = new Map<Buffer, Buffer>();
  const blob: Buffer[] = [];
  let small: Buffer[] = [];
  let smallBytes = 0;
  const flush = (): void => {
    if (small.length > 0) blob.push(gzipSync(Buffer.concat(small), { level: 1 }));
    [small, smallBytes] = [[], 0];
  };
  for (const part of parts) {
    hash.update(part);
    if (part.length < 1 << 20) {
      small.push(part);
      smallBytes += part.length;
      if (smallBytes > 8 << 20) flush();
      continue;
    }
    flush();
    let member = members.get(part);
    if (!member) members.set(part, (member = gzipSync(part, { level: 1 })));
    blob.push(member);
  }
  flush();
  const diffId = `sha256:${hash.digest("hex")}` as DiffId;
  return { digest: digestOf<LayerDigest>(""), diffId, open: () => blob, verifyDigest: false };
}

export const END = Buffer.alloc(1024);
const ZEROS = Buffer.alloc(64 << 20);

/** A header, the content and zeros up to `size`. */
export function* largeFile(file: TarFile, content: Buffer, size: number): Generator<Buffer> {
  yield tarHeader(file, size);
  yield content;
  yield* zeros(Math.ceil(size / 512) * 512 - content.length);
}

export function* zeros(length: number): Generator<Buffer> {
  let left = length;
  for (; left >= ZEROS.length; left -= ZEROS.length) yield ZEROS;
  if (left > 0) yield ZEROS.subarray(0, left);
}

/** One file in its blocks. */
export function* file(path: string, content: Buffer | string, mode = 0o644): Generator<Buffer> {
  const bytes = Buffer.from(content as string);
  yield tarHeader({ path, mode }, bytes.length);
  yield Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

export function* times(count: number, make: (index: number) => Iterable<Buffer>): Generator<Buffer> {
  for (let index = 0; index < count; index++) yield* make(index);
}
