// SPDX-License-Identifier: Apache-2.0
/** A source's files, plain, compressed or in archives, to its VEX documents: repositories by their index, signatures beside them. */
import { leafDocuments } from "../advisories/documents/expand.ts";
import { defaultLimits } from "../advisories/limits.ts";
import type { FeedLimits } from "../advisories/limits.ts";
import type { FeedReader } from "../advisories/types.ts";
import { Place, Problems } from "./formats/fault.ts";
import { arrangeFiles } from "./hub.ts";
import type { FoundFile } from "./hub.ts";
import { isSigned, signedFile } from "./signatures.ts";
import type { VexDocument } from "./types.ts";

export interface VexFeed {
  /** In the order of their names. */
  readonly documents: readonly (VexDocument & { readonly bytes: string })[];
  /** Files that are no JSON, signatures, indexes, and what the index of a VEX repository does not name. */
  readonly ignored: number;
  /** VEX_DOCUMENT_INVALID for files that cannot be read, and for those that an index names in vain; the first hundred. */
  readonly problems: readonly Error[];
  readonly problemCount: number;
}

const LIMITS: FeedLimits = {
  ...defaultLimits,
  maxTotalBytes: 1024 * 1024 * 1024,
  maxDocuments: 200_000,
};

/**
 * All of it is in memory.
 * @throws FEED_UNREADABLE, FEED_LIMIT_EXCEEDED for the feed as a whole
 */
export async function readVexFeed(
  source: string,
  feed: FeedReader,
  limits: Partial<FeedLimits> = {},
): Promise<VexFeed> {
  const files: FoundFile[] = [];
  const signed = new Set<string>();
  const problems = new Problems();
  let ignored = 0;
  for await (const leaf of leafDocuments(feed.documents(), { ...LIMITS, ...limits })) {
    if (leaf.kind === "rejected") {
      const { document, reason } = leaf.rejection;
      problems.add(() => new Place(document).refuse(reason));
      continue;
    }
    const target = signedFile(leaf.name);
    if (target !== undefined) signed.add(target);
    if (target !== undefined || leaf.kind === "ignored" || leaf.form !== "json") {
      ignored += 1;
      continue;
    }
    const text = utf8(leaf.bytes);
    if (text === undefined) problems.add(() => new Place(leaf.name).refuse("it is not UTF-8"));
    else files.push({ name: leaf.name, text });
  }
  const arranged = arrangeFiles(files, problems);
  return {
    documents: arranged.files.map(({ name, text, listedFor }) => ({
      source,
      name,
      bytes: text,
      ...(isSigned(name, signed) ? { signature: "unverified" as const } : {}),
      ...(listedFor === undefined ? {} : { listedFor }),
    })),
    ignored: ignored + arranged.ignored,
    problems: problems.kept,
    problemCount: problems.count,
  };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
