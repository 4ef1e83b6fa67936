// SPDX-License-Identifier: Apache-2.0
/**
 * The impact of a snapshot that is about to be in force, worked out from what the stores have: the snapshot before, the merged
 * BOM-Index of all images, and the indexes of images that it does not have yet. The merged index is kept for the next time.
 */
import type { FeedDocument } from "#engines/evaluation/index.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest, ImageDigest } from "#lib/digest.ts";
import { allDocuments } from "#lib/stores/all-documents.ts";
import type { CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";
import { codeOf } from "#lib/errors.ts";
import { objectErrors } from "#lib/stores/errors.ts";
import type { ImageCatalog } from "../evaluation/images.ts";
import type { Impact as KnownImpact, SnapshotKind } from "../evaluation/change-log.ts";
import type { Knowledge } from "../evaluation/knowledge.ts";
import type { ImpactPart } from "./impact-work.ts";
import type { ImportWork } from "./import-work.ts";
import type { ImageDocument } from "./scan.ts";

/** Catalog `indexes`: under `merged` the digest of the merged index, under an image's hex that of its own index in it. */
export interface IndexName {
  readonly digest: Digest;
}

export interface ImpactPorts {
  readonly knowledge: Knowledge;
  readonly images: Pick<ImageCatalog, "images">;
  readonly indexes: CatalogCollection<IndexName>;
  readonly objects: ObjectStore;
  /** Takes why it could not be worked out whom a change concerns. */
  readonly onUnknown: (error: unknown) => void;
}

/** With more, every report is judged anew. */
const MAX_IMAGES = 50_000;
const MAX_INDEX_BYTES = 512 * 1024 * 1024;
const MERGED = "merged";

/**
 * Undefined where there is no image, where there are too many, or where it can't be worked out: then all count as affected. To
 * save work is never a reason to keep new knowledge out.
 */
export async function impactOf(
  kind: SnapshotKind,
  after: Uint8Array,
  ports: ImpactPorts,
  work: ImportWork,
): Promise<KnownImpact | undefined> {
  try {
    return await foundImpact(kind, after, ports, work);
  } catch (error) {
    if (codeOf(error) === "IMPORT_ABORTED") throw error;
    ports.onUnknown(error);
    await ports.indexes.delete(MERGED); // made anew the next time
    return undefined;
  }
}

async function foundImpact(
  kind: SnapshotKind,
  after: Uint8Array,
  { knowledge, images, indexes, objects }: ImpactPorts,
  work: ImportWork,
): Promise<KnownImpact | undefined> {
  const all = await allImages(images.images);
  if (all === undefined || all.size === 0) return undefined;
  const merged = await mergedIndex(indexes, objects);
  const { fresh, gone } = await changes(all, merged === undefined ? undefined : indexes);
  const part = (name: string, open: FeedDocument["open"]): FeedDocument => ({ name, open });
  const name = (of: ImpactPart): string => of;
  const parts = [
    part(name("before"), () => knowledge.bytes(kind)),
    part(name("after"), given(after)),
    ...(kind === "vex" ? [part(name("advisories"), () => knowledge.bytes("advisories"))] : []),
    ...(merged === undefined ? [] : [part(name("index"), given(merged))]),
    ...fresh.map(({ image, key }) => part(image, stored(objects, key))),
  ];
  const impact = await work.impact(
    { kind: kind === "vex" ? "VexSource" : "AdvisorySource", remove: gone },
    { documents: () => listed(parts) },
  );
  await keepIndex(impact.index, indexes, objects);
  for (const { image, digest } of fresh) await indexes.put(hexOf(image), { digest });
  for (const image of gone) await indexes.delete(hexOf(image));
  const { affected, affectedByEpss } = impact;
  return { indexed: indexedOf(all), affected, affectedByEpss };
}

function indexedOf(all: ReadonlyMap<ImageDigest, ImageDocument>): ReadonlyMap<ImageDigest, Digest> {
  const indexed = new Map<ImageDigest, Digest>();
  for (const [image, { artifacts }] of all) {
    const own = artifacts.find(({ type }) => type === "bom-index");
    if (own !== undefined) indexed.set(image, own.digest);
  }
  return indexed;
}

interface Fresh {
  readonly image: ImageDigest;
  /** Where its own index is. */
  readonly key: string;
  readonly digest: Digest;
}

/** Images whose index is not in the merged one as it is now, and images in it that are gone. */
async function changes(
  all: ReadonlyMap<ImageDigest, ImageDocument>,
  indexes: CatalogCollection<IndexName> | undefined,
): Promise<{ readonly fresh: readonly Fresh[]; readonly gone: readonly ImageDigest[] }> {
  const merged = new Map<string, Digest>();
  if (indexes !== undefined)
    for await (const { id, body } of allDocuments(indexes)) if (id !== MERGED) merged.set(id, body.digest);
  const fresh: Fresh[] = [];
  for (const [image, { artifacts }] of all) {
    const own = artifacts.find(({ type }) => type === "bom-index");
    const inMerged = merged.get(hexOf(image));
    merged.delete(hexOf(image));
    if (own !== undefined && own.digest !== inMerged) fresh.push({ image, key: own.key, digest: own.digest });
  }
  return { fresh, gone: [...merged.keys()].map((hex): ImageDigest => `sha256:${hex}` as ImageDigest) };
}

async function allImages(
  images: CatalogCollection<ImageDocument>,
): Promise<ReadonlyMap<ImageDigest, ImageDocument> | undefined> {
  const all = new Map<ImageDigest, ImageDocument>();
  for await (const { body } of allDocuments(images)) {
    all.set(body.imageDigest, body);
    if (all.size > MAX_IMAGES) return undefined;
  }
  return all;
}

/** A damaged or lost one is made anew from the images' own. */
async function mergedIndex(
  indexes: CatalogCollection<IndexName>,
  objects: ObjectStore,
): Promise<Uint8Array | undefined> {
  const name = (await indexes.get(MERGED))?.body;
  if (name === undefined) return undefined;
  try {
    return await objects.read(keyOf(name.digest), MAX_INDEX_BYTES);
  } catch (error) {
    if (objectErrors.is(error)) return undefined;
    throw error;
  }
}

async function keepIndex(
  bytes: Uint8Array,
  indexes: CatalogCollection<IndexName>,
  objects: ObjectStore,
): Promise<void> {
  const before = (await indexes.get(MERGED))?.body;
  const digest = digestOf(bytes);
  if (before?.digest === digest) return;
  await objects.put(keyOf(digest), bytes);
  await indexes.put(MERGED, { digest });
  if (before !== undefined) await objects.delete(keyOf(before.digest));
}

const keyOf = (digest: Digest): string => `indexes/${hexOf(digest)}`;

const stored = (objects: ObjectStore, key: string): FeedDocument["open"] =>
  async function* () {
    yield* await objects.get(key);
  };

const given = (bytes: Uint8Array): FeedDocument["open"] =>
  async function* () {
    yield await Promise.resolve(bytes);
  };

async function* listed(parts: readonly FeedDocument[]): AsyncGenerator<FeedDocument> {
  for (const part of parts) yield await Promise.resolve(part);
}
