// SPDX-License-Identifier: Apache-2.0
/** Exports of a run's feeds, kept in its folder, and snapshots of them: each in a thread of its own with bounded memory, as import jobs. */
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileFeed } from "#engines/evaluation/advisories/adapters/file-feed.ts";
import type { FeedReader } from "#engines/evaluation/index.ts";
import type { Digest } from "#lib/digest.ts";
import { kindOf } from "#lib/errors.ts";
import { importThread } from "#operator/jobs/import-thread.ts";
import type { ImportWork } from "#operator/jobs/import-work.ts";
import type { BenchFeed } from "./feeds.ts";

export interface KeptExport {
  readonly kind: BenchFeed["kind"];
  readonly name: string;
  readonly digest: Digest;
  readonly records: number;
  readonly rejected: number;
}

export const exportFile = (folder: string, { name }: { readonly name: string }): string =>
  join(folder, `${name}.export`);

/** Undefined for a feed that can't be read as a whole, which an import leaves out too. */
export async function readFeed(
  { path, ...task }: BenchFeed,
  folder: string,
): Promise<KeptExport | undefined> {
  const read = await inThread((work) => work.read(task, fileFeed(path))).catch((error: unknown) => {
    if (kindOf(error) !== "invalid") throw error;
    return undefined;
  });
  if (read === undefined) return undefined;
  const { bytes, digest, records, rejected } = read;
  writeFileSync(exportFile(folder, task), bytes);
  return { kind: task.kind, name: task.name, digest, records, rejected };
}

/** The snapshot of all exports of a kind. */
export function compileKept(
  kind: BenchFeed["kind"],
  kept: readonly KeptExport[],
  folder: string,
): Promise<Uint8Array> {
  const exports = kept.filter((one) => one.kind === kind && one.records > 0);
  const files = exports.map((one) => ({
    name: one.name,
    open: () => createReadStream(exportFile(folder, one)) as AsyncIterable<Uint8Array>,
  }));
  const reader: FeedReader = {
    documents: async function* () {
      yield* files;
      await Promise.resolve();
    },
  };
  return inThread((work) => work.compile({ kind, exports }, reader));
}

async function inThread<Value>(run: (work: ImportWork) => Promise<Value>): Promise<Value> {
  const work = importThread();
  try {
    return await run(work);
  } finally {
    await work.close();
  }
}
