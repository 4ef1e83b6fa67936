// SPDX-License-Identifier: Apache-2.0
/**
 * The heavy part of imports: documents to a source's export, and all exports to a snapshot. Bytes in, bytes out, so
 * that it runs in a thread of its own (`import-thread.ts`); seconds of work that would hold up a Lease renewal.
 */
import {
  compileSnapshot,
  decodeExport,
  decodeParts,
  decodeStamps,
  encodeExport,
  encodeParts,
  encodeStamps,
  importSource,
  noting,
  readVexFeed,
  standing,
  vexCompiler,
} from "#engines/evaluation/index.ts";
import type {
  ConnectorId,
  FeedDocument,
  FeedReader,
  SourceExport,
  VexFeed,
  VexFormat,
} from "#engines/evaluation/index.ts";
import { byText } from "#lib/compare.ts";
import { digestOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { defineErrors, messageOf } from "#lib/errors.ts";
import { findImpact } from "./impact-work.ts";
import type { Impact, ImpactTask } from "./impact-work.ts";
import { documentsIn, storedVexBytes, vexExport } from "./vex-export.ts";
import type { StoredVex } from "./vex-export.ts";

export const importErrors = defineErrors("import", {
  FEED_EMPTY: "invalid",
  /** Many fewer records than those in force. */
  FEED_SHRUNK: "invalid",
  /** Of another source; the import is tried again. */
  EXPORT_LOST: "unavailable",
  SOURCE_MISSING: "missing",
  FEED_TOO_LARGE: "invalid",
  /** The job was told to end; it runs again. */
  IMPORT_ABORTED: "unavailable",
  /** The thread ended without an answer. */
  IMPORT_WORKER_LOST: "unavailable",
});

export interface ReadTask {
  readonly kind: "AdvisorySource" | "VexSource";
  /** The source's name in findings. */
  readonly name: string;
  /** Advisories only; each document is recognized by itself when left out. */
  readonly connector?: ConnectorId;
  /** VEX only; each document is recognized by itself when left out. */
  readonly format?: VexFormat;
  /** The import before, where the feed gives only what changed since. */
  readonly base?: ImportBase;
}

/** An export and its parts as they are stored. */
export interface ImportBase {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly parts: Uint8Array;
}

export interface Imported {
  /** The export as it is stored. */
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  /** Of a feed with an inventory: of what the export is made, for the next import. */
  readonly parts?: Uint8Array;
  readonly records: number;
  readonly rejected: number;
  /** The first ones, for people. */
  readonly rejections: readonly string[];
}

export interface CompileTask {
  readonly kind: ReadTask["kind"];
  /** What the exports are, in the order in which they are read. */
  readonly exports: readonly { readonly name: string; readonly digest: Digest }[];
}

export interface ImportWork {
  /** @throws FEED_TOO_LARGE, EXPORT_CORRUPT of the base, what the feed throws, and what `importSource` throws */
  read(task: ReadTask, feed: FeedReader): Promise<Imported>;
  /** @returns the snapshot. @throws FEED_TOO_LARGE, EXPORT_CORRUPT, SNAPSHOT_SOURCE_DUPLICATE, what `exports` throws */
  compile(task: CompileTask, exports: FeedReader): Promise<Uint8Array>;
  /** @throws SNAPSHOT_CORRUPT, BOM_INDEX_CORRUPT, and what the feed throws */
  impact(task: ImpactTask, parts: FeedReader): Promise<Impact>;
  close(): Promise<void>;
}

export const MAX_EXPORT_BYTES = 1024 * 1024 * 1024;
const MAX_VEX_FILES = 200_000;
/**
 * Of one document, uncompressed. `[{},{},…` takes 22 times its size as values; a thread whose heap is outgrown by far
 * in one step ends with its process, one that goes over little by little ends alone. Feeds have at most half of this.
 */
const MAX_DOCUMENT_BYTES = 24 * 1024 * 1024;
/** Feeds that are one large document each, with limits of their own: OVAL is read as a stream. */
const LARGE: ReadonlySet<ConnectorId | undefined> = new Set(["debian/tracker", "oval"]);
const MAX_REJECTIONS = 5;
const VEX_LIMITS = { maxDocumentBytes: MAX_DOCUMENT_BYTES, maxDocuments: MAX_VEX_FILES };

/** The work in the calling thread. */
export const inlineImportWork: ImportWork = {
  read: (task, feed) => (task.kind === "AdvisorySource" ? readAdvisories(task, feed) : readVex(task, feed)),
  compile: ({ kind, exports }, feed) =>
    kind === "AdvisorySource" ? compileAdvisories(exports, feed) : compileVex(exports, feed),
  impact: (task, parts) => findImpact(task, parts, whole),
  close: () => Promise.resolve(),
};

async function readAdvisories({ name, connector, base }: ReadTask, feed: FeedReader): Promise<Imported> {
  const limits = LARGE.has(connector) ? {} : { maxDocumentBytes: MAX_DOCUMENT_BYTES };
  const result = await importSource({
    name,
    feed,
    limits,
    ...(connector === undefined ? {} : { connector }),
    ...(base === undefined ? {} : { base: decodeParts(base.parts, decodeExport(base.bytes, base.digest)) }),
  });
  const digest = result.export.exportDigest;
  return {
    bytes: encodeExport(result.export),
    digest,
    ...(result.parts === undefined ? {} : { parts: encodeParts(result.parts, digest) }),
    records: result.records,
    rejected: result.rejectedCount,
    rejections: result.rejected
      .slice(0, MAX_REJECTIONS)
      .map(({ document, path, reason }) => `${document} ${path}: ${reason}`),
  };
}

/** One of a source's documents. Without text: an earlier import refused it as a whole. */
type VexPart = Omit<StoredVex, "text"> & { readonly text?: string; readonly stamp?: string };

/** VEX documents are kept as they came: claims stay verbatim. Those that are refused as a whole are not. */
async function readVex({ name, format, base }: ReadTask, feed: FeedReader): Promise<Imported> {
  const { documents, stamps, problems: unread, problemCount } = await vexIn(name, feed, base);
  const compiler = vexCompiler(format);
  const problems = [...unread];
  let rejected = problemCount;
  const kept: Buffer[] = [];
  // A hub is 200 MB of text: each document is let go of when its part of the export is written.
  for (let next = documents.pop(); next !== undefined; next = documents.pop()) {
    const { text, stamp: _, ...facts } = next;
    if (text === undefined) {
      rejected += 1;
      continue;
    }
    const added = compiler.add({ ...facts, source: name, bytes: text });
    rejected += added.problemCount;
    problems.push(...added.problems.slice(0, Math.max(0, MAX_REJECTIONS - problems.length)));
    if (added.isRead) kept.push(storedVexBytes({ ...facts, text }));
  }
  const bytes = vexExport(name, kept);
  const digest = digestOf(bytes);
  return {
    bytes,
    digest,
    ...(stamps === undefined ? {} : { parts: encodeStamps(stamps, digest) }),
    records: compiler.statements(),
    rejected,
    rejections: problems.slice(0, MAX_REJECTIONS).map(messageOf),
  };
}

interface FoundVex extends Pick<VexFeed, "problems" | "problemCount"> {
  /** The last by name first: the caller takes them from the end. */
  readonly documents: VexPart[];
  /** Of a feed with an inventory: all documents with their marks. */
  readonly stamps: readonly Pick<VexPart, "name" | "stamp">[] | undefined;
}

async function vexIn(name: string, feed: FeedReader, base: ImportBase | undefined): Promise<FoundVex> {
  const renewed = new Set<string>();
  const documents = (): AsyncIterable<FeedDocument> => noting(feed.documents(), renewed);
  const found = await readVexFeed(name, { documents }, VEX_LIMITS);
  const read = found.documents.map(({ source: _, bytes: text, ...facts }): VexPart => ({ ...facts, text }));
  const inventory = await feed.inventory?.();
  const all = inventory === undefined ? read : standing(inventory, storedVex(base), read, renewed);
  return {
    documents: all.toSorted((a, b) => byText(a.name, b.name)).reverse(),
    stamps:
      inventory &&
      all.map(({ name: of, stamp }) => ({ name: of, ...(stamp === undefined ? {} : { stamp }) })),
    problems: found.problems,
    problemCount: found.problemCount,
  };
}

function storedVex(base: ImportBase | undefined): readonly VexPart[] {
  if (base === undefined) return [];
  const kept = new Map([...documentsIn(base.bytes)].map((document) => [document.name, document]));
  return [...decodeStamps(base.parts, base.digest)].map(([name, stamp]) => ({
    ...(kept.get(name) ?? { name }),
    ...(stamp === undefined ? {} : { stamp }),
  }));
}

async function compileAdvisories(exports: CompileTask["exports"], feed: FeedReader): Promise<Uint8Array> {
  const sources: SourceExport[] = [];
  for await (const { bytes, digest } of exportsIn(feed, exports)) sources.push(decodeExport(bytes, digest));
  return compileSnapshot(sources);
}

async function compileVex(exports: CompileTask["exports"], feed: FeedReader): Promise<Uint8Array> {
  const compiler = vexCompiler();
  for await (const { name, bytes } of exportsIn(feed, exports)) {
    for (const { text, ...document } of documentsIn(bytes))
      compiler.add({ ...document, source: name, bytes: text });
  }
  return compiler.finish().bytes;
}

async function* exportsIn(
  feed: FeedReader,
  exports: CompileTask["exports"],
): AsyncGenerator<{ readonly name: string; readonly digest: Digest; readonly bytes: Buffer }> {
  const rest = exports.values();
  for await (const document of feed.documents()) {
    const next = rest.next();
    if (next.done === true) return;
    yield { ...next.value, bytes: await whole(document.open(), document.name, MAX_EXPORT_BYTES) };
  }
}

async function whole(stream: AsyncIterable<Uint8Array>, name: string, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes)
      throw importErrors.make("FEED_TOO_LARGE", `${name} is over ${maxBytes / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
