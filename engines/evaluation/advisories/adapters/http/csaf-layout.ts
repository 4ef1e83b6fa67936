// SPDX-License-Identifier: Apache-2.0
/** A CSAF provider: its description leads to feeds or folders, each with a list of its documents. */
import { readProvider } from "../../layouts/csaf-provider.ts";
import { unreadable } from "../../layouts/rows.ts";
import { openDirectory } from "./csaf-directory.ts";
import { openRolie, openRolieAt } from "./csaf-rolie.ts";
import { asBefore, joined } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { folderName } from "./resource-name.ts";
import type { FeedSession } from "./session.ts";

/**
 * @param url of provider-metadata.json, of a ROLIE feed, or of a folder (with a slash at its end)
 * @throws FEED_UNREADABLE, FEED_DOCUMENT_INVALID, FEED_LIMIT_EXCEEDED, and what `download` throws
 */
export async function openCsaf(session: FeedSession, url: URL): Promise<Reading> {
  if (url.pathname.endsWith("/")) return openDirectory(session, url);
  const name = folderName(url);
  const received = await session.watched(url, session.limits.maxListBytes);
  if (received === "unchanged") return asBefore(name); // only a feed is remembered
  const value = await session.json(received, name);
  if (typeof value === "object" && value !== null && "feed" in value) return openRolie(session, url, value);
  session.forget(url);
  const isLetIn = session.client.settings.login !== undefined;
  const { feeds, directories, restricted, signs } = readProvider(value, name, isLetIn);
  if (signs) session.notes.add("the provider signs its documents with OpenPGP; signatures are not verified");
  if (restricted.length > 0) {
    session.notes.add(
      `left out, since they are not for all and there is no secret: ${restricted.join(", ")}`,
    );
  }
  const readings: Reading[] = [];
  for (const feed of feeds) readings.push(await openRolieAt(session, feed));
  for (const folder of directories) readings.push(await openDirectory(session, withSlash(folder)));
  if (readings.length === 0) throw unreadable(name, "it names no feed or folder that may be read");
  return joined(readings);
}

function withSlash(url: URL): URL {
  const folder = new URL(url);
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  return folder;
}
