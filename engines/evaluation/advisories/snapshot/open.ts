// SPDX-License-Identifier: Apache-2.0
/**
 * A compiled snapshot, opened for look-ups: nothing is decoded but the rows asked for. Everything read is checked
 * against the sections' bounds, so that altered bytes give SNAPSHOT_CORRUPT even where the digest was not asked for.
 */
import type { Digest } from "#lib/digest.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import type { Advisory, Severity, VersionRange } from "../../types.ts";
import { packageKey } from "../ecosystems.ts";
import { advisoryErrors } from "../errors.ts";
import { parseRange } from "../ranges.ts";
import type { ParsedRange } from "../ranges.ts";
import { readContainer } from "../../snapshot-file/container.ts";
import type { Container, Faults } from "../../snapshot-file/container.ts";
import { Rows, parseJson } from "../../snapshot-file/rows.ts";
import { detailOf } from "./details.ts";
import type { Detail } from "./details.ts";
import { EXPLOITED, LAYOUT, MALWARE, REJECTED, nameRow } from "./format.ts";
import type { BucketEntry, Head, Section, SnapshotMeta, SnapshotSource, VulnerabilityRow } from "./format.ts";
import { MARK_BYTES, markAt } from "./package-marks.ts";
import type { PackageMark } from "./package-marks.ts";

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
  /** The binaries of a source package are meant, in a distro whose advisories name binaries. */
  readonly isSource?: true;
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
  /** SHA-256 of the directory, which has the digests of all sections: names the facts and the format. */
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
  /** The same packages with what tells whether two snapshots say the same of them; keys as UTF-8. */
  marks(): Iterable<readonly [key: Buffer, mark: PackageMark]>;
}

export interface OpenOptions {
  /**
   * Whether to hash the bytes: those that evaluation reads when it is opened, those that people and deltas read when they first do.
   * False only where the store has just done so. Default true.
   */
  readonly verify?: boolean;
}

/** @throws SNAPSHOT_CORRUPT, SNAPSHOT_VERSION_UNKNOWN; SNAPSHOT_CORRUPT also from `named`, `marks`, `record`, and in unverified bytes from all */
export function openSnapshot(bytes: Uint8Array, { verify = true }: OpenOptions = {}): Snapshot {
  return new OpenSnapshot(readContainer(LAYOUT, bytes, verify, faults));
}

/** Decoded buckets that are kept; the hot ones are source packages with many binaries. */
const MAX_KEPT_BUCKETS = 20_000;
const MAX_KEPT_ROWS = 50_000;
const NO_ENTRIES: readonly SnapshotEntry[] = [];

class OpenSnapshot implements Snapshot {
  readonly id: Digest;
  readonly #meta: SnapshotMeta;
  readonly #covers: ReadonlySet<string>;
  readonly #keys: Rows;
  readonly #buckets: Rows;
  readonly #heads: Rows;
  readonly #vulnerabilities: Rows;
  readonly #section: Container<Section>["section"];
  #keptNames: Rows | undefined;
  #keptDetails: Rows | undefined;
  readonly #kept = new Kept<string, readonly SnapshotEntry[]>(MAX_KEPT_BUCKETS);
  readonly #keptHeads = new Kept<number, AdvisoryHead>(MAX_KEPT_ROWS);
  readonly #keptVulnerabilities = new Kept<number, Vulnerability>(MAX_KEPT_ROWS);

  constructor({ id, section }: Container<Section>) {
    this.id = id;
    this.#section = section;
    this.#meta = parseJson<SnapshotMeta>(section("meta"), faults);
    this.#covers = decoded(() => new Set(this.#meta.covers));
    this.#keys = new Rows(section("keyIndex"), section("keys"), faults);
    this.#buckets = new Rows(section("bucketIndex"), section("buckets"), faults);
    this.#heads = new Rows(section("headIndex"), section("heads"), faults);
    this.#vulnerabilities = new Rows(section("vulnerabilityIndex"), section("vulnerabilities"), faults);
    if (this.#keys.count !== this.#buckets.count) throw corrupt("its tables do not fit each other");
  }

  get #names(): Rows {
    return (this.#keptNames ??= new Rows(this.#section("nameIndex"), this.#section("names"), faults));
  }

  get #details(): Rows {
    return (this.#keptDetails ??= new Rows(this.#section("detailIndex"), this.#section("details"), faults));
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
    return this.#buckets.json<readonly BucketEntry[]>(at).map((row) => new Entry(row));
  }

  *packages(): Generator<readonly [key: string, entries: readonly SnapshotEntry[]], void> {
    for (let at = 0; at < this.#keys.count; at++) {
      yield [this.#keys.row(at).toString(), decoded(() => this.#entries(at))];
    }
  }

  *marks(): Generator<readonly [key: Buffer, mark: PackageMark], void> {
    const marks = this.#section("packageMarks");
    if (marks.length !== this.#keys.count * MARK_BYTES) throw corrupt("its tables do not fit each other");
    for (let at = 0; at < this.#keys.count; at++) yield [this.#keys.row(at), markAt(marks, at)];
  }

  advisory(position: number): AdvisoryHead {
    return this.#keptHeads.get(position, () => {
      const [id, connector, vulnerability, severity, vendorAt, published] = this.#heads.json<Head>(position);
      const source = this.#meta.connectors[connector];
      const vendor = this.#meta.vendors[vendorAt];
      if (source === undefined || vendor === undefined) throw corrupt("an advisory is of nobody");
      const rest = published === undefined ? {} : { published };
      return { id, source, vendor, vulnerability, severity, ...rest };
    });
  }

  vulnerability(position: number): Vulnerability {
    return this.#keptVulnerabilities.get(position, () => {
      const [id, aliases, severity, flags, epss, advisories] =
        this.#vulnerabilities.json<VulnerabilityRow>(position);
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
    const { id, source, severity, published, vulnerability } = this.advisory(position);
    const rows = this.#section("detailRows");
    if (rows.length !== this.#heads.count * 4) throw corrupt("its tables do not fit each other");
    const detail = this.#details.json<Detail>(rows.readUInt32LE(position * 4));
    const rest = decoded(() => detailOf(detail, this.vulnerability(vulnerability).id));
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
  readonly isSource?: true;
  #parsedRanges: readonly ParsedRange[] | undefined;
  #parsedVersions: readonly unknown[] | undefined;

  constructor([advisory, ranges, versions, distroStatus, severity, module, isSource]: BucketEntry) {
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
    if (isSource === 1) this.isSource = true;
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

/** A row that parses and has another shape is damage too. */
function decoded<Value>(decode: () => Value): Value {
  try {
    return decode();
  } catch (cause) {
    throw advisoryErrors.is(cause) ? cause : corrupt("a row has another shape", cause);
  }
}

function corrupt(reason: string, cause?: unknown): Error {
  return advisoryErrors.make("SNAPSHOT_CORRUPT", `the advisory snapshot cannot be used: ${reason}`, {
    data: { reason },
    ...(cause === undefined ? {} : { cause }),
  });
}

const faults: Faults = {
  corrupt,
  versionUnknown: (version) =>
    advisoryErrors.make(
      "SNAPSHOT_VERSION_UNKNOWN",
      `snapshot format ${version}; this program reads ${LAYOUT.version}`,
    ),
};
