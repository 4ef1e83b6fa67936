// SPDX-License-Identifier: Apache-2.0
/**
 * What a CSAF provider says of itself: provider-metadata.json. Source: CSAF 2.0 section 7.1.7 and its JSON schema
 * (`directory_url`), CSAF 2.1 section 7.1.7 (`directory`). ROLIE feeds are taken before folders: they name each
 * document's hash and say how far it may be spread.
 */
import { z } from "zod";
import { readShape } from "../connectors/shape.ts";

const MAX_FEEDS = 100;
/** Of TLP (FIRST, 1.0 and 2.0): what may be read without being let in. */
const OPEN_LABELS = new Set(["WHITE", "CLEAR", "GREEN", "UNLABELED"]);

const urlText = z
  .string()
  .max(2048)
  .refine((text) => /^https?:/i.test(text) && URL.canParse(text), "not a web address");
const label = z.string().max(40).default("UNLABELED");

const shape = z.object({
  distributions: z
    .array(
      z.object({
        directory_url: urlText.optional(),
        directory: z.object({ url: urlText, tlp_label: label }).optional(),
        rolie: z
          .object({ feeds: z.array(z.object({ url: urlText, tlp_label: label })).max(MAX_FEEDS) })
          .optional(),
      }),
    )
    .max(MAX_FEEDS)
    .default([]),
  public_openpgp_keys: z.array(z.unknown()).max(1000).default([]),
});

export interface Provider {
  readonly feeds: readonly URL[];
  readonly directories: readonly URL[];
  /** Addresses that only some may read. */
  readonly restricted: readonly string[];
  /** Whether it signs its documents with OpenPGP. */
  readonly signs: boolean;
}

/** @param isLetIn whether there is a login with which restricted ones can be read. @throws FEED_DOCUMENT_INVALID */
export function readProvider(value: unknown, name: string, isLetIn: boolean): Provider {
  const { distributions, public_openpgp_keys } = readShape(shape, { name, value });
  const feeds = distributions.flatMap(({ rolie }) => rolie?.feeds ?? []);
  const directories = distributions.flatMap(({ directory, directory_url }) => [
    ...(directory_url === undefined ? [] : [{ url: directory_url, tlp_label: "UNLABELED" }]),
    ...(directory === undefined ? [] : [directory]),
  ]);
  const mayRead = ({ tlp_label }: { tlp_label: string }): boolean =>
    isLetIn || OPEN_LABELS.has(tlp_label.toUpperCase());
  const urls = (all: typeof feeds): readonly URL[] =>
    distinct(all.filter(mayRead)).map((url) => new URL(url));
  const openFeeds = urls(feeds);
  return {
    feeds: openFeeds,
    directories: openFeeds.length > 0 ? [] : urls(directories),
    restricted: distinct([...feeds, ...directories].filter((one) => !mayRead(one))),
    signs: public_openpgp_keys.length > 0,
  };
}

const distinct = (all: readonly { readonly url: string }[]): readonly string[] =>
  [...new Set(all.map(({ url }) => url))].sort();
