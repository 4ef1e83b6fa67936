// SPDX-License-Identifier: Apache-2.0
/** Shapes of feeds on their way in: documents, what a connector makes of one, and a source's export. */
import type { Digest } from "#lib/digest.ts";
import type { Advisory } from "../types.ts";
import type { ConnectorId } from "./connector-ids.ts";

/** One file of a feed, as a source yields it: plain, compressed or an archive. */
export interface FeedDocument {
  /** Relative path; its endings say what it is (`.json`, `.jsonl`, `.yaml`, `.csv`, `.md`, `.xml.bz2`, `.tar.zst`, `.zip` ...). */
  readonly name: string;
  /** The bytes from the beginning, each time it is called. */
  open(): AsyncIterable<Uint8Array>;
  /** Size in bytes and a reader of slices, where the source can seek; a zip is then not held in memory. */
  readonly random?: { readonly size: number; read(offset: number, length: number): Promise<Uint8Array> };
  /** The folder that an archive stands for: its files are named as if they lay there. Absent: the archive's own name. */
  readonly root?: string;
  /** Why the document cannot be used although it is there, e.g. its checksum; it is listed and the rest goes on. */
  readonly fault?: string;
}

/** Port: where a source's bytes come from. */
export interface FeedReader {
  documents(): AsyncIterable<FeedDocument>;
  /**
   * Of a feed that may give only what changed since an earlier import: what there is in all. Asked for after the last
   * document; absent: the documents are all there is.
   */
  inventory?(): Promise<FeedInventory>;
}

export interface FeedInventory {
  /** What was read earlier or now and is under none of these names is gone. */
  readonly present: readonly PresentDocument[];
}

export interface PresentDocument {
  /** Of a leaf document, or of an archive or folder with all its leaves. */
  readonly name: string;
  /** The mark by which the place tells one state of that leaf from another, where it has one (a time, mostly). */
  readonly stamp?: string;
}

/** A feed that was opened with what an earlier import left, and says what to keep for the next one. */
export interface ChangingFeed extends FeedReader {
  /** Nothing differs from the earlier import: there are no documents to read. */
  readonly unchanged: boolean;
  /** Whether what it gives is only what changed, so that the earlier import's parts are needed for the rest. */
  readonly isIncremental: boolean;
  inventory(): Promise<FeedInventory>;
  /** For the next opening; asked for after the last document, and kept only with the import's parts. */
  cursor(): FeedCursor;
  /** Facts about what was read, for people: what was left out by its label, what was not verified. */
  notes(): readonly string[];
  /** Lets go of connections and files. */
  close(): Promise<void>;
}

/** What an earlier import left for the opening of a feed. */
export interface FeedBefore {
  readonly cursor: FeedCursor;
  /** Documents of that import with their marks. */
  stamps(): Promise<ReadonlyMap<string, string | undefined>>;
}

/** Plain JSON, small: of the lists and archives of a place, never of single documents. */
export interface FeedCursor {
  /** Digest of the place and of how its documents are read; with another one everything is read anew. */
  readonly place: string;
  /** By the digest of a URL, since URLs may hold secrets. */
  readonly resources: Readonly<Record<string, FeedResource>>;
}

export interface FeedResource {
  readonly etag?: string;
  readonly lastModified?: string;
  /** Of its bytes, for servers that have neither of them. */
  readonly sha256?: string;
  /** Name of the document that it gave. */
  readonly name?: string;
  /** Milliseconds since 1970 before which the place asks not to be looked at again. */
  readonly nextAt?: number;
}

/** A document after decompression and parsing: a JSON or YAML value, or the text of csv, XML, a Markdown file or a list. */
export interface ParsedDocument {
  /** With the archives that held it, e.g. `all.zip/GHSA-1.json`, and the line of a jsonl: `feed.jsonl:12`. */
  readonly name: string;
  readonly value: unknown;
}

/** What one document contributes. */
export interface Contribution {
  readonly advisories?: readonly Advisory[];
  /** CVE ids with proof of exploitation. */
  readonly exploited?: readonly string[];
  /** CVE id to probability, 0 to 1. */
  readonly epss?: ReadonlyMap<string, number>;
  /** Distro releases for which this document is complete, e.g. `alpine:3.20`. */
  readonly covers?: readonly string[];
  /** Records that were understood and hold nothing to match (not affected, other ecosystems). */
  readonly skipped?: number;
  /** For each record that speaks of packages of an ecosystem whose versions we can't compare: the ecosystem, as its feed names it. */
  readonly notCompared?: readonly string[];
  /** When the document was last changed, in its own words; the mark of its state where its place gives none. */
  readonly modified?: string;
}

/** Says that one entry of a document cannot be used; the rest of it goes on. */
export type Reject = (path: string, reason: string) => void;

/** Judgement over one kind of feed. Pure; I/O is in `documents/` and `adapters/`. */
export interface Connector {
  readonly id: ConnectorId;
  /** Whether a document is of this feed; used where the source does not say what it is. */
  recognizes(document: ParsedDocument): boolean;
  /** Of one document, where this feed has larger ones than others. */
  readonly maxDocumentBytes?: number;
  /** Documents of this feed's layout that hold no facts, by base name (indexes). */
  readonly ignores?: ReadonlySet<string>;
  /** @throws FEED_DOCUMENT_INVALID with the path inside the document, when all of it is unusable */
  normalize(document: ParsedDocument, reject: Reject): Contribution;
}

export interface Rejection {
  readonly document: string;
  readonly path: string;
  readonly reason: string;
  readonly position?: string;
}

/** What one leaf document gave to an import: enough to make the export anew without reading it again. */
export interface DocumentPart {
  readonly name: string;
  readonly stamp?: string;
  /** In the document's order, not merged. */
  readonly advisories: readonly Advisory[];
  readonly exploited: readonly string[];
  readonly epss: ReadonlyMap<string, number>;
  readonly covers: readonly string[];
  readonly skipped: number;
  readonly notCompared?: readonly string[];
  /** The first 20. */
  readonly rejected: readonly Rejection[];
  readonly rejectedCount: number;
}

/** Records of one ecosystem whose versions we can't compare: nothing is found by them. */
export type NotCompared = readonly [ecosystem: string, records: number];

/** All that one source says, normalised; the input of a snapshot. Lists are sorted. */
export interface SourceExport {
  readonly name: string;
  readonly advisories: readonly Advisory[];
  readonly exploited: readonly string[];
  readonly epss: readonly (readonly [id: string, probability: number])[];
  readonly covers: readonly string[];
  /** Absent where all are compared. */
  readonly notCompared?: readonly NotCompared[];
  /** SHA-256 of the export's bytes (`encodeExport`); same facts, same digest. */
  readonly exportDigest: Digest;
}

/** Outcome of one import: the export, and what was left out of it and why. */
export interface ImportResult {
  readonly export: SourceExport;
  /** Of a feed with an inventory: what the export is made of, by name. `base` of the next import. */
  readonly parts?: readonly DocumentPart[];
  /** Advisories, KEV entries and EPSS rows in the export. */
  readonly records: number;
  /** Documents that were parsed in this import. */
  readonly documents: number;
  /** Files of this import whose name says that they are no feed documents (README, signatures, indexes). */
  readonly ignored: number;
  readonly skipped: number;
  /** The first 20, those of earlier imports before the new ones in the order met. */
  readonly rejected: readonly Rejection[];
  readonly rejectedCount: number;
}
