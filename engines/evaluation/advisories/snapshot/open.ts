// SPDX-License-Identifier: Apache-2.0
/**
 * A compiled snapshot, opened for look-ups: nothing is decoded but the rows asked for. Everything read is checked
 * against the sections' bounds, so that altered bytes give SNAPSHOT_CORRUPT even where the digest was not asked for.
 */
import { createHash } from "node:crypto";
import { isDigest } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import type { Advisory, Severity, VersionRange } from "../../types.ts";
import { packageKey } from "../ecosystems.ts";
import { advisoryErrors } from "../errors.ts";
import { parseRange } from "../ranges.ts";
import type { ParsedRange } from "../ranges.ts";
import { DIGEST_OFFSET, DIRECTORY_BYTES, FORMAT_VERSION, HEADER_BYTES, MAGIC, SECTIONS } from "./format.ts";
import { EXPLOITED, MALWARE, REJECTED, nameRow } from "./format.ts";
import type { BucketEntry, Head, Section, SnapshotMeta, SnapshotSource, VulnerabilityRow } from "./format.ts";

/** What an advisory says of one package. */
export interface SnapshotEntry {
  /** Position of the advisory in the snapshot. */
  readonly advisory: number;
  readonly ranges: readonly VersionRange[];
  readonly versions: readonly string[];
  readonly distroStatus?: string;
  readonly severity?: Severity;
  /** rpm module stream that alone is meant (`nodejs:18`); empty: packages outside of modules alone. */
  readonly module?: string;
  /** The ranges with their bounds parsed; made once. @throws VERSION_INVALID */
  parsedRanges(order: VersionOrder): readonly ParsedRange[];
  /** `versions` parsed; made once. @throws VERSION_INVALID */
  parsedVersions(order: VersionOrder): readonly unknown[];
}

export interface AdvisoryHead {
  readonly id: string;
  /** Connector id. */
  readonly source: string;
  /** Who publishes it: `debian`, `github`. */
  readonly vendor: string;
  /** Position of its vulnerability in the snapshot. */
  readonly vulnerability: number;
  readonly severity: Severity;
  readonly published?: string;
}

export interface Vulnerability {
  /** CVE where one is known. */
  readonly id: string;
  readonly aliases: readonly string[];
  /** Worst that an advisory without a distro's judgement gives. */
  readonly severity: Severity;
  readonly kev: boolean;
  /** The record of the CVE itself was rejected. */
  readonly rejected: boolean;
  /** The package itself is the harm. */
  readonly malware: boolean;
  readonly epss?: number;
  /** Positions of its advisories, ascending. */
  readonly advisories: readonly number[];
}

/** Immutable; one can serve any number of evaluations at once. */
export interface Snapshot {
  /** SHA-256 of everything behind the header: names the facts and the format. */
  readonly id: Digest;
  readonly sources: readonly SnapshotSource[];
  readonly advisories: number;
  readonly vulnerabilities: number;
  /** Distro releases and language ecosystems that some source speaks about, sorted. */
  readonly covers: readonly string[];
  /** Whether some source speaks about a distro release (`debian:12`) or a language ecosystem (`npm`). */
  coverage(what: string): boolean;
  /** Entries for a package (source package for distros), by advisory. */
  lookup(ecosystem: string, distro: string | undefined, name: string): readonly SnapshotEntry[];
  advisory(position: number): AdvisoryHead;
  vulnerability(position: number): Vulnerability;
  /** The whole advisory as its source's export has it; for people, not for matching. */
  record(position: number): Advisory;
  /** Positions of the vulnerabilities that go by a name: an id or alias, in any case. */
  named(name: string): readonly number[];
  /** All packages that some advisory speaks of, by key (`packageKey`), in order. */
  packages(): Iterable<readonly [key: string, entries: readonly SnapshotEntry[]]>;
}

export interface OpenOptions {
  /** Whether to hash the bytes. False only where the store has just done so. Default true. */
  readonly verify?: boolean;
}

/** @throws SNAPSHOT_CORRUPT, SNAPSHOT_VERSION_UNKNOWN; SNAPSHOT_CORRUPT also from look-ups in unverified bytes */
export function openSnapshot(bytes: Uint8Array, { verify = true }: OpenOptions = {}): Snapshot {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = readHeader(file);
  if (verify) {
    const digest = createHash("sha256").update(file.subarray(HEADER_BYTES)).digest();
    if (!digest.equals(file.subarray(DIGEST_OFFSET, DIGEST_OFFSET + 32)))
      throw corrupt("its digest does not fit");
  }
  return new OpenSnapshot(id, readSections(file));
}

/** Decoded buckets that are kept; the hot ones are source packages with many binaries. */
const MAX_KEPT_BUCKETS = 20_000;
const MAX_KEPT_ROWS = 50_000;
const NO_ENTRIES: readonly SnapshotEntry[] = [];

class OpenSnapshot implements Snapshot {
  readonly id: Digest;
  readonly #meta: SnapshotMeta;
  readonly #covers: ReadonlySet<string>;
  readonly #keys: Table;
  readonly #buckets: Table;
  readonly #heads: Table;
  readonly #vulnerabilities: Table;
  readonly #names: Table;
  readonly #details: Table;
  readonly #kept = new Kept<string, readonly SnapshotEntry[]>(MAX_KEPT_BUCKETS);
  readonly #keptHeads = new Kept<number, AdvisoryHead>(MAX_KEPT_ROWS);
  readonly #keptVulnerabilities = new Kept<number, Vulnerability>(MAX_KEPT_ROWS);

  constructor(id: Digest, sections: Readonly<Record<Section, Buffer>>) {
    this.id = id;
    this.#meta = readJson<SnapshotMeta>(sections.meta);
    this.#covers = decoded(() => new Set(this.#meta.covers));
    this.#keys = new Table(sections.keyIndex, sections.keys);
    this.#buckets = new Table(sections.bucketIndex, sections.buckets);
    this.#heads = new Table(sections.headIndex, sections.heads);
    this.#vulnerabilities = new Table(sections.vulnerabilityIndex, sections.vulnerabilities);
    this.#names = new Table(sections.nameIndex, sections.names);
    this.#details = new Table(sections.detailIndex, sections.details);
    if (this.#keys.count !== this.#buckets.count) throw corrupt("its tables do not fit each other");
  }

  get sources(): readonly SnapshotSource[] {
    return this.#meta.sources;
  }

  get advisories(): number {
    return this.#meta.advisories;
  }

  get vulnerabilities(): number {
    return this.#meta.vulnerabilities;
  }

  get covers(): readonly string[] {
    return this.#meta.covers;
  }

  coverage(what: string): boolean {
    return this.#covers.has(what);
  }

  lookup(ecosystem: string, distro: string | undefined, name: string): readonly SnapshotEntry[] {
    const key = packageKey(ecosystem, distro, name);
    return this.#kept.get(key, () => {
      const at = this.#keys.find(Buffer.from(key));
      return at < 0 ? NO_ENTRIES : this.#entries(at);
    });
  }

  #entries(at: number): readonly SnapshotEntry[] {
    return readJson<readonly BucketEntry[]>(this.#buckets.row(at)).map((row) => new Entry(row));
  }

  *packages(): Generator<readonly [key: string, entries: readonly SnapshotEntry[]], void> {
    for (let at = 0; at < this.#keys.count; at++) {
      yield [this.#keys.row(at).toString(), decoded(() => this.#entries(at))];
    }
  }

  advisory(position: number): AdvisoryHead {
    return this.#keptHeads.get(position, () => {
      const [id, connector, vulnerability, severity, vendorAt, published] = readJson<Head>(
        this.#heads.row(position),
      );
      const source = this.#meta.connectors[connector];
      const vendor = this.#meta.vendors[vendorAt];
      if (source === undefined || vendor === undefined) throw corrupt("an advisory is of nobody");
      const rest = published === undefined ? {} : { published };
      return { id, source, vendor, vulnerability, severity, ...rest };
    });
  }

  vulnerability(position: number): Vulnerability {
    return this.#keptVulnerabilities.get(position, () => {
      const row = this.#vulnerabilities.row(position);
      const [id, aliases, severity, flags, epss, advisories] = readJson<VulnerabilityRow>(row);
      return {
        id,
        aliases,
        severity,
        kev: (flags & EXPLOITED) !== 0,
        rejected: (flags & REJECTED) !== 0,
        malware: (flags & MALWARE) !== 0,
        ...(epss < 0 ? {} : { epss }),
        advisories,
      };
    });
  }

  record(position: number): Advisory {
    const { id, source, severity, published } = this.advisory(position);
    const rest = readJson<Omit<Advisory, "id" | "source" | "severity" | "published">>(
      this.#details.row(position),
    );
    return { id, source, severity, ...rest, ...(published === undefined ? {} : { published }) };
  }

  named(name: string): readonly number[] {
    const prefix = nameRow(name, 0).slice(0, -10);
    const found: number[] = [];
    for (let at = this.#names.lowerBound(Buffer.from(prefix)); at < this.#names.count; at++) {
      const row = this.#names.row(at).toString();
      if (!row.startsWith(prefix)) break;
      found.push(Number(row.slice(prefix.length)));
    }
    return found;
  }
}

/** Decoded rows, up to a number; when it is reached all go, which costs less than knowing the least used. */
class Kept<Key, Row> {
  readonly #rows = new Map<Key, Row>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: Key, decode: () => Row): Row {
    const kept = this.#rows.get(key);
    if (kept !== undefined) return kept;
    const row = decoded(decode);
    if (this.#rows.size >= this.#max) this.#rows.clear();
    this.#rows.set(key, row);
    return row;
  }
}

class Entry implements SnapshotEntry {
  readonly advisory: number;
  readonly ranges: readonly VersionRange[];
  readonly versions: readonly string[];
  readonly distroStatus?: string;
  readonly severity?: Severity;
  readonly module?: string;
  #parsedRanges: readonly ParsedRange[] | undefined;
  #parsedVersions: readonly unknown[] | undefined;

  constructor([advisory, ranges, versions, distroStatus, severity, module]: BucketEntry) {
    this.advisory = advisory;
    this.ranges = ranges.map(([introduced, fixed, lastAffected]) => ({
      introduced,
      ...(fixed === undefined || fixed === 0 ? {} : { fixed }),
      ...(lastAffected === undefined ? {} : { lastAffected }),
    }));
    this.versions = versions === undefined || versions === 0 ? [] : versions;
    if (distroStatus !== undefined && distroStatus !== 0) this.distroStatus = distroStatus;
    if (severity !== undefined && severity !== 0) this.severity = severity;
    if (module !== undefined && module !== 0) this.module = module;
  }

  parsedRanges(order: VersionOrder): readonly ParsedRange[] {
    this.#parsedRanges ??= this.ranges.map((range) => parseRange(order, range));
    return this.#parsedRanges;
  }

  parsedVersions(order: VersionOrder): readonly unknown[] {
    this.#parsedVersions ??= this.versions.map((text) => order.parse(text));
    return this.#parsedVersions;
  }
}

/** Rows behind an index of offsets. */
class Table {
  readonly count: number;
  readonly #index: Buffer;
  readonly #body: Buffer;

  constructor(index: Buffer, body: Buffer) {
    if (index.length < 4 || index.length % 4 !== 0) throw corrupt("an index has a length that none has");
    this.count = index.length / 4 - 1;
    this.#index = index;
    this.#body = body;
  }

  row(at: number): Buffer {
    if (!Number.isInteger(at) || at < 0 || at >= this.count) throw corrupt(`it has no row ${at}`);
    const start = this.#index.readUInt32LE(at * 4);
    const end = this.#index.readUInt32LE(at * 4 + 4);
    if (start > end || end > this.#body.length) throw corrupt("an offset leads out of its section");
    return this.#body.subarray(start, end);
  }

  /** Position of a row in a sorted table; -1 when it is not there. */
  find(row: Buffer): number {
    const at = this.lowerBound(row);
    return at < this.count && this.row(at).equals(row) ? at : -1;
  }

  /** Position of the first row of a sorted table that is not before this one; `count` where all are. */
  lowerBound(row: Buffer): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.row(middle).compare(row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function readHeader(file: Buffer): Digest {
  if (file.length < HEADER_BYTES + DIRECTORY_BYTES) throw corrupt("it is shorter than a header");
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) throw corrupt("it does not begin as a snapshot does");
  const version = file.readUInt32LE(8);
  if (version !== FORMAT_VERSION) {
    throw advisoryErrors.make(
      "SNAPSHOT_VERSION_UNKNOWN",
      `snapshot format ${version}; this program reads ${FORMAT_VERSION}`,
    );
  }
  if (file.readUInt32LE(12) !== SECTIONS.length) throw corrupt("it has another number of sections");
  if (file.readBigUInt64LE(16) !== BigInt(file.length))
    throw corrupt("it is cut off or has bytes behind its end");
  if (file.readBigUInt64LE(DIGEST_OFFSET + 32) !== 0n) throw corrupt("its reserved bytes are used");
  const id = `sha256:${file.toString("hex", DIGEST_OFFSET, DIGEST_OFFSET + 32)}`;
  if (!isDigest(id)) throw corrupt("it has no digest");
  return id;
}

function readSections(file: Buffer): Readonly<Record<Section, Buffer>> {
  const entries = SECTIONS.map((name, at): [Section, Buffer] => {
    const offset = file.readBigUInt64LE(HEADER_BYTES + at * 16);
    const length = file.readBigUInt64LE(HEADER_BYTES + at * 16 + 8);
    if (offset + length > BigInt(file.length)) throw corrupt(`section ${name} leads out of the file`);
    return [name, file.subarray(Number(offset), Number(offset + length))];
  });
  return Object.fromEntries(entries) as Record<Section, Buffer>;
}

/** A row that parses and has another shape is damage too. */
function decoded<Value>(decode: () => Value): Value {
  try {
    return decode();
  } catch (cause) {
    throw advisoryErrors.is(cause) ? cause : corrupt("a row has another shape", cause);
  }
}

function readJson<Value>(bytes: Buffer): Value {
  try {
    return JSON.parse(bytes.toString("utf8")) as Value;
  } catch (cause) {
    throw corrupt("a row does not parse", cause);
  }
}

function corrupt(reason: string, cause?: unknown): Error {
  return advisoryErrors.make("SNAPSHOT_CORRUPT", `the advisory snapshot cannot be used: ${reason}`, {
    data: { reason },
    ...(cause === undefined ? {} : { cause }),
  });
}
