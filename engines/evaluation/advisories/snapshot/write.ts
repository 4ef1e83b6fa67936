// SPDX-License-Identifier: Apache-2.0
/** Bytes of a snapshot from its rows. */
import { encodeContainer } from "../../snapshot-file/container.ts";
import type { Sections } from "../../snapshot-file/container.ts";
import { encodeRows } from "../../snapshot-file/rows.ts";
import { LAYOUT } from "./format.ts";
import type { Section } from "./format.ts";

export interface SnapshotRows {
  readonly meta: string;
  /** Package key to the JSON of each of its entries. */
  readonly buckets: ReadonlyMap<string, readonly string[]>;
  readonly markOf: (entries: readonly string[]) => Buffer;
  readonly heads: readonly string[];
  readonly vulnerabilities: readonly string[];
  /** `nameRow`s in any order. */
  readonly names: readonly string[];
  /** Of each advisory; of equal ones that follow each other the first is kept. */
  readonly details: readonly string[];
}

export function writeSnapshot(rows: SnapshotRows): Uint8Array {
  const keys = [...rows.buckets.keys()].map((key) => Buffer.from(key)).sort((a, b) => a.compare(b));
  const keyTable = encodeRows(keys);
  const buckets = keys.map((key) => rows.buckets.get(key.toString()) ?? []);
  const bucketTable = encodeRows(buckets.map((entries) => Buffer.from(`[${entries.join(",")}]`)));
  const headTable = encodeRows(rows.heads.map((row) => Buffer.from(row)));
  const vulnerabilityTable = encodeRows(rows.vulnerabilities.map((row) => Buffer.from(row)));
  const nameTable = encodeRows(rows.names.map((row) => Buffer.from(row)).sort((a, b) => a.compare(b)));
  const isNew = rows.details.map((row, at) => row !== rows.details[at - 1]);
  const detailTable = encodeRows(rows.details.filter((_, at) => isNew[at]).map((row) => Buffer.from(row)));
  const sections: Sections<Section> = {
    meta: Buffer.from(rows.meta),
    keyIndex: keyTable.index,
    keys: keyTable.body,
    packageMarks: Buffer.concat(buckets.map(rows.markOf)),
    bucketIndex: bucketTable.index,
    buckets: bucketTable.body,
    headIndex: headTable.index,
    heads: headTable.body,
    vulnerabilityIndex: vulnerabilityTable.index,
    vulnerabilities: vulnerabilityTable.body,
    nameIndex: nameTable.index,
    names: nameTable.body,
    detailRows: positionsOf(isNew),
    detailIndex: detailTable.index,
    details: detailTable.body,
  };
  return encodeContainer(LAYOUT, sections);
}

/** For each a u32: how many of those up to it were new, less one. */
function positionsOf(isNew: readonly boolean[]): Buffer {
  const positions = Buffer.alloc(isNew.length * 4);
  let last = -1;
  for (const [at, one] of isNew.entries()) positions.writeUInt32LE(one ? ++last : last, at * 4);
  return positions;
}
