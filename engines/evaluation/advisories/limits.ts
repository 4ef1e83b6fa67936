// SPDX-License-Identifier: Apache-2.0
/** Bounds of an import. A hostile or broken feed ends with FEED_LIMIT_EXCEEDED, not with the process. */
import { advisoryErrors } from "./errors.ts";

export interface FeedLimits {
  /** One document, uncompressed. A document over it is refused; the rest goes on. */
  readonly maxDocumentBytes: number;
  /**
   * An OVAL document instead, which its head tells and which is read as a stream of elements: all of a release, of SUSE all of a
   * major one. Debian's has 100 MB.
   */
  readonly maxOvalBytes: number;
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
  /**
   * CVEs times what is said of each, of one advisory; over it the advisory is refused. The largest real ones have some ten thousand:
   * ALSA-2025:20518 with 111 CVEs and 74 packages. A kernel's update of every edition of SUSE has about 200,000.
   */
  readonly maxAdvisoryStatements: number;
  /** Of all advisories of a source. */
  readonly maxStatements: number;
}

const MIB = 1024 * 1024;

export const defaultLimits: FeedLimits = {
  maxDocumentBytes: 64 * MIB,
  maxOvalBytes: 256 * MIB,
  maxTotalBytes: 8192 * MIB,
  maxDocuments: 2_000_000,
  maxDepth: 64,
  maxArchiveDepth: 2,
  maxBufferedArchiveBytes: 512 * MIB,
  maxRecords: 2_000_000,
  maxAdvisoryStatements: 500_000,
  maxStatements: 50_000_000,
};

export function limitExceeded(limit: keyof FeedLimits, allowed: number, document: string): Error {
  return advisoryErrors.make("FEED_LIMIT_EXCEEDED", `${document}: over ${limit} (${allowed})`, {
    data: { limit, allowed, document },
  });
}
