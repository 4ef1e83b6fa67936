// SPDX-License-Identifier: Apache-2.0
/** The advisories that both sides match with: read once, compiled for us and written as Trivy's database for the peer. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileFeed } from "#engines/evaluation/advisories/adapters/file-feed.ts";
import {
  compileSnapshot,
  composeTrivyDb,
  importSource,
  trivyMetadata,
  type LeftOut,
  type SourceExport,
} from "#engines/evaluation/index.ts";
import { byText } from "#lib/compare.ts";
import { writeBoltFile } from "#lib/boltdb/index.ts";
import { messageOf } from "#lib/errors.ts";
import { PROJECT } from "#hack/bundle/bundle.ts";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";

const KIT = join(PROJECT, "config", "kit");
/** No part of what is compared depends on it. */
const TIME = "2026-01-01T00:00:00Z";

export interface SourceRow {
  readonly name: string;
  readonly records: number;
  readonly exportDigest: string;
}

export interface ComparedAdvisories {
  /** File of the compiled snapshot. */
  readonly snapshot: string;
  readonly sources: readonly SourceRow[];
  /** Files of the folders given that no connector reads, sorted. */
  readonly unread: readonly string[];
  /** Pairs of package and vulnerability in Trivy's database. */
  readonly rows: number;
  readonly leftOut: readonly LeftOut[];
}

/**
 * The kit and every file of `folders`, each as a source of its own.
 * @param trivyCache gets the database where trivy looks for it
 */
export async function compareAdvisories(
  folders: readonly string[],
  trivyCache: string,
  log: Log,
): Promise<ComparedAdvisories> {
  const exports: SourceExport[] = [];
  const sources: SourceRow[] = [];
  const unread: string[] = [];
  for (const { name, path } of [{ name: "kit", path: KIT }, ...(await filesOf(folders))]) {
    const read = await step(log, `advisories: ${name}`, () => readSource(name, path, log));
    if (read === undefined) unread.push(name);
    else {
      exports.push(read.export);
      sources.push({ name, records: read.records, exportDigest: read.export.exportDigest });
    }
  }
  return step(log, "advisories: snapshot and Trivy's database", async () => {
    const folder = join(cacheFolder(), "comparison-advisories");
    const snapshot = join(folder, "snapshot.bin");
    await mkdir(folder, { recursive: true });
    await writeFile(snapshot, compileSnapshot(exports));
    const database = composeTrivyDb(exports);
    await writeDatabase(join(trivyCache, "db"), database.entries);
    return {
      snapshot,
      sources,
      unread: unread.sort(byText),
      rows: database.advisories,
      leftOut: database.leftOut,
    };
  });
}

async function readSource(name: string, path: string, log: Log) {
  try {
    const read = await importSource({ name, feed: fileFeed(path) });
    return read.records === 0 ? undefined : read;
  } catch (error) {
    log(`${name}: ${messageOf(error)}`);
    return undefined;
  }
}

async function writeDatabase(folder: string, entries: Parameters<typeof writeBoltFile>[1]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeBoltFile(join(folder, "trivy.db"), entries);
  const times = { updatedAt: TIME, nextUpdate: TIME, downloadedAt: TIME };
  await writeFile(join(folder, "metadata.json"), trivyMetadata(times));
}

/** By name; the same file name in two folders would be one source twice. */
async function filesOf(folders: readonly string[]): Promise<readonly { name: string; path: string }[]> {
  const byName = new Map<string, string>();
  for (const folder of folders) {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(".")) byName.set(name, join(folder, name));
    }
  }
  return [...byName]
    .map(([name, path]) => ({ name: basename(name), path }))
    .sort((a, b) => byText(a.name, b.name));
}
