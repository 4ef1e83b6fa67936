// SPDX-License-Identifier: Apache-2.0
/**
 * A VEX source's documents as bytes: JSON lines under zstd, a head and one document per line, in the order of their names. The
 * digest is over the uncompressed lines: same documents, same digest on every machine.
 */
import { createHash } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { z } from "zod";
import type { VexDocument } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { byKey } from "#lib/compare.ts";
import type { Digest } from "#lib/digest.ts";

const FORMAT = "stellaops.vex-documents/1";
/** Uncompressed; refuses a bomb. A source holds no more than 1 GiB of documents, which JSON escapes make longer. */
const MAX_BYTES = 2 * 1024 * 1024 * 1024 - 1;
const NEWLINE = 0x0a;

const headShape = z.strictObject({ format: z.literal(FORMAT), name: z.string() });
const lineShape = z.strictObject({
  name: z.string(),
  text: z.string(),
  signature: z.enum(["none", "unverified"]).optional(),
  listedFor: z.array(z.string()).optional(),
});

export function encodeDocuments(
  name: string,
  documents: readonly VexDocument[],
): { readonly bytes: Uint8Array; readonly digest: Digest } {
  const lines = documents
    .map(({ name: own, bytes, signature, listedFor }) => ({
      name: own,
      text: typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8"),
      signature,
      listedFor,
    }))
    .sort(byKey((one) => one.name));
  const parts = [Buffer.from(`${canonicalJson({ format: FORMAT, name })}\n`)];
  for (const line of lines) parts.push(Buffer.from(`${canonicalJson(line)}\n`));
  const text = Buffer.concat(parts);
  const bytes = zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 9 } });
  return { bytes, digest: digestOfText(text) };
}

/** @throws Error when the bytes are not those that `expected` names, or hold something else than documents of that source */
export function decodeDocuments(bytes: Uint8Array, name: string, expected: Digest): readonly VexDocument[] {
  const text = zstdDecompressSync(bytes, { maxOutputLength: MAX_BYTES });
  const digest = digestOfText(text);
  if (digest !== expected) throw new Error(`its digest is ${digest}, not ${expected}`);
  const documents: VexDocument[] = [];
  let isHead = true;
  for (const line of linesOf(text)) {
    const value: unknown = JSON.parse(line);
    if (isHead) {
      if (headShape.parse(value).name !== name) throw new Error(`it is not of the source ${name}`);
      isHead = false;
      continue;
    }
    const { name: own, text: content, signature, listedFor } = lineShape.parse(value);
    documents.push({
      source: name,
      name: own,
      bytes: content,
      ...(signature === undefined ? {} : { signature }),
      ...(listedFor === undefined ? {} : { listedFor }),
    });
  }
  return documents;
}

/** One by one: together they may be longer than a string can be. */
function* linesOf(text: Buffer): Generator<string, void> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf(NEWLINE, start);
    if (end < 0) throw new Error("its last line is cut off");
    yield text.toString("utf8", start, end);
    start = end + 1;
  }
}

const digestOfText = (text: Uint8Array): Digest =>
  `sha256:${createHash("sha256").update(text).digest("hex")}`;
