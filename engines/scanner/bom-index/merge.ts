// SPDX-License-Identifier: Apache-2.0
/**
 * Images' indexes put together, and taken out again. The result depends on the set of images alone, not on the steps that
 * led to it, so an index can grow batch by batch and still be compared by its digest.
 */
import { byText } from "#lib/compare.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { BitmapWriter, digestBytes, encodeFile } from "./file.ts";
import { ImageBomIndex } from "./image-index.ts";
import { MergedBomIndex } from "./merged-index.ts";
import { PurlTableWriter } from "./purl-table.ts";

export interface MergeInput {
  /** A merged index to go on from. */
  readonly base?: Uint8Array;
  /** Images' indexes; the later of two of one image counts, and it replaces the image's rows in `base`. */
  readonly add?: Iterable<Uint8Array>;
  /** Images to take out of `base`. */
  readonly remove?: ReadonlySet<ImageDigest>;
}

/** A merged index. @throws BOM_INDEX_CORRUPT, BOM_INDEX_VERSION_UNKNOWN */
export function mergeBomIndexes({ base, add = [], remove }: MergeInput): Uint8Array {
  const old = base && new MergedBomIndex(base);
  const added = new Map<ImageDigest, ImageBomIndex>();
  for (const bytes of add) {
    const index = new ImageBomIndex(bytes);
    added.set(index.imageDigest, index);
  }
  const kept = (old?.images() ?? []).filter((image) => !added.has(image) && !remove?.has(image));
  const images = [...kept, ...added.keys()].sort(byText);
  const positions = new Map(images.map((image, position) => [image, position]));
  const fresh = [...added].map(([image, index]) => [positions.get(image) ?? 0, index] as const);
  const overlay = overlayOf(fresh.sort(([a], [b]) => a - b));
  const moved = (old?.images() ?? []).map((image) => (added.has(image) ? -1 : (positions.get(image) ?? -1)));

  const table = new PurlTableWriter();
  const bitmaps = new BitmapWriter();
  for (const [purl, holders, users] of mergedRows(old, moved, overlay.rows)) {
    if (holders.length === 0) continue;
    table.add(purl);
    bitmaps.add(holders);
    bitmaps.add(users);
  }
  bitmaps.add(union(old ? remapped((visit) => old.forEachPartial(visit), moved) : [], overlay.partial));
  bitmaps.add(union(old ? remapped((visit) => old.forEachTraced(visit), moved) : [], overlay.traced));
  return encodeFile("merged", table.rows, 0, {
    digests: digestBytes(images),
    types: Buffer.alloc(0),
    ...table.done(),
    ...bitmaps.done(),
  });
}

interface Holders {
  readonly holders: number[];
  readonly users: number[];
}

interface Overlay {
  readonly rows: ReadonlyMap<string, Holders>;
  readonly partial: number[];
  readonly traced: number[];
}

/** @param indexes by position, ascending, so that all lists come out ascending */
function overlayOf(indexes: readonly (readonly [position: number, index: ImageBomIndex])[]): Overlay {
  const rows = new Map<string, Holders>();
  const [partial, traced]: [number[], number[]] = [[], []];
  for (const [position, index] of indexes) {
    if (index.isPartial) partial.push(position);
    if (index.isTraced) traced.push(position);
    const used = index.usedRows();
    let row = 0;
    for (const purl of index.purls()) {
      let entry = rows.get(purl);
      if (!entry) rows.set(purl, (entry = { holders: [], users: [] }));
      entry.holders.push(position);
      if (used.has(row++)) entry.users.push(position);
    }
  }
  return { rows, partial, traced };
}

type MergedRow = readonly [purl: string, holders: readonly number[], users: readonly number[]];

/** Rows of both, in the order of purls. */
function* mergedRows(
  old: MergedBomIndex | undefined,
  moved: readonly number[],
  overlay: ReadonlyMap<string, Holders>,
): Generator<MergedRow, void> {
  const fresh = [...overlay.keys()].sort();
  let next = 0;
  const freshRow = (purl: string): MergedRow => [
    purl,
    overlay.get(purl)?.holders ?? [],
    overlay.get(purl)?.users ?? [],
  ];
  let row = 0;
  for (const purl of old?.purls() ?? []) {
    for (let before = fresh[next]; before !== undefined && before < purl; before = fresh[++next]) {
      yield freshRow(before);
    }
    const [, holders, users] = freshRow(purl);
    if (fresh[next] === purl) next++;
    const at = row++;
    const oldHolders = remapped((visit) => old?.forEachHolder(at, visit), moved);
    const oldUsers = remapped((visit) => old?.forEachUser(at, visit), moved);
    yield [purl, union(oldHolders, holders), union(oldUsers, users)];
  }
  for (; next < fresh.length; next++) yield freshRow(fresh[next] ?? "");
}

/** Old positions as new ones; images that are gone or replaced fall out. The order stays: both lists of images are sorted. */
function remapped(forEach: (visit: (position: number) => void) => void, moved: readonly number[]): number[] {
  const positions: number[] = [];
  forEach((old) => {
    const position = moved[old] ?? -1;
    if (position >= 0) positions.push(position);
  });
  return positions;
}

/** Two ascending lists that share nothing. */
function union(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0) return b;
  return b.length === 0 ? a : [...a, ...b].sort((x, y) => x - y);
}
