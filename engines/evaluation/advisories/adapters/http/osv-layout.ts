// SPDX-License-Identifier: Apache-2.0
/**
 * OSV's bucket: the list of an ecosystem against what the import before has; then few changed records one by one, or the
 * archive. Which records the archive holds in which state is seen in them, so an archive that is older than the list
 * costs a second look and no record.
 */
import { changesSince } from "../../layouts/listing.ts";
import type { Listing } from "../../layouts/listing.ts";
import { osvIdOf, osvListing, osvUrls } from "../../layouts/osv-bucket.ts";
import type { OsvUrls } from "../../layouts/osv-bucket.ts";
import type { FeedDocument, PresentDocument } from "../../types.ts";
import { asBefore, joined } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { folderName } from "./resource-name.ts";
import { documentOf, orMissing } from "./session.ts";
import type { FeedSession } from "./session.ts";
import { singleDocuments } from "./singles.ts";

/** Over a tenth of an ecosystem the archive costs less, whatever its size. */
const MAX_SHARE = 10;

/** @throws FEED_UNREADABLE, and what `download` throws */
export async function openOsv(
  session: FeedSession,
  bucket: URL,
  ecosystems: readonly string[],
): Promise<Reading> {
  const readings: Reading[] = [];
  for (const ecosystem of ecosystems) readings.push(await openEcosystem(session, osvUrls(bucket, ecosystem)));
  return joined(readings);
}

async function openEcosystem(session: FeedSession, urls: OsvUrls): Promise<Reading> {
  const folder = folderName(new URL(".", urls.zip));
  const list = await orMissing(session.watched(urls.list, session.limits.maxListBytes));
  if (list === "unchanged") return asBefore(folder);
  if (list === undefined) return archiveAlone(session, urls, folder);
  const listing = osvListing(await session.text(list), folder);
  const before = await session.stamps();
  if (before !== undefined) {
    const { changed, gone } = changesSince(listing, before, folder);
    if (changed.length === 0 && gone === 0) return asBefore(folder);
    const few = Math.min(session.limits.maxChanged, listing.size / MAX_SHARE);
    if (changed.length <= few) return changedRecords(session, urls, listing, changed);
  }
  return archive(session, urls, folder, listing);
}

/** A mirror without the list. */
async function archiveAlone(session: FeedSession, urls: OsvUrls, folder: string): Promise<Reading> {
  const received = await session.watched(urls.zip);
  if (received === "unchanged") return asBefore(folder);
  return {
    unchanged: false,
    documents: () => session.once(received, documentOf(received, urls.zip, folder)),
    present: () => [{ name: folder }],
  };
}

function archive(session: FeedSession, urls: OsvUrls, folder: string, listing: Listing): Reading {
  return {
    unchanged: false,
    documents: async function* (): AsyncGenerator<FeedDocument> {
      const received = await session.single(urls.zip);
      yield* session.once(received, documentOf(received, urls.zip, folder));
    },
    present: () => [...listing.keys()].map((name) => ({ name })),
  };
}

function changedRecords(
  session: FeedSession,
  urls: OsvUrls,
  listing: Listing,
  changed: readonly string[],
): Reading {
  const present = new Map<string, PresentDocument>([...listing.keys()].map((name) => [name, { name }]));
  return {
    unchanged: false,
    documents: () => {
      const singles = changed.map((name) => ({ name, url: urls.record(osvIdOf(name)) }));
      return singleDocuments(session, singles, ({ name, state }) => {
        const stamp = listing.get(name);
        if (state === "gone") present.delete(name);
        else if (state === "read" && stamp !== undefined) present.set(name, { name, stamp });
        if (state !== "read") session.forget(urls.list);
      });
    },
    present: () => [...present.values()],
  };
}
