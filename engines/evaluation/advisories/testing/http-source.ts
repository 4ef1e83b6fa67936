// SPDX-License-Identifier: Apache-2.0
/** A source on the web as its callers use it: what one import leaves is what the next one starts from. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakePorts } from "#lib/http/testing/fake-ports.ts";
import type { FakePorts } from "#lib/http/testing/fake-ports.ts";
import { openHttpFeed } from "../adapters/http-feed.ts";
import type { HttpFeedOptions, HttpPlace } from "../adapters/http-feed.ts";
import { importSource } from "../import-source.ts";
import { decodeParts, decodeStamps, encodeParts } from "../parts.ts";
import type { FeedCursor, ImportResult, SourceExport } from "../types.ts";

export interface Look {
  readonly unchanged: boolean;
  /** Of all imports up to now. */
  readonly export: SourceExport;
  readonly notes: readonly string[];
  /** Absent where nothing changed. */
  readonly result?: ImportResult;
}

export interface HttpSource {
  readonly ports: FakePorts;
  readonly folder: string;
  /** What a failed import throws, and what it leaves as it was. */
  import(): Promise<Look>;
  /** Names of downloads that were not cleaned up. */
  left(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function httpSource(
  place: HttpPlace,
  options: Partial<Omit<HttpFeedOptions, "place" | "folder" | "before" | "ports">> = {},
): Promise<HttpSource> {
  const folder = await mkdtemp(join(tmpdir(), "stella-http-feed-"));
  const ports = fakePorts();
  let kept: { cursor: FeedCursor; export: SourceExport; parts: Uint8Array } | undefined;
  const before = () => {
    if (kept === undefined) return {};
    const { cursor, parts, export: made } = kept;
    return { before: { cursor, stamps: () => Promise.resolve(decodeStamps(parts, made.exportDigest)) } };
  };
  return {
    ports,
    folder,
    async import() {
      const feed = await openHttpFeed({ reader: "test", ...options, place, folder, ports, ...before() });
      try {
        if (feed.unchanged && kept !== undefined) {
          kept = { ...kept, cursor: feed.cursor() };
          return { unchanged: true, export: kept.export, notes: feed.notes() };
        }
        const base = kept === undefined ? {} : { base: decodeParts(kept.parts, kept.export) };
        const result = await importSource({ name: "s", feed, ...base });
        const parts = encodeParts(result.parts ?? [], result.export.exportDigest);
        kept = { cursor: feed.cursor(), export: result.export, parts };
        return { unchanged: false, export: result.export, notes: feed.notes(), result };
      } finally {
        await feed.close();
      }
    },
    left: () => readdir(folder),
    close: () => rm(folder, { recursive: true }),
  };
}
