// SPDX-License-Identifier: Apache-2.0
/**
 * A provider's folder: changes.csv against what the import before has. Where much is new and the folder has an archive,
 * that comes first and what changed since it was made after it.
 */
import { archiveName, changesListing, dayIn, indexListing } from "../../layouts/csaf-directory.ts";
import { changesSince } from "../../layouts/listing.ts";
import type { Listing } from "../../layouts/listing.ts";
import type { FeedDocument, PresentDocument } from "../../types.ts";
import { limitOver } from "./limits.ts";
import { asBefore } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { folderName } from "./resource-name.ts";
import { documentOf, orMissing } from "./session.ts";
import type { FeedSession } from "./session.ts";
import { singleDocuments } from "./singles.ts";
import type { SingleOutcome } from "./singles.ts";

const MAX_SMALL_FILE = 64 * 1024;
/** How a SHA-256 or SHA-512 file begins; some servers have a page for what they do not have. */
const HASH = /^\s*(?:[0-9a-f]{64}|[0-9a-f]{128})\b/i;
const DAY_MS = 86_400_000;

/** @throws FEED_UNREADABLE, FEED_LIMIT_EXCEEDED, and what `download` throws */
export async function openDirectory(session: FeedSession, url: URL): Promise<Reading> {
  const folder = folderName(url);
  const list = new URL("changes.csv", url);
  const changes = await orMissing(session.watched(list, session.limits.maxListBytes));
  if (changes === "unchanged") return asBefore(folder);
  const listing =
    changes === undefined
      ? indexListing(await indexText(session, url), folder)
      : changesListing(await session.text(changes), folder);
  const before = (await session.stamps()) ?? new Map<string, undefined>();
  const { changed, gone } = changesSince(listing, before, folder);
  if (changed.length === 0 && gone === 0) return asBefore(folder);
  const directory = new Directory(session, url, listing);
  if (changed.length <= session.limits.maxChanged) return directory.singles(changed);
  const pointer = await orMissing(
    session.single(new URL("archive_latest.txt", url), undefined, MAX_SMALL_FILE),
  );
  if (pointer !== undefined) return directory.archive(archiveName(await session.text(pointer), folder));
  if (changed.length > session.limits.maxSingles) throw limitOver("maxSingles", session.limits, folder);
  return directory.singles(changed);
}

const indexText = async (session: FeedSession, url: URL): Promise<string> =>
  session.text(await session.single(new URL("index.txt", url), undefined, session.limits.maxListBytes));

class Directory {
  readonly #session: FeedSession;
  readonly #url: URL;
  readonly #folder: string;
  readonly #listing: Listing;
  readonly #present: Map<string, PresentDocument>;

  constructor(session: FeedSession, url: URL, listing: Listing) {
    this.#session = session;
    this.#url = url;
    this.#folder = folderName(url);
    this.#listing = listing;
    this.#present = new Map([...listing.keys()].map((name) => [name, { name }]));
  }

  singles(names: readonly string[]): Reading {
    return {
      unchanged: false,
      documents: () => this.#documents(names),
      present: () => [...this.#present.values()],
    };
  }

  archive(file: string): Reading {
    const url = new URL(file, this.#url);
    const documents = async function* (this: Directory): AsyncGenerator<FeedDocument> {
      const received = await this.#session.single(url);
      const modified = Date.parse(received.headers["last-modified"] ?? "");
      yield* this.#session.once(received, documentOf(received, url, this.#folder));
      // Nobody says when the archive was begun: a day before its date, or its file's, everything in it is certain.
      const sure = Math.min(dayIn(file) ?? Infinity, Number.isNaN(modified) ? Infinity : modified) - DAY_MS;
      const isOlder = (time: string | undefined): boolean =>
        Number.isFinite(sure) && Date.parse(time ?? "") < sure;
      const [older, younger]: [string[], string[]] = [[], []];
      for (const [name, time] of this.#listing) (isOlder(time) ? older : younger).push(name);
      for (const name of older) this.#mark(name);
      if (younger.length > this.#session.limits.maxSingles) {
        throw limitOver("maxSingles", this.#session.limits, this.#folder);
      }
      yield* this.#documents(younger);
    };
    return {
      unchanged: false,
      documents: () => documents.call(this),
      present: () => [...this.#present.values()],
    };
  }

  async *#documents(names: readonly string[]): AsyncGenerator<FeedDocument> {
    const ending = await this.#hashEnding(names[0]);
    if (ending === undefined && names.length > 0) {
      this.#session.notes.add(`documents of ${this.#folder} have no hash files to be verified by`);
    }
    const singles = names.map((name) => {
      const url = this.#documentUrl(name);
      return { name, url, hash: ending === undefined ? undefined : withEnding(url, ending) };
    });
    yield* singleDocuments(this.#session, singles, (outcome) => this.#told(outcome));
  }

  #told({ name, state }: SingleOutcome): void {
    if (state === "gone") this.#present.delete(name);
    else if (state === "read") this.#mark(name);
    if (state !== "read") this.#session.forget(new URL("changes.csv", this.#url));
  }

  #mark(name: string): void {
    const stamp = this.#listing.get(name);
    if (stamp !== undefined) this.#present.set(name, { name, stamp });
  }

  /** Which hash files a provider has is the same for all of its documents. */
  async #hashEnding(name: string | undefined): Promise<string | undefined> {
    if (name === undefined) return undefined;
    for (const ending of [".sha512", ".sha256"]) {
      const url = withEnding(this.#documentUrl(name), ending);
      const found = await orMissing(this.#session.single(url, undefined, MAX_SMALL_FILE));
      if (found !== undefined && HASH.test(await this.#session.text(found))) return ending;
    }
    return undefined;
  }

  #documentUrl(name: string): URL {
    const path = name.slice(this.#folder.length + 1);
    const url = new URL(path.split("/").map(encodeURIComponent).join("/"), this.#url);
    url.search = this.#url.search;
    return url;
  }
}

function withEnding(url: URL, ending: string): URL {
  const other = new URL(url);
  other.pathname += ending;
  return other;
}
