// SPDX-License-Identifier: Apache-2.0
/** A provider's ROLIE feed: what changed since the import before, each document verified by its hash file. */
import { changesSince } from "../../layouts/listing.ts";
import { readRolie } from "../../layouts/rolie-feed.ts";
import type { RolieEntry } from "../../layouts/rolie-feed.ts";
import type { PresentDocument } from "../../types.ts";
import { limitOver } from "./limits.ts";
import { asBefore } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { folderName } from "./resource-name.ts";
import type { FeedSession } from "./session.ts";
import { singleDocuments } from "./singles.ts";

/** @throws FEED_DOCUMENT_INVALID, FEED_UNREADABLE, FEED_LIMIT_EXCEEDED, and what `download` throws */
export async function openRolieAt(session: FeedSession, url: URL): Promise<Reading> {
  const received = await session.watched(url, session.limits.maxListBytes);
  const folder = folderName(url);
  if (received === "unchanged") return asBefore(folder);
  return openRolie(session, url, await session.json(received, folder));
}

/** As `openRolieAt`, of a feed that is at hand. */
export async function openRolie(session: FeedSession, url: URL, value: unknown): Promise<Reading> {
  const folder = folderName(url);
  const entries = new Map(readRolie(value, folder, url).map((entry) => [nameOf(entry, url, folder), entry]));
  const listing = new Map([...entries].map(([name, { updated }]) => [name, updated]));
  const before = (await session.stamps()) ?? new Map<string, undefined>();
  const { changed, gone } = changesSince(listing, before, folder);
  if (changed.length === 0 && gone === 0) return asBefore(folder);
  if (changed.length > session.limits.maxSingles) throw limitOver("maxSingles", session.limits, folder);
  if ([...entries.values()].some(({ isSigned }) => isSigned)) {
    session.notes.add(`documents of ${folder} are signed with OpenPGP; signatures are not verified`);
  }
  const present = new Map<string, PresentDocument>([...listing.keys()].map((name) => [name, { name }]));
  return {
    unchanged: false,
    documents: () => {
      const singles = changed.flatMap((name) => {
        const entry = entries.get(name);
        return entry === undefined
          ? []
          : [{ name, url: entry.url, hash: entry.hash, isSigned: entry.isSigned }];
      });
      return singleDocuments(session, singles, ({ name, state }) => {
        const stamp = listing.get(name);
        if (state === "gone") present.delete(name);
        else if (state === "read" && stamp !== undefined) present.set(name, { name, stamp });
        if (state !== "read") session.forget(url);
      });
    },
    present: () => [...present.values()],
  };
}

/** Under the feed's own name, so that what belongs to one feed can be told from what belongs to another. */
function nameOf({ url }: RolieEntry, feed: URL, folder: string): string {
  const beside = `${folderName(new URL(".", feed))}/`;
  const whole = folderName(url);
  const inner = whole.startsWith(beside) ? whole.slice(beside.length) : whole;
  return `${folder}/${inner.endsWith(".json") ? inner : `${inner}.json`}`;
}
