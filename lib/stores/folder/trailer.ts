// SPDX-License-Identifier: Apache-2.0
/**
 * How a file of the object folder ends: one line of fixed length with the digest of everything before it. So an
 * object and its digest appear by the same rename, and a file that was cut short is known at once.
 */
import { isDigest, type Digest } from "#lib/digest.ts";

const MARK = "\nstella-object-1 ";

/** In bytes: mark, `sha256:` and 64 digits, line feed. */
export const TRAILER_BYTES = MARK.length + 71 + 1;

export function trailer(digest: Digest): Buffer {
  return Buffer.from(`${MARK}${digest}\n`, "latin1");
}

/** @returns undefined when these are not the last bytes of an object. */
export function parseTrailer(bytes: Uint8Array): Digest | undefined {
  const text = Buffer.from(bytes).toString("latin1");
  const digest = text.slice(MARK.length, -1);
  return text.startsWith(MARK) && text.endsWith("\n") && isDigest(digest) ? digest : undefined;
}
