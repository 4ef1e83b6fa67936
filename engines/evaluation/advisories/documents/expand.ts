// SPDX-License-Identifier: Apache-2.0
/**
 * A source's files unpacked to its leaf documents: gzip, zstd and bzip2 taken off, tar and zip opened, jsonl cut into lines.
 * Everything is bounded by `FeedLimits`. File names decide what a file is; only of those that stand for any text
 * (`README.md`, `list`) the first bytes tell which are a feed's.
 */
import { pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { bunzip2, bzip2Errors } from "#lib/bzip2/index.ts";
import { StellaError } from "#lib/errors.ts";
import { advisoryErrors } from "../errors.ts";
import { limitExceeded } from "../limits.ts";
import type { FeedLimits } from "../limits.ts";
import type { FeedDocument, Rejection } from "../types.ts";
import { isFeedText } from "./feed-text.ts";
import { lines } from "./lines.ts";
import { tarFiles } from "./tar.ts";
import { zipFiles } from "./zip.ts";

export type Leaf =
  | { readonly kind: "document"; readonly name: string; readonly form: DocumentForm; readonly bytes: Buffer }
  | { readonly kind: "rejected"; readonly rejection: Rejection }
  | { readonly kind: "ignored"; readonly name: string };

export type DocumentForm = "json" | "yaml" | "csv" | "xml" | "text";
type Form = DocumentForm | "jsonl" | "tar" | "zip" | "other";
type Compression = "gzip" | "zstd" | "bzip2" | undefined;

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["json", "json"],
  ["yaml", "yaml"],
  ["yml", "yaml"],
  ["csv", "csv"],
  ["md", "text"],
  ["xml", "xml"],
  ["jsonl", "jsonl"],
  ["ndjson", "jsonl"],
  ["tar", "tar"],
  ["tgz", "tar"],
  ["tzst", "tar"],
  ["tbz2", "tar"],
  ["zip", "zip"],
]);

/** Names without an ending, in lower case: the lists of Debian's security tracker. */
const TEXTS: ReadonlySet<string> = new Set(["list", "dsa", "dla", "dtsa"]);
/** By the last ending of a name, which stands behind another. */
const COMPRESSIONS: ReadonlyMap<string, Compression> = new Map<string, Compression>([
  ["gz", "gzip"],
  ["zst", "zstd"],
  ["bz2", "bzip2"],
]);
/** Endings that name an archive and its compression in one. */
const SHORT_ENDINGS: ReadonlyMap<string, Compression> = new Map<string, Compression>([
  ["tgz", "gzip"],
  ["tzst", "zstd"],
  ["tbz2", "bzip2"],
]);

/** @throws FEED_UNREADABLE, FEED_LIMIT_EXCEEDED for the feed as a whole */
export async function* leafDocuments(
  documents: AsyncIterable<FeedDocument>,
  limits: FeedLimits,
): AsyncGenerator<Leaf> {
  const budget = { bytes: 0, documents: 0, limits };
  for await (const document of documents) yield* expand(document, budget, 0);
}

interface Budget {
  bytes: number;
  documents: number;
  readonly limits: FeedLimits;
}

async function* expand(document: FeedDocument, budget: Budget, depth: number): AsyncGenerator<Leaf> {
  const { limits } = budget;
  budget.documents += 1;
  if (budget.documents > limits.maxDocuments) {
    throw limitExceeded("maxDocuments", limits.maxDocuments, document.name);
  }
  if (document.fault !== undefined) {
    yield { kind: "rejected", rejection: { document: document.name, path: "$", reason: document.fault } };
    return;
  }
  const { form, compression } = formOf(document.name);
  if (form === "other") {
    yield { kind: "ignored", name: document.name };
    return;
  }
  const archive = form === "tar" || form === "zip";
  if (archive && depth >= limits.maxArchiveDepth) {
    throw limitExceeded("maxArchiveDepth", limits.maxArchiveDepth, document.name);
  }
  try {
    if (form === "zip") yield* expandZip(document, budget, depth);
    else if (form === "tar")
      yield* expandTar(rootOf(document), opened(document, compression, budget), budget, depth);
    else if (form === "jsonl")
      yield* expandLines(document.name, opened(document, compression, budget), limits);
    else yield await whole(document.name, form, opened(document, compression, budget), limits);
  } catch (error) {
    if (error instanceof StellaError && !bzip2Errors.is(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw advisoryErrors.make("FEED_UNREADABLE", `${document.name}: ${reason}`, {
      cause: error,
      data: { document: document.name, reason },
    });
  }
}

/** Whether a file of this name is read; all others are passed over. */
export const hasForm = (name: string): boolean => formOf(name).form !== "other";

/** Whether its leaves are the files in it. */
export const isArchive = (name: string): boolean => ["tar", "zip"].includes(formOf(name).form);

function formOf(name: string): { form: Form; compression: Compression } {
  const base = (name.split("/").at(-1) ?? "").toLowerCase();
  if (base.startsWith(".")) return { form: "other", compression: undefined };
  if (TEXTS.has(base)) return { form: "text", compression: undefined };
  const endings = base.split(".").slice(1);
  const last = endings.at(-1) ?? "";
  const compression = COMPRESSIONS.get(last);
  if (compression !== undefined) return { form: FORMS.get(endings.at(-2) ?? "") ?? "other", compression };
  return { form: FORMS.get(last) ?? "other", compression: SHORT_ENDINGS.get(last) };
}

/** The document's bytes without compression, counted against the budget as they come. */
async function* opened(
  document: FeedDocument,
  compression: Compression,
  budget: Budget,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of decompressed(document.open(), compression)) {
    budget.bytes += chunk.byteLength;
    if (budget.bytes > budget.limits.maxTotalBytes) {
      throw limitExceeded("maxTotalBytes", budget.limits.maxTotalBytes, document.name);
    }
    yield chunk;
  }
}

function decompressed(bytes: AsyncIterable<Uint8Array>, compression: Compression): AsyncIterable<Uint8Array> {
  if (compression === undefined) return bytes;
  if (compression === "bzip2") return bunzip2(bytes);
  const unpack = compression === "gzip" ? createGunzip() : createZstdDecompress();
  // An error destroys the last stream with it; whoever iterates it receives the error there.
  return pipeline(
    Readable.from(bytes, { objectMode: false }),
    unpack,
    () => undefined,
  ) as AsyncIterable<Uint8Array>;
}

async function whole(
  name: string,
  form: DocumentForm,
  chunks: AsyncIterable<Uint8Array>,
  limits: FeedLimits,
): Promise<Leaf> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > limits.maxDocumentBytes) return tooLarge(name, limits);
    parts.push(chunk);
  }
  return leafOf(name, form, Buffer.concat(parts));
}

function leafOf(name: string, form: DocumentForm, bytes: Buffer): Leaf {
  return form === "text" && !isFeedText(bytes)
    ? { kind: "ignored", name }
    : { kind: "document", name, form, bytes };
}

async function* expandLines(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  limits: FeedLimits,
): AsyncGenerator<Leaf> {
  for await (const { number, bytes } of lines(chunks, limits.maxDocumentBytes)) {
    const line = `${name}:${number}`;
    yield bytes === undefined
      ? tooLarge(line, limits)
      : { kind: "document", name: line, form: "json", bytes };
  }
}

const rootOf = ({ name, root }: FeedDocument): string => root ?? name;

async function* expandTar(
  root: string,
  chunks: AsyncIterable<Uint8Array>,
  budget: Budget,
  depth: number,
): AsyncGenerator<Leaf> {
  for await (const file of tarFiles(chunks)) {
    yield* inner(`${root}/${file.name.replace(/^(?:\.\/)+/, "")}`, file, budget, depth);
  }
}

async function* expandZip(document: FeedDocument, budget: Budget, depth: number): AsyncGenerator<Leaf> {
  const archive = document.random ?? inMemory(await buffered(document, budget.limits));
  for await (const file of zipFiles(archive)) {
    budget.bytes += file.size;
    if (budget.bytes > budget.limits.maxTotalBytes) {
      throw limitExceeded("maxTotalBytes", budget.limits.maxTotalBytes, document.name);
    }
    yield* inner(`${rootOf(document)}/${file.name}`, file, budget, depth);
  }
}

/** A file inside an archive: held in memory whole, as nothing bigger than a document is wanted from it. */
async function* inner(
  name: string,
  file: { readonly size: number; read(): Promise<Buffer> },
  budget: Budget,
  depth: number,
): AsyncGenerator<Leaf> {
  const { form, compression } = formOf(name);
  const { limits } = budget;
  const isPlain = compression === undefined && isDocument(form);
  if (form === "other") {
    yield { kind: "ignored", name };
  } else if (file.size > (isPlain ? limits.maxDocumentBytes : limits.maxBufferedArchiveBytes)) {
    yield tooLarge(name, limits);
  } else if (isPlain) {
    budget.documents += 1;
    if (budget.documents > limits.maxDocuments)
      throw limitExceeded("maxDocuments", limits.maxDocuments, name);
    yield leafOf(name, form, await file.read());
  } else {
    const bytes = await file.read();
    yield* expand({ name, open: () => chunked(bytes), random: inMemory(bytes) }, budget, depth + 1);
  }
}

function isDocument(form: Form): form is DocumentForm {
  return form === "json" || form === "yaml" || form === "csv" || form === "xml" || form === "text";
}

function tooLarge(name: string, limits: FeedLimits): Leaf {
  const reason = `the document is larger than ${limits.maxDocumentBytes} bytes`;
  return { kind: "rejected", rejection: { document: name, path: "$", reason } };
}

async function buffered(document: FeedDocument, limits: FeedLimits): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of document.open()) {
    size += chunk.byteLength;
    if (size > limits.maxBufferedArchiveBytes) {
      throw limitExceeded("maxBufferedArchiveBytes", limits.maxBufferedArchiveBytes, document.name);
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

function inMemory(bytes: Buffer): NonNullable<FeedDocument["random"]> {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

async function* chunked(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
