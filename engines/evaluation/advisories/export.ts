// SPDX-License-Identifier: Apache-2.0
/**
 * A source's export as bytes: JSON lines under zstd, a head (name, coverage, KEV ids, EPSS) and one advisory per line,
 * each in canonical JSON. The digest is over the uncompressed lines: same facts, same digest on every machine.
 */
import { createHash } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { Digest } from "#lib/digest.ts";
import type { Advisory } from "../types.ts";
import { advisoryErrors } from "./errors.ts";
import { textLines } from "./text-lines.ts";
import type { SourceExport } from "./types.ts";

const FORMAT = "stellaops.advisory-export/1";
/** Uncompressed; refuses a bomb. */
const MAX_EXPORT_BYTES = 2 * 1024 * 1024 * 1024 - 1;

type Facts = Omit<SourceExport, "exportDigest">;

export function withDigest(facts: Facts): SourceExport {
  const hash = createHash("sha256");
  for (const line of exportLines(facts)) hash.update(line);
  return { ...facts, exportDigest: `sha256:${hash.digest("hex")}` };
}

export function encodeExport(source: SourceExport): Uint8Array {
  const parts: Buffer[] = [];
  for (const line of exportLines(source)) parts.push(Buffer.from(line));
  return zstdCompressSync(Buffer.concat(parts), { params: { [constants.ZSTD_c_compressionLevel]: 9 } });
}

/** @throws EXPORT_CORRUPT */
export function decodeExport(bytes: Uint8Array, expected: Digest): SourceExport {
  try {
    const unpacked = zstdDecompressSync(bytes, { maxOutputLength: MAX_EXPORT_BYTES });
    const digest: Digest = `sha256:${createHash("sha256").update(unpacked).digest("hex")}`;
    if (digest !== expected) throw new Error(`its digest is ${digest}`);
    const lines = textLines(unpacked);
    const head = JSON.parse(lines.next().value ?? "") as { readonly format: string } & Omit<
      Facts,
      "advisories"
    >;
    if (head.format !== FORMAT) throw new Error("it has another format");
    const { name, covers, exploited, epss, notCompared } = head;
    const advisories: Advisory[] = [];
    for (const line of lines) advisories.push(JSON.parse(line) as Advisory);
    const facts = { name, covers, exploited, epss, advisories, exportDigest: digest };
    return notCompared === undefined ? facts : { ...facts, notCompared };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw advisoryErrors.make("EXPORT_CORRUPT", `export ${expected}: ${reason}`, {
      cause,
      data: { expected },
    });
  }
}

function* exportLines({
  advisories,
  exportDigest: _,
  ...head
}: Facts & Partial<SourceExport>): Generator<string> {
  yield `${canonicalJson({ format: FORMAT, ...head })}\n`;
  for (const advisory of advisories) yield `${canonicalJson(advisory)}\n`;
}
