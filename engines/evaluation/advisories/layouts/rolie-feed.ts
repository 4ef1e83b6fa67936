// SPDX-License-Identifier: Apache-2.0
/**
 * A provider's ROLIE feed: one entry a document, with the times of its changes and links to the document, its hashes
 * and its signature. Source: CSAF 2.0 section 7.1.15 and its ROLIE schema; RFC 8322, JSON form.
 */
import { z } from "zod";
import { readShape } from "../connectors/shape.ts";
import { unreadable } from "./rows.ts";

const MAX_ENTRIES = 500_000;

const urlText = z.string().max(2048);
const shape = z.object({
  feed: z.object({
    entry: z
      .array(
        z.object({
          updated: z.string().max(64),
          link: z
            .array(z.object({ rel: z.string().max(64), href: urlText }))
            .max(50)
            .default([]),
          content: z.object({ src: urlText }).optional(),
        }),
      )
      .max(MAX_ENTRIES)
      .nullish(),
  }),
});

export interface RolieEntry {
  readonly url: URL;
  readonly updated: string;
  /** SHA-512 before SHA-256; absent where the feed names neither. */
  readonly hash?: URL;
  readonly isSigned: boolean;
}

/** Of two entries with one document the first counts. @throws FEED_DOCUMENT_INVALID, FEED_UNREADABLE */
export function readRolie(value: unknown, name: string, at: URL): readonly RolieEntry[] {
  const { feed } = readShape(shape, { name, value });
  const entries = new Map<string, RolieEntry>();
  for (const [index, { updated, link, content }] of (feed.entry ?? []).entries()) {
    const href = (rel: string, ending = ""): string | undefined =>
      link.find((one) => one.rel === rel && one.href.endsWith(ending))?.href;
    const url = webAddress(content?.src ?? href("self"), at);
    if (url === undefined) throw unreadable(name, `$.feed.entry[${index}] has no address of a document`);
    if (entries.has(url.href)) continue;
    const hash = webAddress(href("hash", ".sha512") ?? href("hash", ".sha256"), at);
    const isSigned = href("signature") !== undefined;
    entries.set(url.href, { url, updated, ...(hash === undefined ? {} : { hash }), isSigned });
  }
  return [...entries.values()];
}

function webAddress(text: string | undefined, at: URL): URL | undefined {
  const url = text === undefined ? null : URL.parse(text, at.href);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}
