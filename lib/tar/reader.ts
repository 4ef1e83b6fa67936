// SPDX-License-Identifier: Apache-2.0
/**
 * Streaming tar reader: bytes are pushed in, entries are reported, content goes only where somebody wants it.
 * Formats as read by Go's archive/tar, which unpacks layers in container runtimes: v7, ustar, pax, GNU.
 */
import { tarError } from "./errors.ts";
import {
  BLOCK,
  SPARSE_BLOCK_IS_EXTENDED,
  TYPE,
  hasGoodChecksum,
  isExtendedSparse,
  isZeroBlock,
  linkOf,
  modeOf,
  nameOf,
  realSizeOf,
  sizeOf,
} from "./header.ts";
import { parsePax, type PaxRecords } from "./pax.ts";

export type TarEntryType = "file" | "directory" | "symlink" | "hardlink" | "other";

/** One object for the whole archive: its fields hold for the length of the `entry` call. */
export interface TarEntry {
  /** As written: it may be absolute, hold `..` or begin with `./`. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Bytes of content; of a sparse file, with its holes. */
  readonly size: number;
  /** Permission bits and above, as written. */
  readonly mode: number;
  /** Target of a symlink, or the path that a hard link repeats; else empty. */
  readonly linkPath: string;
  /** A sparse file's content is not delivered. */
  readonly sparse: boolean;
  /** Byte offset of the entry's header in the archive. */
  readonly offset: number;
}

export interface EntrySink {
  /** A piece of content; its bytes are overwritten after the call. False: no more of this entry is wanted. */
  data(bytes: Buffer): boolean;
  /** The entry's content is over, or `data` asked to stop. */
  end(): void;
}

export interface TarLimits {
  /** Entries in the archive. */
  readonly maxEntries: number;
  /** UTF-16 units of a path or link target. */
  readonly maxNameLength: number;
  /** Bytes of one pax header or GNU long name. */
  readonly maxMetadataBytes: number;
}

export const defaultTarLimits: TarLimits = {
  maxEntries: 4_000_000,
  maxNameLength: 4096,
  maxMetadataBytes: 1024 * 1024,
};

type State = "header" | "content" | "metadata" | "sparseMap" | "done";
type Metadata = "pax" | "global" | "longName" | "longLink";

/** Push the archive's bytes in pieces of any size, then call `finish`. */
export class TarReader {
  readonly #onEntry: (entry: TarEntry) => EntrySink | undefined;
  readonly #limits: TarLimits;
  #state: State = "header";
  /** Archive offset of the first byte of the current chunk. */
  #base = 0;
  #entries = 0;
  /** A header split over two chunks. */
  readonly #split = Buffer.alloc(BLOCK);
  readonly #splitView = viewOf(this.#split);
  /** The current chunk once more, for reading words. */
  #view = this.#splitView;
  #splitLength = 0;
  #sawZeroBlock = false;
  /** Bytes of content and of its padding still to come. */
  #left = 0;
  #padding = 0;
  #sink: EntrySink | undefined;
  #metadataKind: Metadata = "pax";
  #metadata: Buffer = Buffer.alloc(0);
  #metadataLength = 0;
  #pax: PaxRecords = {};
  #longName: string | undefined;
  #longLink: string | undefined;
  #hasMetadata = false;
  readonly #entry = {
    path: "",
    type: "other" as TarEntryType,
    size: 0,
    mode: 0,
    linkPath: "",
    sparse: false,
    offset: 0,
  };

  /** @param onEntry is called once an entry, in order; what it returns receives the content of a regular file. */
  constructor(onEntry: (entry: TarEntry) => EntrySink | undefined, limits: Partial<TarLimits> = {}) {
    this.#onEntry = onEntry;
    this.#limits = { ...defaultTarLimits, ...limits };
  }

  /** Entries reported so far. */
  get entries(): number {
    return this.#entries;
  }

  /** @throws TAR_INVALID for bytes that are not tar, TAR_LIMIT past a limit; both with the offset. */
  push(bytes: Uint8Array): void {
    const chunk = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = viewOf(chunk);
    let at = 0;
    while (at < chunk.length && this.#state !== "done") {
      if (this.#state === "content") at = this.#content(chunk, at);
      else if (this.#state === "metadata") at = this.#collect(chunk, at);
      else at = this.#block(chunk, at);
    }
    this.#base += chunk.length;
  }

  /** @throws TAR_TRUNCATED when the archive stops inside a header or an entry. */
  finish(): void {
    const inside = this.#state !== "done" && (this.#state !== "header" || this.#splitLength > 0);
    if (inside || this.#hasMetadata)
      throw tarError("TAR_TRUNCATED", "the archive stops inside an entry", this.#base);
    this.#state = "done";
  }

  /** Next 512-byte block, from the chunk or put together over two. */
  #block(chunk: Buffer, at: number): number {
    if (this.#splitLength === 0 && chunk.length - at >= BLOCK) {
      this.#take(chunk, this.#view, at, this.#base + at);
      return at + BLOCK;
    }
    const copied = chunk.copy(this.#split, this.#splitLength, at, at + BLOCK - this.#splitLength);
    this.#splitLength += copied;
    if (this.#splitLength === BLOCK) {
      this.#splitLength = 0;
      this.#take(this.#split, this.#splitView, 0, this.#base + at + copied - BLOCK);
    }
    return at + copied;
  }

  #take(bytes: Buffer, view: DataView, at: number, offset: number): void {
    if (this.#state === "sparseMap") {
      if (bytes[at + SPARSE_BLOCK_IS_EXTENDED] === 0) this.#startContent();
      return;
    }
    if (bytes[at] === 0 && isZeroBlock(bytes, at)) {
      if (this.#sawZeroBlock) this.#state = "done";
      this.#sawZeroBlock = true;
      return;
    }
    if (this.#sawZeroBlock) throw tarError("TAR_INVALID", "a header behind the end mark", offset);
    if (!hasGoodChecksum(bytes, view, at))
      throw tarError("TAR_INVALID", "header checksum does not match", offset);
    this.#header(bytes, at, offset);
  }

  #header(bytes: Buffer, at: number, offset: number): void {
    const type = String.fromCharCode(bytes[at + TYPE.offset] as number);
    const size = sizeOf(bytes, at);
    if (Number.isNaN(size)) throw tarError("TAR_INVALID", "header size is not a number", offset);
    const metadata = metadataOf(type);
    if (metadata) {
      this.#startMetadata(metadata, size, offset);
      return;
    }
    this.#fill(type, bytes, at, offset, size);
    this.#report(type === "S" && isExtendedSparse(bytes, at));
  }

  #fill(type: string, bytes: Buffer, at: number, offset: number, size: number): void {
    const entry = this.#entry;
    entry.offset = offset;
    entry.path = this.#pax.path ?? this.#longName ?? nameOf(bytes, at);
    entry.type = typeOf(type, entry.path);
    entry.linkPath =
      type === "1" || type === "2" ? (this.#pax.linkPath ?? this.#longLink ?? linkOf(bytes, at)) : "";
    const mode = modeOf(bytes, at);
    entry.mode = Number.isNaN(mode) ? 0 : mode;
    entry.sparse = type === "S" || this.#pax.sparse === true;
    const stored = hasNoContent(type) ? 0 : (this.#pax.size ?? size);
    const real = type === "S" ? realSizeOf(bytes, at) : this.#pax.realSize;
    if (Number.isNaN(real)) throw tarError("TAR_INVALID", "sparse size is not a number", offset);
    entry.size = entry.sparse && real !== undefined ? real : stored;
    this.#left = stored;
    this.#padding = (BLOCK - (stored % BLOCK)) % BLOCK;
  }

  #report(hasSparseMap: boolean): void {
    const entry = this.#entry;
    if (++this.#entries > this.#limits.maxEntries) {
      throw tarError("TAR_LIMIT", `more than ${this.#limits.maxEntries} entries`, entry.offset);
    }
    const longest = Math.max(entry.path.length, entry.linkPath.length);
    if (longest > this.#limits.maxNameLength) {
      throw tarError("TAR_LIMIT", `a name longer than ${this.#limits.maxNameLength}`, entry.offset);
    }
    if (this.#hasMetadata) this.#forget();
    const sink = this.#onEntry(entry);
    this.#sink = entry.sparse || entry.type !== "file" ? undefined : sink;
    if (hasSparseMap) this.#state = "sparseMap";
    else this.#startContent();
  }

  #startContent(): void {
    this.#state = "content";
    if (this.#left > 0) return;
    this.#sink?.end();
    this.#sink = undefined;
    this.#state = "header";
  }

  #content(chunk: Buffer, at: number): number {
    if (this.#left > 0) {
      const end = Math.min(chunk.length, at + this.#left);
      this.#left -= end - at;
      if (this.#sink) this.#deliver(chunk, at, end);
      if (this.#left === 0 && this.#padding === 0) this.#state = "header";
      return end;
    }
    const skipped = Math.min(chunk.length - at, this.#padding);
    this.#padding -= skipped;
    if (this.#padding === 0) this.#state = "header";
    return at + skipped;
  }

  #deliver(chunk: Buffer, at: number, end: number): void {
    const more = this.#sink?.data(chunk.subarray(at, end)) === true;
    if (more && this.#left > 0) return;
    this.#sink?.end();
    this.#sink = undefined;
  }

  #startMetadata(kind: Metadata, size: number, offset: number): void {
    if (size > this.#limits.maxMetadataBytes) {
      throw tarError("TAR_LIMIT", `a header of more than ${this.#limits.maxMetadataBytes} bytes`, offset);
    }
    this.#metadataKind = kind;
    this.#entry.offset = offset;
    this.#metadataLength = size;
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (this.#metadata.length < padded) this.#metadata = Buffer.alloc(padded);
    this.#left = padded;
    if (kind !== "global") this.#hasMetadata = true;
    if (padded > 0) this.#state = "metadata";
  }

  #collect(chunk: Buffer, at: number): number {
    const padded = Math.ceil(this.#metadataLength / BLOCK) * BLOCK;
    const copied = chunk.copy(this.#metadata, padded - this.#left, at, at + this.#left);
    this.#left -= copied;
    if (this.#left === 0) {
      this.#state = "header";
      this.#keepMetadata(this.#metadata.subarray(0, this.#metadataLength));
    }
    return at + copied;
  }

  /** A global header changes nothing: container runtimes do not apply it either. */
  #keepMetadata(bytes: Buffer): void {
    if (this.#metadataKind === "longName") this.#longName = untilNul(bytes);
    else if (this.#metadataKind === "longLink") this.#longLink = untilNul(bytes);
    else {
      const records = parsePax(bytes);
      if (!records) throw tarError("TAR_INVALID", "a pax header does not parse", this.#entry.offset);
      if (this.#metadataKind === "pax") this.#pax = records;
    }
  }

  #forget(): void {
    this.#pax = {};
    this.#longName = undefined;
    this.#longLink = undefined;
    this.#hasMetadata = false;
  }
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function metadataOf(type: string): Metadata | undefined {
  switch (type) {
    case "x":
      return "pax";
    case "g":
      return "global";
    case "L":
      return "longName";
    case "K":
      return "longLink";
    default:
      return undefined;
  }
}

function typeOf(type: string, path: string): TarEntryType {
  switch (type) {
    case "0":
    case "7":
    case "S":
      return "file";
    case "\0": // v7 marks a directory by its name only
      return path.endsWith("/") ? "directory" : "file";
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "5":
      return "directory";
    default:
      return "other";
  }
}

/** Links, devices, directories and pipes: the size field says nothing of stored bytes. */
function hasNoContent(type: string): boolean {
  return type >= "1" && type <= "6";
}

function untilNul(bytes: Buffer): string {
  const nul = bytes.indexOf(0);
  return bytes.toString("utf8", 0, nul < 0 ? bytes.length : nul);
}
