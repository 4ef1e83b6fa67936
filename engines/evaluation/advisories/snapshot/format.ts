// SPDX-License-Identifier: Apache-2.0
/** Layout of a compiled advisory snapshot; docs/formats/advisory-snapshot.md states it for readers in other languages. */
import type { Layout } from "../../snapshot-file/container.ts";
import type { Severity } from "../../types.ts";

/** First bytes of every snapshot. */
export const snapshotMagic = "STELLADV";
/** In file order. Each `...Index` holds count + 1 offsets (u32) into the section that follows it. */
const SECTIONS = [
  "meta",
  "keyIndex",
  "keys",
  "packageMarks",
  "bucketIndex",
  "buckets",
  "headIndex",
  "heads",
  "vulnerabilityIndex",
  "vulnerabilities",
  "nameIndex",
  "names",
  "detailRows",
  "detailIndex",
  "details",
] as const;

export type Section = (typeof SECTIONS)[number];

export const LAYOUT: Layout<Section> = {
  magic: Buffer.from(snapshotMagic, "latin1"),
  version: 4,
  sections: SECTIONS,
  digestOf: "directory",
};

/** One source of a snapshot. */
export interface SnapshotSource {
  readonly name: string;
  readonly exportDigest: string;
  readonly advisories: number;
  readonly exploited: number;
  readonly epss: number;
}

export interface SnapshotMeta {
  readonly sources: readonly SnapshotSource[];
  /** Advisories, withdrawn ones included. */
  readonly advisories: number;
  readonly vulnerabilities: number;
  /** Distro releases (`debian:12`) and language ecosystems (`npm`) that some source speaks about. */
  readonly covers: readonly string[];
  /** Connector ids; heads refer to them by position. */
  readonly connectors: readonly string[];
  /** Who publishes advisories (`debian`, `github`); heads refer to them by position. */
  readonly vendors: readonly string[];
}

/** What advisory `advisory` says of the bucket's package. Empty fields are left out from the end. */
export type BucketEntry = readonly [
  advisory: number,
  ranges: readonly (readonly [introduced: string, fixed?: string | 0, lastAffected?: string])[],
  versions?: readonly string[] | 0,
  distroStatus?: string | 0,
  severity?: Severity | 0,
  module?: string | 0,
  isSource?: 1 | 0,
];

/** The part of an advisory that every finding needs. */
export type Head = readonly [
  id: string,
  connector: number,
  vulnerability: number,
  severity: Severity,
  vendor: number,
  published?: string,
];

/** One vulnerability: all advisories that mean the same, by position, ascending. `epss` -1: not known. */
export type VulnerabilityRow = readonly [
  id: string,
  aliases: readonly string[],
  severity: Severity,
  flags: number,
  epss: number,
  advisories: readonly number[],
];

/** One name of a vulnerability with its position, ten digits wide so that rows of one name stand in order. */
export const nameRow = (name: string, position: number): string =>
  `${name.toUpperCase()}\n${String(position).padStart(10, "0")}`;

/** Bits of a vulnerability's flags. */
export const EXPLOITED = 1;
export const REJECTED = 2;
export const MALWARE = 4;
