// SPDX-License-Identifier: Apache-2.0
/**
 * Feed documents from the web. A look at a place first learns what changed since the look before, which the caller keeps
 * as a cursor beside the parts of its import; files come whole, to a folder of the caller's, before they are read.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf } from "#lib/digest.ts";
import { HttpClient } from "#lib/http/client.ts";
import type { ClientSettings } from "#lib/http/client.ts";
import type { HttpPorts } from "#lib/http/ports.ts";
import { advisoryErrors } from "../errors.ts";
import type { LayoutId } from "../layout-ids.ts";
import type { ChangingFeed, FeedBefore } from "../types.ts";
import { openCsaf } from "./http/csaf-layout.ts";
import { openDocuments } from "./http/document-layout.ts";
import { httpFeedLimits } from "./http/limits.ts";
import type { HttpFeedLimits } from "./http/limits.ts";
import { openOsv } from "./http/osv-layout.ts";
import type { Reading } from "./http/reading.ts";
import { openScratch } from "./http/scratch.ts";
import type { Scratch } from "./http/scratch.ts";
import { FeedSession } from "./http/session.ts";
import type { FeedProgress } from "./http/session.ts";
import { openVexRepository } from "./http/vex-repository-layout.ts";

export type { FeedProgress } from "./http/session.ts";

export interface HttpPlace {
  /** One, except for the layout `document`. */
  readonly urls: readonly string[];
  readonly layout: LayoutId;
  /** Of the layout `osv`: folders of the bucket. */
  readonly ecosystems?: readonly string[];
}

export interface HttpFeedOptions {
  readonly place: HttpPlace;
  /** By what the documents are read (format, program's version): another reader reads all of them anew. */
  readonly reader: string;
  /** For downloads. Several processes may share it; what killed ones left goes with the next use. */
  readonly folder: string;
  readonly settings?: ClientSettings;
  readonly ports?: HttpPorts;
  /** Of the import before, where its export and parts are still at hand. */
  readonly before?: FeedBefore;
  readonly limits?: Partial<HttpFeedLimits>;
  readonly onProgress?: (progress: FeedProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Looks at the place, and fetches what is read as a whole; the rest comes while it is read.
 * @throws FEED_UNREADABLE, FEED_DOCUMENT_INVALID, FEED_LIMIT_EXCEEDED, FEED_PLACE_INVALID, and what `download` throws;
 *   all but the last two also while reading
 */
export async function openHttpFeed(options: HttpFeedOptions): Promise<ChangingFeed> {
  const urls = options.place.urls.map(webAddress);
  const client = new HttpClient(options.settings, options.ports);
  let scratch: Scratch | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([client.close(), scratch?.close()]);
  };
  try {
    scratch = await openScratch(options.folder);
    const place = digestOf(
      canonicalJson({ ...options.place, urls: urls.map(String), reader: options.reader }),
    );
    const known = options.before?.cursor.place === place ? options.before : undefined;
    const before = known && { resources: known.cursor.resources, stamps: () => known.stamps() };
    const { onProgress, signal } = options;
    const limits = { ...httpFeedLimits, ...options.limits };
    const session = new FeedSession({ client, scratch, limits, before, onProgress, signal });
    return feedOf(await look(session, urls, options.place), session, place, close);
  } catch (error) {
    await close();
    throw error;
  }
}

function look(session: FeedSession, urls: readonly URL[], place: HttpPlace): Promise<Reading> {
  const [url, ...more] = urls;
  if (url === undefined) throw invalid("no address is given");
  if (place.layout === "document") return openDocuments(session, urls);
  if (more.length > 0) throw invalid(`the layout ${place.layout} takes one address`);
  switch (place.layout) {
    case "osv":
      if (place.ecosystems === undefined || place.ecosystems.length === 0) {
        throw invalid("the layout osv needs ecosystems");
      }
      return openOsv(session, url, place.ecosystems);
    case "csaf":
      return openCsaf(session, url);
    case "vex-repository":
      return openVexRepository(session, url);
  }
}

const feedOf = (
  reading: Reading,
  session: FeedSession,
  place: string,
  close: () => Promise<void>,
): ChangingFeed => ({
  unchanged: reading.unchanged,
  isIncremental: session.isIncremental,
  documents: async function* () {
    if (!reading.unchanged) yield* reading.documents();
  },
  inventory: () => Promise.resolve({ present: reading.present() }),
  cursor: () => ({ place, resources: session.resources }),
  notes: () => [...session.notes].sort(),
  close,
});

/** A login in a URL would be kept and shown wherever the URL is. */
function webAddress(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw invalid(`no web address: ${text.slice(0, 200)}`);
  if (url.username !== "" || url.password !== "") throw invalid("an address must not hold a login");
  url.hash = "";
  return url;
}

const invalid = (why: string): Error => advisoryErrors.make("FEED_PLACE_INVALID", why);
