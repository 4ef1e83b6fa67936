// SPDX-License-Identifier: Apache-2.0
/** A feed of files that says on a terminal how far it has been read. */
import { fileFeed } from "#engines/evaluation/advisories/adapters/file-feed.ts";
import type { FeedDocument, FeedReader } from "#engines/evaluation/index.ts";
import { progressLine } from "./output.ts";
import type { ProgressLine } from "./output.ts";

const TELL_EVERY_MS = 100;

type Slices = NonNullable<FeedDocument["random"]>;

/** @param line told what is read; one of its own unless given, which goes with the last document */
export function toldFeed(path: string, line: ProgressLine = progressLine()): FeedReader {
  let [bytes, toldAt] = [0, 0];
  const tell = (): void => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    line.update(`reading ${path}: ${(bytes / 1e6).toFixed(1)} MB`);
  };
  const toldSlices = (slices: Slices): Slices => ({
    size: slices.size,
    read: (offset, length) => {
      bytes += length;
      tell();
      return slices.read(offset, length);
    },
  });
  const told = (document: FeedDocument): FeedDocument => ({
    ...document,
    open: async function* () {
      for await (const chunk of document.open()) {
        bytes += chunk.length;
        tell();
        yield chunk;
      }
    },
    ...(document.random === undefined ? {} : { random: toldSlices(document.random) }),
  });
  return {
    documents: async function* () {
      try {
        for await (const document of fileFeed(path).documents()) {
          tell();
          yield told(document);
        }
      } finally {
        line.done();
      }
    },
  };
}
