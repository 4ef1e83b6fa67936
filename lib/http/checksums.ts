// SPDX-License-Identifier: Apache-2.0
/**
 * What an answer's headers say of its bytes. Repr-Digest and Content-Digest: RFC 9530. Digest: RFC 3230, its
 * forerunner. Content-MD5: RFC 1864. x-goog-hash: Google Cloud Storage, "HTTP headers", of the stored bytes.
 */
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";

type Headers = Readonly<Record<string, string>>;

export interface Checksum {
  readonly header: string;
  readonly algorithm: "sha512" | "sha256" | "md5";
  /** The bytes' hash as it should be. */
  readonly expected: Buffer;
}

const ALGORITHMS: ReadonlyMap<string, { name: Checksum["algorithm"]; length: number }> = new Map([
  ["sha-512", { name: "sha512", length: 64 } as const],
  ["sha-256", { name: "sha256", length: 32 } as const],
  ["md5", { name: "md5", length: 16 } as const],
]);
const STRENGTH: readonly Checksum["algorithm"][] = ["sha512", "sha256", "md5"];

/** The strongest that the headers of a whole answer (200) give; what is no well-formed digest is passed over. */
export function checksumOf(headers: Headers): Checksum | undefined {
  const found = [
    ...named("repr-digest", headers),
    ...named("content-digest", headers),
    ...named("digest", headers),
    ...(isAsStored(headers) ? named("x-goog-hash", headers) : []),
    ...single("content-md5", "md5", headers["content-md5"]),
  ];
  return found.sort((a, b) => STRENGTH.indexOf(a.algorithm) - STRENGTH.indexOf(b.algorithm))[0];
}

export const hashOf = ({ algorithm }: Checksum): Hash => createHash(algorithm);

/** `sha-256=:BASE64:, md5=BASE64` */
function named(header: string, headers: Headers): readonly Checksum[] {
  const text = headers[header]?.slice(0, 4096) ?? "";
  return text.split(",").flatMap((part) => {
    const [, name = "", value = ""] = /^\s*([A-Za-z0-9-]+)=:?([A-Za-z0-9+/]+={0,2}):?\s*$/.exec(part) ?? [];
    return single(header, name.toLowerCase(), value);
  });
}

function single(header: string, name: string, value: string | undefined): readonly Checksum[] {
  const algorithm = ALGORITHMS.get(name);
  const expected = Buffer.from(value ?? "", "base64");
  if (algorithm === undefined || expected.length !== algorithm.length) return [];
  return [{ header, algorithm: algorithm.name, expected }];
}

/** Objects stored with gzip are unpacked on the way to who does not ask for gzip; the hash is then of other bytes. */
const isAsStored = (headers: Headers): boolean =>
  (headers["x-goog-stored-content-encoding"] ?? "identity") === (headers["content-encoding"] ?? "identity");
