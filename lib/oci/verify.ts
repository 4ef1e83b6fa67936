// SPDX-License-Identifier: Apache-2.0
/** Bytes that are checked against their digest and size while they pass. */
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import type { Digest } from "../digest.ts";
import { ociErrors } from "./errors.ts";

/** What a blob must be. */
export interface BlobId {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** Counts and hashes a blob's bytes in order. */
export class BlobCheck {
  /** Bytes seen. */
  seen = 0;
  readonly blob: BlobId;
  readonly where: string;
  readonly #hash: Hash = createHash("sha256");

  /** @param where for messages, e.g. `registry.example/app` */
  constructor(blob: BlobId, where: string) {
    this.blob = blob;
    this.where = where;
  }

  /** @throws BLOB_DIGEST_MISMATCH as soon as there are more bytes than announced. */
  update(chunk: Uint8Array): void {
    this.seen += chunk.length;
    if (this.seen > this.blob.size) throw this.#mismatch(`is longer than its ${this.blob.size} bytes`);
    this.#hash.update(chunk);
  }

  /** @throws BLOB_DIGEST_MISMATCH */
  finish(): void {
    if (this.seen !== this.blob.size) {
      throw this.#mismatch(`ended after ${this.seen} of ${this.blob.size} bytes`);
    }
    const got = `sha256:${this.#hash.digest("hex")}`;
    if (got !== this.blob.digest) {
      throw this.#mismatch(`hashed to ${got} (${this.seen} bytes)`, got);
    }
  }

  #mismatch(what: string, got?: string): Error {
    const { digest, size } = this.blob;
    return ociErrors.make("BLOB_DIGEST_MISMATCH", `blob ${digest} of ${this.where} ${what}`, {
      data: { want: digest, size, seen: this.seen, ...(got === undefined ? {} : { got }) },
    });
  }
}

/** The same chunks; ends with BLOB_DIGEST_MISMATCH when they were not the blob. */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  blob: BlobId,
  where: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const check = new BlobCheck(blob, where);
  for await (const chunk of chunks) {
    check.update(chunk);
    yield chunk;
  }
  check.finish();
}

/** All bytes of a stream that is known to be bounded by its own check. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
