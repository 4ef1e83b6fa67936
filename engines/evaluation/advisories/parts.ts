// SPDX-License-Identifier: Apache-2.0
/**
 * The parts of an export as bytes, kept beside it: JSON lines under zstd. The head names the export and lists the
 * documents with their marks, so that planning an import reads one line; then one line a document. A record that one
 * document alone gave stands in the export and is only named here, which is nearly all of them.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { Digest } from "#lib/digest.ts";
import type { Advisory } from "../types.ts";
import { advisoryErrors } from "./errors.ts";
import { mergeRecords } from "./merge-records.ts";
import { textLines } from "./text-lines.ts";
import type { DocumentPart, Rejection, SourceExport } from "./types.ts";

const FORMAT = "stellaops.feed-parts/1";
/** Uncompressed; refuses a bomb. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** Documents of an earlier import, and the marks of their states. */
export type Stamps = ReadonlyMap<string, string | undefined>;

interface Head {
  readonly format: string;
  readonly export: Digest;
  readonly names: readonly string[];
  /** Of each name; null: none. */
  readonly stamps: readonly (string | null)[];
}

interface Line {
  /** Records that this document alone gave. */
  readonly ids?: readonly string[];
  /** Its part of records that others gave as well. */
  readonly shared?: readonly Advisory[];
  readonly exploited?: readonly string[];
  /** `true`: all of the export's. */
  readonly epss?: true | readonly (readonly [string, number])[];
  readonly covers?: readonly string[];
  readonly skipped?: number;
  readonly notCompared?: readonly string[];
  readonly rejected?: readonly Rejection[];
  readonly rejectedCount?: number;
}

/** @param of the digest of the export that the parts make */
export function encodeParts(parts: readonly DocumentPart[], of: Digest): Uint8Array {
  const givers = new Map<string, number>();
  for (const { advisories } of parts) {
    for (const id of idsOf(advisories)) givers.set(id, (givers.get(id) ?? 0) + 1);
  }
  const scoring = parts.filter(({ epss }) => epss.size > 0).length;
  const lines = parts.map((part) => `${canonicalJson(lineOf(part, givers, scoring === 1))}\n`);
  return compressed([headLine(parts, of), ...lines]);
}

/** The head alone, for documents that are kept whole elsewhere. */
export function encodeStamps(
  documents: readonly Pick<DocumentPart, "name" | "stamp">[],
  of: Digest,
): Uint8Array {
  return compressed([headLine(documents, of)]);
}

/** @throws EXPORT_CORRUPT, also when the parts are another export's */
export function decodeParts(bytes: Uint8Array, source: SourceExport): readonly DocumentPart[] {
  return reading(() => {
    const lines = textLines(uncompressed(bytes));
    const { names, stamps } = headOf(lines.next().value ?? "", source.exportDigest);
    const records = new Map(source.advisories.map((advisory) => [advisory.id, advisory]));
    const parts = names.map((name, index) => {
      const { value, done } = lines.next();
      if (done === true) throw new Error("a document's line is missing");
      return partOf(name, stamps[index] ?? undefined, JSON.parse(value) as Line, source, records);
    });
    if (lines.next().done !== true) throw new Error("a line is no document's");
    return parts;
  });
}

/** @throws EXPORT_CORRUPT, also when they are another export's */
export function decodeStamps(bytes: Uint8Array, of: Digest): Stamps {
  return reading(() => {
    const { names, stamps } = headOf(textLines(uncompressed(bytes)).next().value ?? "", of);
    const documents = new Map<string, string | undefined>();
    for (const [index, name] of names.entries()) documents.set(name, stamps[index] ?? undefined);
    return documents;
  });
}

const idsOf = (advisories: readonly Advisory[]): ReadonlySet<string> =>
  new Set(advisories.map(({ id }) => id));

function headLine(documents: readonly Pick<DocumentPart, "name" | "stamp">[], of: Digest): string {
  const head: Head = {
    format: FORMAT,
    export: of,
    names: documents.map(({ name }) => name),
    stamps: documents.map(({ stamp }) => stamp ?? null),
  };
  return `${canonicalJson(head)}\n`;
}

function lineOf(part: DocumentPart, givers: ReadonlyMap<string, number>, isOnlyScoring: boolean): Line {
  const isOwn = (id: string): boolean => givers.get(id) === 1;
  const ids = [...idsOf(part.advisories)].filter(isOwn).sort();
  const shared = mergeRecords(part.advisories.filter(({ id }) => !isOwn(id)));
  return {
    ...some("ids", ids),
    ...some("shared", shared),
    ...some("exploited", part.exploited),
    ...(part.epss.size === 0 ? {} : { epss: isOnlyScoring || [...part.epss] }),
    ...some("covers", part.covers),
    ...(part.skipped === 0 ? {} : { skipped: part.skipped }),
    ...some("notCompared", part.notCompared ?? []),
    ...some("rejected", part.rejected),
    ...(part.rejectedCount === 0 ? {} : { rejectedCount: part.rejectedCount }),
  };
}

const some = <Key extends string, Item>(
  key: Key,
  items: readonly Item[],
): Partial<Record<Key, readonly Item[]>> =>
  items.length === 0 ? {} : ({ [key]: items } as Record<Key, readonly Item[]>);

function partOf(
  name: string,
  stamp: string | undefined,
  line: Line,
  source: SourceExport,
  records: ReadonlyMap<string, Advisory>,
): DocumentPart {
  const own = (line.ids ?? []).map((id) => {
    const record = records.get(id);
    if (record === undefined) throw new Error(`the export has no ${id}`);
    return record;
  });
  return {
    name,
    ...(stamp === undefined ? {} : { stamp }),
    advisories: [...own, ...(line.shared ?? [])],
    exploited: line.exploited ?? [],
    epss: new Map(line.epss === true ? source.epss : (line.epss ?? [])),
    covers: line.covers ?? [],
    skipped: line.skipped ?? 0,
    ...(line.notCompared === undefined ? {} : { notCompared: line.notCompared }),
    rejected: line.rejected ?? [],
    rejectedCount: line.rejectedCount ?? 0,
  };
}

function headOf(line: string, of: Digest): Head {
  const head = JSON.parse(line) as Head;
  if (head.format !== FORMAT) throw new Error("it has another format");
  if (head.export !== of) throw new Error(`it belongs to ${head.export}`);
  return head;
}

const compressed = (lines: readonly string[]): Uint8Array =>
  zstdCompressSync(Buffer.from(lines.join("")), { params: { [constants.ZSTD_c_checksumFlag]: 1 } });

const uncompressed = (bytes: Uint8Array): Buffer => zstdDecompressSync(bytes, { maxOutputLength: MAX_BYTES });

function reading<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw advisoryErrors.make("EXPORT_CORRUPT", `parts of an export: ${reason}`, { cause });
  }
}
