// SPDX-License-Identifier: Apache-2.0
/** What the last good import of a source left in the stores, for an import of what changed since. */
import type { ImportRecord } from "#controllers/source/index.ts";
import { decodeStamps } from "#engines/evaluation/index.ts";
import type { FeedBefore } from "#engines/evaluation/index.ts";
import { codeOf } from "#lib/errors.ts";
import type { CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";
import { MAX_EXPORT_BYTES } from "./import-work.ts";
import type { ImportBase } from "./import-work.ts";
import type { FeedDocumentRecord } from "./import.ts";

export interface KeptImport {
  readonly before: FeedBefore;
  load(): Promise<ImportBase>;
}

/** Undefined where there is none that a feed could start from. */
export async function keptImport(
  uid: string,
  { cursor, good }: ImportRecord,
  {
    feeds,
    objects,
  }: { readonly feeds: CatalogCollection<FeedDocumentRecord>; readonly objects: ObjectStore },
): Promise<KeptImport | undefined> {
  const feed = (await feeds.get(uid))?.body;
  if (cursor === undefined || good === undefined || feed?.partsKey === undefined) return undefined;
  const { key, partsKey, digest } = feed;
  const parts = (): Promise<Uint8Array> => objects.read(partsKey, MAX_EXPORT_BYTES);
  return {
    before: { cursor, stamps: async () => decodeStamps(await parts(), digest) },
    load: async () => ({ bytes: await objects.read(key, MAX_EXPORT_BYTES), digest, parts: await parts() }),
  };
}

const DAMAGED = new Set(["EXPORT_CORRUPT", "OBJECT_MISSING", "OBJECT_CORRUPT", "OBJECT_TOO_LARGE"]);

/** Whether an import failed because nothing can be started from what was kept. */
export const isDamaged = (error: unknown): boolean => DAMAGED.has(codeOf(error));

/** Keys of a feed's objects. */
export const objectsOf = ({ key, partsKey }: FeedDocumentRecord): readonly string[] =>
  partsKey === undefined ? [key] : [key, partsKey];

/** Objects of one state of a feed that are not those of another as well. */
export async function deleteUnlessIn(
  kept: FeedDocumentRecord | undefined,
  gone: FeedDocumentRecord,
  objects: ObjectStore,
): Promise<void> {
  const stays = new Set(kept === undefined ? [] : objectsOf(kept));
  for (const key of objectsOf(gone)) if (!stays.has(key)) await objects.delete(key);
}
