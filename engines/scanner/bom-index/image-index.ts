// SPDX-License-Identifier: Apache-2.0
/**
 * The BOM-Index of one image: its purls, and which of them each layer brought, are of each type, and are used by the entry
 * program. Form: docs/formats/bom-index.md, "Image index".
 */
import type { DiffId, ImageDigest } from "#lib/digest.ts";
import type { Component, Sbom } from "../types.ts";
import { corrupt } from "./errors.ts";
import { BitmapWriter, decodeFile, digestAt, digestBytes, encodeFile, type IndexFile } from "./file.ts";
import { PurlTableWriter, isIndexable } from "./purl-table.ts";
import { forEachInRoaring } from "./roaring.ts";
import { sourcePurl } from "./source-purl.ts";

const PARTIAL = 1;
const TRACED = 2;

/** Same SBOM, same bytes, in whatever order its components come. */
export function imageBomIndex(sbom: Sbom): Uint8Array {
  const rows = rowsOf(sbom.components);
  const table = new PurlTableWriter();
  for (const { purl } of rows) table.add(purl);
  const types = [...new Set(rows.map(({ type }) => type))].sort();
  const bitmaps = new BitmapWriter();
  const addWhere = (isIn: (row: Row) => boolean): void =>
    bitmaps.add(rows.flatMap((row, index) => (isIn(row) ? [index] : [])));
  for (const index of sbom.layers.keys()) addWhere(({ layers }) => layers.has(index));
  for (const type of types) addWhere((row) => row.type === type);
  addWhere(({ isUsed }) => isUsed);
  const isPartial = sbom.omissions.length > 0 || sbom.components.some(({ purl }) => !isIndexable(purl));
  const flags = (isPartial ? PARTIAL : 0) + (sbom.entryTrace?.terminal ? TRACED : 0);
  return encodeFile("image", rows.length, flags, {
    digests: digestBytes([sbom.imageDigest, ...sbom.layers.map(({ diffId }) => diffId)]),
    types: Buffer.from(types.join("\n")),
    ...table.done(),
    ...bitmaps.done(),
  });
}

/** All components of one purl, or all that were built from one source package. */
interface Row {
  readonly purl: string;
  readonly type: string;
  readonly layers: Set<number>;
  isUsed: boolean;
}

function rowsOf(components: readonly Component[]): Row[] {
  const rows = new Map<string, Row>();
  for (const component of components) {
    const { purl: own, type, layer, usedByEntrypoint } = component;
    for (const purl of [own, sourcePurl(component)]) {
      if (purl === undefined || !isIndexable(purl)) continue;
      const row = rows.get(purl) ?? { purl, type, layers: new Set<number>(), isUsed: false };
      rows.set(purl, row);
      row.layers.add(layer.index);
      row.isUsed ||= usedByEntrypoint !== undefined;
    }
  }
  return [...rows.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

/** An image's index, open for reading; every answer is checked against what an index may say. */
export class ImageBomIndex {
  readonly imageDigest: ImageDigest;
  /** Bottom layer first. */
  readonly diffIds: readonly DiffId[];
  /** purl types, sorted. */
  readonly types: readonly string[];
  /** The SBOM was made with omissions. */
  readonly isPartial: boolean;
  /** The program that the image starts is known; without that no purl is marked as used. */
  readonly isTraced: boolean;
  readonly #file: IndexFile;

  /** @throws BOM_INDEX_CORRUPT, BOM_INDEX_VERSION_UNKNOWN */
  constructor(bytes: Uint8Array, { isVerified = false }: { isVerified?: boolean } = {}) {
    const file = decodeFile("image", bytes, isVerified);
    const digests = file.digests.length / 32;
    if (digests === 0) throw corrupt("no image is named");
    this.imageDigest = digestAt(file.digests, 0) as ImageDigest;
    this.diffIds = Array.from(
      { length: digests - 1 },
      (_, index) => digestAt(file.digests, index + 1) as DiffId,
    );
    this.types = file.types.length === 0 ? [] : file.types.toString("latin1").split("\n");
    this.isPartial = (file.flags & PARTIAL) !== 0;
    this.isTraced = (file.flags & TRACED) !== 0;
    if (file.bitmaps !== this.diffIds.length + this.types.length + 1)
      throw corrupt("another number of bitmaps");
    this.#file = file;
  }

  /** In order; a purl's position is its row. @throws BOM_INDEX_CORRUPT */
  purls(): Generator<string, void> {
    return this.#file.purls.rowsInOrder();
  }

  /** Rows that a layer brought. @throws BOM_INDEX_CORRUPT */
  rowsOfLayer(index: number): Set<number> {
    return this.#rows(index < this.diffIds.length ? index : -1);
  }

  rowsOfType(type: string): Set<number> {
    const index = this.types.indexOf(type);
    return this.#rows(index < 0 ? -1 : this.diffIds.length + index);
  }

  /** Rows that the entry program is known to use. */
  usedRows(): Set<number> {
    return this.#rows(this.diffIds.length + this.types.length);
  }

  #rows(bitmap: number): Set<number> {
    const rows = new Set<number>();
    if (bitmap < 0) return rows;
    forEachInRoaring(this.#file.bitmap(bitmap), this.#file.purls.rows, (row) => rows.add(row));
    return rows;
  }
}
