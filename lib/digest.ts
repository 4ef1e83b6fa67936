// SPDX-License-Identifier: Apache-2.0
/**
 * Content digests, branded so that an image's digest cannot pass for a layer's.
 * Form: OCI image-spec, descriptor.md, section "Digests"; only sha256 is accepted.
 */
import { createHash } from "node:crypto";
import { defineErrors } from "./errors.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = `sha256:${string}` & { readonly [brand]: Name };

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;
/** Digest of an image manifest (one platform). */
export type ImageDigest = Branded<"image">;
/** Digest of a layer blob as stored, mostly compressed. */
export type LayerDigest = Branded<"layer">;
/** Digest of an uncompressed layer tar; the identity of a fragment. */
export type DiffId = Branded<"diffId">;

export const digestErrors = defineErrors("digest", { DIGEST_INVALID: "invalid" });

const PATTERN = /^sha256:[0-9a-f]{64}$/;

export function isDigest(value: unknown): value is Digest {
  return typeof value === "string" && PATTERN.test(value);
}

/** @throws DIGEST_INVALID when `value` is not `sha256:` and 64 lower-case hex digits. */
export function parseDigest<Kind extends Digest = Digest>(value: string): Kind {
  if (!isDigest(value)) {
    throw digestErrors.make("DIGEST_INVALID", `not a sha256 digest: ${JSON.stringify(value.slice(0, 100))}`);
  }
  return value as Kind;
}

/** SHA-256 of bytes or of a string's UTF-8. */
export function digestOf<Kind extends Digest = Digest>(bytes: Uint8Array | string): Kind {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Kind;
}

/** The 64 hex digits. */
export function hexOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}
