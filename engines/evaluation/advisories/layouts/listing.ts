// SPDX-License-Identifier: Apache-2.0
/** What a place lists, against what an earlier import has of it. */
import type { Stamps } from "../parts.ts";

/** Document names, each with the mark of its state; undefined where the place gives none. */
export type Listing = ReadonlyMap<string, string | undefined>;

export interface Changes {
  /** To be read anew, in the listing's order. */
  readonly changed: readonly string[];
  /** Documents of the earlier import that are listed no more. */
  readonly gone: number;
}

/** @param folder under which all of the listing's documents are, and none of another listing's */
export function changesSince(listing: Listing, before: Stamps, folder: string): Changes {
  const changed: string[] = [];
  for (const [name, stamp] of listing) if (!isSameState(stamp, before.get(name))) changed.push(name);
  const inside = `${folder}/`;
  let gone = 0;
  for (const name of before.keys()) if (!listing.has(name) && name.startsWith(inside)) gone += 1;
  return { changed, gone };
}

/** Marks are times, mostly; the same one may be written with fractions of a second here and without there. */
export function isSameState(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a === b || (isTime(a) && isTime(b) && second(a) === second(b));
}

const isTime = (text: string): boolean =>
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,24}(?:Z|[+-][0-9]{2}:?[0-9]{2})$/.test(text);

/** NaN, which equals nothing, for what only looks like a time. */
const second = (text: string): number => Math.floor(Date.parse(text) / 1000);
