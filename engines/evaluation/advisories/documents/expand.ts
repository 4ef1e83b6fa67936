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
import { HEAD_BYTES, isFeedText, isOval } from "./feed-text.ts";
import { lines } from "./lines.ts";
import { TarBroken, tarFiles } from "./tar.ts";
import { ZipBroken, zipFiles } from "./zip.ts";

export type Leaf =
  | { readonly kind: "document"; readonly name: string; readonly form: DocumentForm; readonly bytes: Buffer }
  | { readonly kind: "rejected"; readonly rejection: Rejection }
  | { readonly kind: "ignored"; readonly name: string };

/** Why a file's bytes are none of its form. */
interface Damage {
  readonly document: string;
  readonly reason: string;
  readonly cause: unknown;
}

export type DocumentForm = "json" | "yaml" | "csv" | "xml" | "text";
type ReadForm = DocumentForm | "jsonl" | "tar" | "zip";
type Form = ReadForm | "other";
type Compression = "gzip" | "zstd" | "bzip2" | "xz" | undefined;

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
  ["txz", "tar"],
  ["zip", "zip"],
]);

/** Names without an ending, in lower case: the lists of Debian's security tracker. */
const TEXTS: ReadonlySet<string> = new Set(["list", "dsa", "dla", "dtsa"]);
/** By the last ending of a name, which stands behind another. */
const COMPRESSIONS: ReadonlyMap<string, Compression> = new Map<string, Compression>([
  ["gz", "gzip"],
  ["zst", "zstd"],
  ["bz2", "bzip2"],
  ["xz", "xz"],
]);
/** Endings that name an archive and its compression in one. */
const SHORT_ENDINGS: ReadonlyMap<string, Compression> = new Map<string, Compression>([
  ["tgz", "gzip"],
  ["tzst", "zstd"],
  ["tbz2", "bzip2"],
  ["txz", "xz"],
]);

/** An archive or document that is not what its name says, or is cut off. */
class Unreadable extends Error {}

/**
 * A file of the source that can't be read makes the feed unreadable if it holds many documents (an archive, jsonl), or if nothing
 * else was there; a single document, and whatever an archive holds, is rejected and the rest goes on. Of an archive that is cut off
 * inside another nothing is given.
 * @throws FEED_UNREADABLE, FEED_LIMIT_EXCEEDED for the feed as a whole
 */
export async function* leafDocuments(
  documents: AsyncIterable<FeedDocument>,
  limits: FeedLimits,
): AsyncGenerator<Leaf> {
  const budget: Budget = { bytes: 0, documents: 0, limits };
  let read = 0;
  for await (const document of documents) {
    for await (const leaf of expand(document, budget, 0)) {
      if (leaf.kind === "document") read += 1;
      yield leaf;
    }
  }
  if (read === 0 && budget.damage !== undefined) throw unreadable(budget.damage);
}

interface Budget {
  bytes: number;
  documents: number;
  readonly limits: FeedLimits;
  /** The first that was rejected. */
  damage?: Damage;
}

async function* expand(document: FeedDocument, budget: Budget, depth: number): AsyncGenerator<Leaf> {
  const { limits } = budget;
  const { name } = document;
  budget.documents += 1;
  if (budget.documents > limits.maxDocuments) {
    throw limitExceeded("maxDocuments", limits.maxDocuments, name);
  }
  if (document.fault !== undefined) {
    yield rejected(name, document.fault);
    return;
  }
  const { form, compression } = formOf(name);
  if (form === "other") {
    yield { kind: "ignored", name };
    return;
  }
  if (isHolder(form) && depth >= limits.maxArchiveDepth) {
    throw limitExceeded("maxArchiveDepth", limits.maxArchiveDepth, name);
  }
  try {
    // Read to its end before anything of it is given: it counts as a whole or not at all.
    const as = { form, compression };
    if (depth > 0 && !isDocument(form)) await passed(unpacked(document, as, { ...budget }, depth));
    yield* unpacked(document, as, budget, depth);
  } catch (error) {
    const isDamaged = isOfTheBytes(error);
    if (error instanceof StellaError && !isDamaged) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const damage = { document: name, reason, cause: error };
    if (!isDamaged || (depth === 0 && !isDocument(form))) throw unreadable(damage);
    budget.damage ??= damage;
    yield rejected(name, reason);
  }
}

function unpacked(
  document: FeedDocument,
  { form, compression }: { readonly form: ReadForm; readonly compression: Compression },
  budget: Budget,
  depth: number,
): AsyncGenerator<Leaf> {
  const { name } = document;
  if (form === "zip") return expandZip(document, budget, depth);
  const bytes = opened(document, compression, budget);
  if (form === "tar") return expandTar(rootOf(document), bytes, budget, depth);
  if (form === "jsonl") return expandLines(name, bytes, budget.limits);
  return whole(name, form, bytes, budget.limits);
}

async function passed(leaves: AsyncGenerator): Promise<void> {
  while ((await leaves.next()).done !== true);
}

function unreadable({ document, reason, cause }: Damage): Error {
  return advisoryErrors.make("FEED_UNREADABLE", `${document}: ${reason}`, {
    cause,
    data: { document, reason },
  });
}

/** Other errors come from the place where the bytes are. */
function isOfTheBytes(error: unknown): boolean {
  if (error instanceof Unreadable || error instanceof TarBroken || error instanceof ZipBroken) return true;
  if (bzip2Errors.is(error)) return true;
  return error instanceof Error && "code" in error && /^(?:Z|ZSTD)_/.test(String(error.code));
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
  if (compression === "xz") throw new Unreadable("xz is not read; pack it as gzip, zstd or bzip2");
  const unpack = compression === "gzip" ? createGunzip() : createZstdDecompress();
  // An error destroys the last stream with it; whoever iterates it receives the error there.
  return pipeline(
    Readable.from(bytes, { objectMode: false }),
    unpack,
    () => undefined,
  ) as AsyncIterable<Uint8Array>;
}

async function* whole(
  name: string,
  form: DocumentForm,
  chunks: AsyncIterable<Uint8Array>,
  limits: FeedLimits,
): AsyncGenerator<Leaf> {
  const parts: Uint8Array[] = [];
  let head: Buffer = Buffer.alloc(0);
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES);
    const max = maxBytesOf(form, head, limits);
    if (size > max) {
      yield tooLarge(name, max);
      return;
    }
    parts.push(chunk);
  }
  yield leafOf(name, form, Buffer.concat(parts));
}

/** What an XML document is says its beginning: OVAL, which is read as a stream, may be larger than others. */
function maxBytesOf(form: DocumentForm, head: Uint8Array, limits: FeedLimits): number {
  return form === "xml" && isOval(head) ? limits.maxOvalBytes : limits.maxDocumentBytes;
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
      ? tooLarge(line, limits.maxDocumentBytes)
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
  if (form === "other") {
    yield { kind: "ignored", name };
  } else if (compression === undefined && isDocument(form)) {
    yield await innerDocument(name, form, file, budget);
  } else if (file.size > limits.maxBufferedArchiveBytes) {
    yield tooLarge(name, limits.maxBufferedArchiveBytes);
  } else {
    const bytes = await file.read();
    yield* expand({ name, open: () => chunked(bytes), random: inMemory(bytes) }, budget, depth + 1);
  }
}

async function innerDocument(
  name: string,
  form: DocumentForm,
  file: { readonly size: number; read(): Promise<Buffer> },
  budget: Budget,
): Promise<Leaf> {
  const { limits } = budget;
  budget.documents += 1;
  if (budget.documents > limits.maxDocuments) throw limitExceeded("maxDocuments", limits.maxDocuments, name);
  const most =
    form === "xml" ? Math.max(limits.maxDocumentBytes, limits.maxOvalBytes) : limits.maxDocumentBytes;
  if (file.size > most) return tooLarge(name, most);
  const bytes = await file.read();
  const max = maxBytesOf(form, bytes.subarray(0, HEAD_BYTES), limits);
  return bytes.length > max ? tooLarge(name, max) : leafOf(name, form, bytes);
}

const isHolder = (form: Form): boolean => form === "tar" || form === "zip";

function isDocument(form: Form): form is DocumentForm {
  return form === "json" || form === "yaml" || form === "csv" || form === "xml" || form === "text";
}

const rejected = (document: string, reason: string): Leaf => ({
  kind: "rejected",
  rejection: { document, path: "$", reason },
});

const tooLarge = (name: string, max: number): Leaf =>
  rejected(name, `the document is larger than ${max} bytes`);

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
