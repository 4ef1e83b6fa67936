// SPDX-License-Identifier: Apache-2.0
/** Exports that the store can't give back any more: fetched anew, so that one lost file does not keep all other feeds out for good. */
import { allDocuments } from "#lib/stores/all-documents.ts";
import type { CatalogCollection, CatalogDocument, ObjectStore } from "#lib/stores/ports.ts";
import type { ImportRecord } from "#controllers/source/index.ts";
import type { FeedDocumentRecord } from "./import.ts";
import { isDamaged, objectsOf } from "./kept-import.ts";

export interface FeedPorts {
  readonly feeds: CatalogCollection<FeedDocumentRecord>;
  readonly records: CatalogCollection<ImportRecord>;
  readonly objects: ObjectStore;
}

type Kind = FeedDocumentRecord["kind"];

/** Those in force, in the order of uids. */
export async function* feedsOfKind(
  kind: Kind,
  feeds: FeedPorts["feeds"],
): AsyncGenerator<CatalogDocument<FeedDocumentRecord>> {
  for await (const feed of allDocuments(feeds)) if (feed.body.kind === kind) yield feed;
}

/** Of a source whose export is lost: no job has this key, so an import is due at once. */
const NO_JOB = "";

/**
 * The snapshot in force still has what they said, so nothing is compiled without them: the next import of each is due now, and reads
 * its feed whole, whatever its place says about changes. Till then verdicts are given as before, so their records stay.
 * @returns their names, by id
 */
export async function refetchDamaged(
  kind: Kind,
  { feeds, records, objects }: FeedPorts,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for await (const { id, body } of feedsOfKind(kind, feeds)) {
    if (await isWhole(body.key, objects)) continue;
    // What is damaged stays until it is deleted: an equal object put again would be taken for it.
    await objects.delete(body.key);
    const record = (await records.get(id))?.body;
    if (record !== undefined) await records.put(id, { ...withoutCursor(record), key: NO_JOB });
    names.set(id, body.name);
  }
  return names;
}

const withoutCursor = ({ cursor: _, ...record }: ImportRecord): ImportRecord => record;

/** With nothing in force: as if no source had been read yet, so that no verdict is given before each was. */
export async function forgetFeeds(kind: Kind, { feeds, records, objects }: FeedPorts): Promise<void> {
  for await (const { id, body } of feedsOfKind(kind, feeds)) {
    await records.delete(id);
    await feeds.delete(id);
    for (const key of objectsOf(body)) await objects.delete(key);
  }
}

async function isWhole(key: string, objects: ObjectStore): Promise<boolean> {
  try {
    // The digest is compared at the end.
    const chunks = (await objects.get(key))[Symbol.asyncIterator]();
    let next = await chunks.next();
    while (next.done !== true) next = await chunks.next();
    return true;
  } catch (error) {
    if (isDamaged(error)) return false;
    throw error;
  }
}
