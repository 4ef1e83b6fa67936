// SPDX-License-Identifier: Apache-2.0
/** What a look at a place found, before its documents are read. */
import type { FeedDocument, PresentDocument } from "../../types.ts";

export interface Reading {
  /** Nothing to read: all is as it was in the import before. */
  readonly unchanged: boolean;
  documents(): AsyncIterable<FeedDocument>;
  /** Known in full after the last document. */
  present(): readonly PresentDocument[];
}

/** All that the import before has under a name. */
export const asBefore = (name: string): Reading => ({
  unchanged: true,
  documents: async function* () {
    // nothing to read
  },
  present: () => [{ name }],
});

/** Several parts of one place, in their order. */
export const joined = (readings: readonly Reading[]): Reading => ({
  unchanged: readings.every(({ unchanged }) => unchanged),
  documents: async function* () {
    for (const reading of readings) yield* reading.documents();
  },
  present: () => readings.flatMap((reading) => reading.present()),
});
