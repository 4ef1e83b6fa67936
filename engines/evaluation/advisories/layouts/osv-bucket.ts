// SPDX-License-Identifier: Apache-2.0
/**
 * Layout of OSV's export bucket and its mirrors: ECOSYSTEM/all.zip with all records, ECOSYSTEM/ID.json with each, and
 * ECOSYSTEM/modified_id.csv with a line `MODIFIED,ID` for each record that there is, the latest first.
 * Source: https://google.github.io/osv.dev/data/#data-dumps and the exporter's README in github.com/google/osv.dev.
 * The times in the list are those in the records (`modified`).
 */
import type { Listing } from "./listing.ts";
import { rows, unreadable } from "./rows.ts";

/** The npm ecosystem, malware included, has a third of this. */
const MAX_RECORDS = 1_000_000;
/** One path segment that is no way out of its folder. */
const ID = /^[^\s/\\.?#%\p{Cc}][^\s/\\?#%\p{Cc}]{0,255}$/u;

export interface OsvUrls {
  readonly zip: URL;
  readonly list: URL;
  readonly record: (id: string) => URL;
}

/** @param bucket the URL above the ecosystems, with or without a slash at its end */
export function osvUrls(bucket: URL, ecosystem: string): OsvUrls {
  const folder = new URL(bucket);
  folder.pathname = `${folder.pathname.replace(/\/+$/, "")}/${encodeURIComponent(ecosystem)}/`;
  const at = (file: string): URL => new URL(`${folder.pathname}${file}${folder.search}`, folder.origin);
  return {
    zip: at("all.zip"),
    list: at("modified_id.csv"),
    record: (id) => at(`${encodeURIComponent(id)}.json`),
  };
}

/** @param folder name of the ecosystem's folder, under which its records are named. @throws FEED_UNREADABLE */
export function osvListing(text: string, folder: string): Listing {
  const where = `${folder}/modified_id.csv`;
  const listing = new Map<string, string>();
  for (const [modified = "", id = ""] of rows(text, 2, { where, maxRows: MAX_RECORDS })) {
    if (!/^[0-9]{4}-/.test(modified) || !ID.test(id))
      throw unreadable(where, `no time and id: ${id.slice(0, 80)}`);
    listing.set(`${folder}/${id}.json`, modified);
  }
  if (listing.size === 0) throw unreadable(where, "it lists nothing");
  return listing;
}

/** The id in a record's name. */
export const osvIdOf = (name: string): string => name.slice(name.lastIndexOf("/") + 1, -".json".length);
