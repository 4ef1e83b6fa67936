// SPDX-License-Identifier: Apache-2.0
/** Layout of a compiled VEX snapshot; docs/formats/vex-snapshot.md states it for readers in other languages. */
import type { Digest } from "#lib/digest.ts";
import { evaluationErrors } from "../errors.ts";
import type { Faults, Layout } from "../snapshot-file/container.ts";
import type { VexSignature } from "./types.ts";

/** In file order. Each `...Index` holds the offsets of the rows in the section that follows it. */
const SECTIONS = [
  "meta",
  "documentIndex",
  "documents",
  "textIndex",
  "texts",
  "nameIndex",
  "names",
  "vulnerabilityIndex",
  "vulnerabilities",
  "subjectIndex",
  "subjects",
  "groupIndex",
  "groups",
] as const;

export type Section = (typeof SECTIONS)[number];

/** Versions 1 and 2 are JSON (`json-snapshot.ts`). */
export const LAYOUT: Layout<Section> = {
  magic: Buffer.from("STELLVEX", "latin1"),
  version: 3,
  sections: SECTIONS,
  digestOf: "whole",
};

export interface VexSnapshotMeta {
  readonly documents: number;
  /** Names of those that the documents are from, sorted. */
  readonly sources: readonly string[];
  readonly statements: number;
}

export type DocumentRow = readonly [
  source: string,
  document: string,
  digest: Digest,
  signature: VexSignature,
  /** Who the document says wrote it; not there where it does not say, and in files of earlier programs. */
  author?: string,
];

/** Of one vulnerability: for each component key what is spoken of (a name), and the group of what is said of it. */
export type SubjectsRow = readonly (readonly [
  key: string,
  subjects: readonly (readonly [name: number, group: number])[],
])[];

/** One statement of a group. Numbers are rows of the sections of that name; -1: none. */
export type StatementRow = readonly [
  /** Its own among all of the snapshot, one for each product and subcomponent. */
  place: number,
  document: number,
  status: number,
  time: number,
  /** Justification, else the impact statement. */
  why: number,
  action: number,
  /** Name of the product whose part is spoken of; -1: the subject is the product. */
  product: number,
];

const invalid = (message: string, cause?: unknown): Error =>
  evaluationErrors.make("VEX_SNAPSHOT_INVALID", message, cause === undefined ? {} : { cause });

export const faults: Faults = {
  corrupt: (reason, cause) => invalid(`the VEX snapshot cannot be used: ${reason}`, cause),
  versionUnknown: (version) =>
    invalid(`VEX snapshot format ${version}; this program reads 1 to ${LAYOUT.version}`),
};
