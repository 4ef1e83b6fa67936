// SPDX-License-Identifier: Apache-2.0
/** The plain layout: each address is one document or archive. */
import type { FeedDocument } from "../../types.ts";
import { asBefore, joined } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { documentOf } from "./session.ts";
import type { FeedSession } from "./session.ts";

/** Fetches what changed before anything is read. @throws what `download` throws */
export async function openDocuments(session: FeedSession, urls: readonly URL[]): Promise<Reading> {
  const readings: Reading[] = [];
  for (const url of urls) {
    const received = await session.watched(url);
    const before = session.known(url)?.name;
    if (received !== "unchanged") {
      const document = documentOf(received, url);
      session.remember(url, { name: document.name });
      readings.push(reading(document, () => session.once(received, document)));
    } else if (before !== undefined) readings.push(asBefore(before));
  }
  return joined(readings);
}

const reading = (document: FeedDocument, documents: Reading["documents"]): Reading => ({
  unchanged: false,
  documents,
  present: () => [{ name: document.name }],
});
