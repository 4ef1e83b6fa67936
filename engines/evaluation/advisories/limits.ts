// SPDX-License-Identifier: Apache-2.0
/** Bounds of an import. A hostile or broken feed ends with FEED_LIMIT_EXCEEDED, not with the process. */
import { advisoryErrors } from "./errors.ts";

export interface FeedLimits {
  /** One document, uncompressed. A document over it is refused; the rest goes on. */
  readonly maxDocumentBytes: number;
  /** All documents of a source together, uncompressed. */
  readonly maxTotalBytes: number;
  readonly maxDocuments: number;
  /** Nesting of JSON and YAML. */
  readonly maxDepth: number;
  /** Archives inside archives. */
  readonly maxArchiveDepth: number;
  /** A zip from a source that cannot seek is held in memory. */
  readonly maxBufferedArchiveBytes: number;
  /** Advisories of one source. */
  readonly maxRecords: number;
}

const MIB = 1024 * 1024;

export const defaultLimits: FeedLimits = {
  maxDocumentBytes: 64 * MIB,
  maxTotalBytes: 8192 * MIB,
  maxDocuments: 2_000_000,
  maxDepth: 64,
  maxArchiveDepth: 2,
  maxBufferedArchiveBytes: 512 * MIB,
  maxRecords: 2_000_000,
};

export function limitExceeded(limit: keyof FeedLimits, allowed: number, document: string): Error {
  return advisoryErrors.make("FEED_LIMIT_EXCEEDED", `${document}: over ${limit} (${allowed})`, {
    data: { limit, allowed, document },
  });
}
