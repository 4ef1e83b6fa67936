// SPDX-License-Identifier: Apache-2.0
/**
 * A VEX source's export: canonical JSON of `{ documents, name }`, the documents' texts as they came. It is written and read document by
 * document, since a hub has 200 MB of text and each whole form of it would stand in memory once more.
 */
import type { VexDocument } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";

/** A VEX document as an export has it; its mark is kept beside the export. */
export type StoredVex = Pick<VexDocument, "name" | "signature" | "listedFor"> & { readonly text: string };

const START = Buffer.from('{"documents":[');
/** Stands behind the documents, and also in them where one has a list before its name: the last one counts. */
const END = Buffer.from('],"name":');
/** Between two documents and nowhere else: their last key, `text`, has a string, and a quote in a string has a backslash before it. */
const BETWEEN = Buffer.from('"},{"');

export const storedVexBytes = (document: StoredVex): Buffer => Buffer.from(canonicalJson(document));

/** @param documents as `storedVexBytes` gives them */
export function vexExport(name: string, documents: readonly Buffer[]): Buffer {
  const comma = Buffer.from(",");
  const parts = documents.flatMap((document, at) => (at === 0 ? [document] : [comma, document]));
  return Buffer.concat([START, ...parts, END, Buffer.from(`${canonicalJson(name)}}`)]);
}

/** @throws SyntaxError for bytes that are no export */
export function* documentsIn(bytes: Uint8Array): Generator<StoredVex, void> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.lastIndexOf(END);
  if (!file.subarray(0, START.length).equals(START) || end < START.length)
    throw new SyntaxError("the bytes are no export of a VEX source");
  for (let at = START.length; at < end;) {
    const next = file.indexOf(BETWEEN, at);
    const stop = next < 0 || next >= end ? end : next + 2;
    yield JSON.parse(file.toString("utf8", at, stop)) as StoredVex;
    at = stop + 1;
  }
}
