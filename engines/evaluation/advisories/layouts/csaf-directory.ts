// SPDX-License-Identifier: Apache-2.0
/**
 * Layout of a CSAF provider's folder: YEAR/FILE.json, changes.csv with a line `"FILE","TIME"` for each document, the
 * latest change first, and index.txt with a line `FILE`. Source: CSAF 2.0 sections 7.1.11 to 7.1.13. A file may stand
 * several times in changes.csv, once a change. Red Hat adds archive_latest.txt, which names an archive of the whole
 * folder, in a folder's own layout; the archive is older than the folder.
 */
import type { Listing } from "./listing.ts";
import { rows, unreadable } from "./rows.ts";

const MAX_DOCUMENTS = 500_000;
/** A relative path to a JSON document: no way out of the folder, no query. */
const PATH = /^(?!\.)[^\s\\?#%:\p{Cc}]{1,1024}\.json$/u;
const ARCHIVE = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,200}\.(?:tar\.zst|tar\.gz|tgz|tar|zip)$/;

/** @param folder name of the folder, under which its documents are named. @throws FEED_UNREADABLE */
export function changesListing(text: string, folder: string): Listing {
  const listing = new Map<string, string>();
  const where = `${folder}/changes.csv`;
  for (const [path = "", time = ""] of rows(text, 2, { where, maxRows: MAX_DOCUMENTS })) {
    const name = nameIn(folder, path, where);
    if (!listing.has(name)) listing.set(name, time);
  }
  return listing;
}

/** @throws FEED_UNREADABLE */
export function indexListing(text: string, folder: string): Listing {
  const where = `${folder}/index.txt`;
  const listing = new Map<string, undefined>();
  for (const [path = ""] of rows(text, 1, { where, maxRows: MAX_DOCUMENTS })) {
    if (/\.(?:asc|sha256|sha512)$/.test(path)) continue;
    listing.set(nameIn(folder, path, where), undefined);
  }
  return listing;
}

/** The archive's file name. @throws FEED_UNREADABLE */
export function archiveName(text: string, folder: string): string {
  const name = text.trim();
  if (ARCHIVE.test(name)) return name;
  throw unreadable(`${folder}/archive_latest.txt`, "it names no archive that can be read");
}

/** The day in an archive's name, `2025-01-31` anywhere in it; milliseconds since 1970 at its beginning. */
export function dayIn(name: string): number | undefined {
  const day = /(?:^|[^0-9])(20[0-9]{2}-[01][0-9]-[0-3][0-9])(?:[^0-9]|$)/.exec(name)?.[1];
  const time = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}

function nameIn(folder: string, path: string, where: string): string {
  const inner = withoutFolder(folder, path);
  if (PATH.test(inner) && !inner.split("/").some((part) => part === "" || part.startsWith("."))) {
    return `${folder}/${inner}`;
  }
  throw unreadable(where, `no path of a document: ${path.slice(0, 80)}`);
}

/** CISA's lists name files from the top of their repository, so that the folder's own path stands before them. */
function withoutFolder(folder: string, path: string): string {
  if (/^[0-9]{4}\//.test(path)) return path;
  const parts = folder.split("/");
  for (let from = 1; from < parts.length; from += 1) {
    const own = `${parts.slice(from).join("/")}/`;
    if (path.startsWith(own)) return path.slice(own.length);
  }
  return path;
}
