// SPDX-License-Identifier: Apache-2.0
/** Documents of a list that are fetched one by one, a few at a time. */
import { messageOf } from "#lib/errors.ts";
import { httpErrors } from "#lib/http/errors.ts";
import type { FeedDocument } from "../../types.ts";
import { fileDocument } from "../file-feed.ts";
import { ahead } from "./ahead.ts";
import { hexOf, orMissing } from "./session.ts";
import type { FeedSession, Received } from "./session.ts";

/** Requests under way: waiting for answers, and not for bytes, is what takes the time. */
const WIDTH = 8;
const MAX_HASH_FILE = 64 * 1024;

export interface Single {
  readonly url: URL;
  readonly name: string;
  /** A file that holds the document's hash; its ending says which. */
  readonly hash?: URL | undefined;
  /** Whether a detached signature is said to lie beside it. It is told of by its name, and not fetched. */
  readonly isSigned?: boolean;
}

export interface SingleOutcome {
  readonly name: string;
  /** gone: listed, and not there. refused: there, and not what it should be; it is tried again the next time. */
  readonly state: "read" | "gone" | "refused";
}

/** Tells of each document what became of it before it is read. @throws what `download` throws */
export async function* singleDocuments(
  session: FeedSession,
  singles: Iterable<Single>,
  told: (outcome: SingleOutcome) => void,
): AsyncGenerator<FeedDocument> {
  const fetched = ahead(singles, WIDTH, async (single, signal) => ({
    ...(await fetchOne(session, single, signal)),
    isSigned: single.isSigned,
  }));
  for await (const { name, received, fault, isSigned } of fetched) {
    told({ name, state: fault !== undefined ? "refused" : received === undefined ? "gone" : "read" });
    if (fault !== undefined) yield { ...fileDocument(name, "", 0), fault };
    if (received === undefined) continue;
    if (fault === undefined) {
      yield fileDocument(name, received.path, received.size);
      if (isSigned === true) yield { name: `${name}.asc`, open: noBytes };
    }
    await session.remove(received);
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // nothing of it is read
}

interface Fetched {
  readonly name: string;
  readonly received?: Received | undefined;
  readonly fault?: string;
}

async function fetchOne(session: FeedSession, single: Single, signal: AbortSignal): Promise<Fetched> {
  const { url, name, hash } = single;
  try {
    const received = await orMissing(session.single(url, signal, session.limits.maxDocumentBytes));
    if (received === undefined || hash === undefined) return { name, received };
    const fault = await hashFault(session, received, hash, signal);
    if (fault === undefined) return { name, received };
    // The two are written one after the other; once more, and the first doubt is past.
    await session.remove(received);
    const again = await orMissing(session.single(url, signal, session.limits.maxDocumentBytes));
    const still = again && (await hashFault(session, again, hash, signal));
    return { name, received: again, ...(still === undefined ? {} : { fault: still }) };
  } catch (error) {
    if (!httpErrors.is(error, "HTTP_TOO_LARGE") && !httpErrors.is(error, "HTTP_DAMAGED")) throw error;
    return { name, fault: messageOf(error) };
  }
}

/** Undefined also where the hash file is not there. */
async function hashFault(
  session: FeedSession,
  document: Received,
  hash: URL,
  signal: AbortSignal,
): Promise<string | undefined> {
  const file = await orMissing(session.single(hash, signal, MAX_HASH_FILE));
  if (file === undefined) return undefined;
  const algorithm = hash.pathname.endsWith(".sha256") ? "sha256" : "sha512";
  const [said = ""] = /^[0-9a-f]+/.exec((await session.text(file)).trim().toLowerCase()) ?? [];
  const is = await hexOf(algorithm, document.path);
  return said === is ? undefined : `its ${algorithm} is not the one that its hash file says`;
}
