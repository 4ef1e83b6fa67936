// SPDX-License-Identifier: Apache-2.0
/** Content codings that servers put on while sending: RFC 9110 section 8.4.1, br RFC 7932, zstd RFC 9659. */
import { createReadStream, createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { StellaError } from "../errors.ts";
import { httpErrors } from "./errors.ts";

/** What to ask for: all that `decodeFile` takes off. */
export const ACCEPTED_CODINGS = "zstd, br, gzip";
/** More than one is rare, more than two is an attack. */
const MAX_CODINGS = 2;

const DECODERS = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
} as const;

export type Coding = keyof typeof DECODERS;

/** In the order in which they were put on. @throws HTTP_DAMAGED for one that is not known */
export function codingsOf(header: string | undefined, where: string): readonly Coding[] {
  const names = (header ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  const unknown = names.find((name) => !Object.hasOwn(DECODERS, name));
  if (unknown === undefined && names.length <= MAX_CODINGS) return names as Coding[];
  const what = unknown === undefined ? `${names.length} codings` : JSON.stringify(unknown.slice(0, 40));
  throw httpErrors.make("HTTP_DAMAGED", `${where} came with a content coding that is not known: ${what}`);
}

/** Writes the file as it was before its codings. @throws HTTP_DAMAGED, HTTP_TOO_LARGE */
export async function decodeFile(
  from: string,
  to: string,
  codings: readonly Coding[],
  { where, maxBytes }: { readonly where: string; readonly maxBytes: number },
): Promise<void> {
  const decoders = codings.toReversed().map((name) => DECODERS[name]());
  let size = 0;
  const bound = new Transform({
    transform(chunk: Uint8Array, _, done) {
      size += chunk.length;
      if (size <= maxBytes) done(null, chunk);
      else done(httpErrors.make("HTTP_TOO_LARGE", `${where} unpacks to more than ${maxBytes} bytes`));
    },
  });
  try {
    await pipeline([createReadStream(from), ...decoders, bound, createWriteStream(to)]);
  } catch (cause) {
    if (cause instanceof StellaError || !isOfZlib(cause)) throw cause;
    throw httpErrors.make("HTTP_DAMAGED", `${where} is no ${codings.join(", ")}: ${cause.message}`, {
      cause,
    });
  }
}

/** Errors of the disk name the call that failed. */
const isOfZlib = (error: unknown): error is Error =>
  error instanceof Error && "code" in error && !("syscall" in error);
