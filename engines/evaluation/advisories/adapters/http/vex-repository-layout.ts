// SPDX-License-Identifier: Apache-2.0
/**
 * A VEX repository: its archive, looked for as often as its description asks. Which of its files count says its index,
 * which is for whoever reads VEX (`vex/`).
 */
import { isArchive } from "../../documents/expand.ts";
import { unreadable } from "../../layouts/rows.ts";
import { MAX_INTERVAL_MS, readRepository } from "../../layouts/vex-repository.ts";
import type { RepositoryVersion } from "../../layouts/vex-repository.ts";
import { asBefore } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { folderName } from "./resource-name.ts";
import { documentOf, orMissing } from "./session.ts";
import type { FeedSession, Received } from "./session.ts";

type Location = RepositoryVersion["locations"][number];

/** @throws FEED_UNREADABLE, FEED_DOCUMENT_INVALID, and what `download` throws */
export async function openVexRepository(session: FeedSession, url: URL): Promise<Reading> {
  const name = folderName(url);
  const known = session.known(url);
  const now = session.client.ports.clock.now();
  // A time that lies too far ahead is a clock's that was wrong.
  const wait = (known?.nextAt ?? 0) - now;
  if (known?.name !== undefined && wait > 0 && wait <= MAX_INTERVAL_MS) {
    session.rememberAll();
    return asBefore(known.name);
  }
  const description = await session.single(url, undefined, session.limits.maxListBytes);
  const { locations, intervalMs } = readRepository(await session.json(description, name), name);
  const { location, received } = await firstOf(session, locations, name);
  const root = folderName(location.url);
  session.remember(url, { nextAt: now + intervalMs, name: root });
  if (received === "unchanged") return asBefore(root);
  const document = documentOf(received, location.url, root);
  const inside = [root, location.folder].filter((part) => part !== "").join("/");
  return {
    unchanged: false,
    documents: () => session.once(received, document),
    present: () => [{ name: inside }],
  };
}

/** Locations are as good as each other; one that is not there is passed over. */
async function firstOf(
  session: FeedSession,
  locations: readonly Location[],
  name: string,
): Promise<{ location: Location; received: Received | "unchanged" }> {
  for (const location of locations) {
    const received = await orMissing(session.watched(location.url));
    if (received === undefined) continue;
    const file = received === "unchanged" ? session.known(location.url)?.name : received.name;
    if (isArchive(file ?? "")) return { location, received };
  }
  throw unreadable(name, "none of its locations is an archive that can be read (tar.gz, tar.zst, zip)");
}
