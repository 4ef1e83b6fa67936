// SPDX-License-Identifier: Apache-2.0
/** Bounds of one look at a place on the web. What is unpacked from its files has bounds of its own (`FeedLimits`). */

import { advisoryErrors } from "../../errors.ts";

export interface HttpFeedLimits {
  /** One file, as it comes and without content coding. */
  readonly maxFileBytes: number;
  /** A list or description of a place. */
  readonly maxListBytes: number;
  /** One of many documents. One over it is refused; the rest goes on. */
  readonly maxDocumentBytes: number;
  /** Documents fetched one by one, where there is no archive of them. */
  readonly maxSingles: number;
  /** Changed documents that are fetched one by one, where there is one. */
  readonly maxChanged: number;
}

const MIB = 1024 * 1024;

export const httpFeedLimits: HttpFeedLimits = {
  maxFileBytes: 1024 * MIB,
  maxListBytes: 256 * MIB,
  maxDocumentBytes: 128 * MIB,
  maxSingles: 50_000,
  maxChanged: 2000,
};

export function limitOver(limit: keyof HttpFeedLimits, limits: HttpFeedLimits, document: string): Error {
  const allowed = limits[limit];
  return advisoryErrors.make("FEED_LIMIT_EXCEEDED", `${document}: over ${limit} (${allowed})`, {
    data: { limit, allowed, document },
  });
}
