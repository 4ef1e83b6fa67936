// SPDX-License-Identifier: Apache-2.0
/** Bytes of a snapshot from its rows. */
import { encodeContainer } from "../../snapshot-file/container.ts";
import type { Sections } from "../../snapshot-file/container.ts";
import { encodeRows } from "../../snapshot-file/rows.ts";
import { LAYOUT } from "./format.ts";
import type { Section } from "./format.ts";

export interface SnapshotRows {
  readonly meta: string;
  /** Package key to the JSON of its entries. */
  readonly buckets: ReadonlyMap<string, string>;
  readonly heads: readonly string[];
  readonly vulnerabilities: readonly string[];
  /** `nameRow`s in any order. */
  readonly names: readonly string[];
  readonly details: readonly string[];
}

export function writeSnapshot(rows: SnapshotRows): Uint8Array {
  const keys = [...rows.buckets.keys()].map((key) => Buffer.from(key)).sort((a, b) => a.compare(b));
  const keyTable = encodeRows(keys);
  const bucketTable = encodeRows(keys.map((key) => Buffer.from(rows.buckets.get(key.toString()) ?? "[]")));
  const headTable = encodeRows(rows.heads.map((row) => Buffer.from(row)));
  const vulnerabilityTable = encodeRows(rows.vulnerabilities.map((row) => Buffer.from(row)));
  const nameTable = encodeRows(rows.names.map((row) => Buffer.from(row)).sort((a, b) => a.compare(b)));
  const detailTable = encodeRows(rows.details.map((row) => Buffer.from(row)));
  const sections: Sections<Section> = {
    meta: Buffer.from(rows.meta),
    keyIndex: keyTable.index,
    keys: keyTable.body,
    bucketIndex: bucketTable.index,
    buckets: bucketTable.body,
    headIndex: headTable.index,
    heads: headTable.body,
    vulnerabilityIndex: vulnerabilityTable.index,
    vulnerabilities: vulnerabilityTable.body,
    nameIndex: nameTable.index,
    names: nameTable.body,
    detailIndex: detailTable.index,
    details: detailTable.body,
  };
  return encodeContainer(LAYOUT, sections);
}
