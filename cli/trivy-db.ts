// SPDX-License-Identifier: Apache-2.0
/** The kept advisories written as a database that Trivy reads: `trivy.db` and `metadata.json` in one folder. */
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { composeTrivyDb, trivyMetadata } from "#engines/evaluation/index.ts";
import type { LeftOut, LeftOutReason, TrivyDb, TrivyDbTimes } from "#engines/evaluation/index.ts";
import { writeBoltFile } from "#lib/boltdb/index.ts";
import { defineErrors, messageOf } from "#lib/errors.ts";
import { keptExports } from "./kept-advisories.ts";
import { progressLine } from "./output.ts";

export const trivyDbErrors = defineErrors("cli-trivy-db", {
  TRIVY_DB_UNWRITABLE: "unavailable",
  /** Not one kept advisory has a place in such a database. */
  TRIVY_DB_EMPTY: "invalid",
});

const REASONS: Readonly<Record<LeftOutReason, string>> = {
  distro: "about a distro release that Trivy has no place for",
  ecosystem: "about an ecosystem that Trivy does not match",
  "lower-bound": "of a distro, affected from a version on; there, from the first",
  module: "builds for a module whose stream is not named",
  "single-versions": "of a distro, affected in single versions or up to one without a fix",
  unfixed: "without a fix, of a distro whose packages Trivy finds by their fix only",
  version: "with a version that Trivy's notation cannot spell; that range is not there",
};

/** Appears whole or not at all. @throws ADVISORIES_MISSING, TRIVY_DB_EMPTY, TRIVY_DB_UNWRITABLE */
export async function exportTrivyDb(folder: string, target: string, times: TrivyDbTimes): Promise<TrivyDb> {
  const progress = progressLine();
  try {
    progress.update("reading the kept advisories");
    const exports = await keptExports(folder);
    progress.update("composing the database");
    const database = composeTrivyDb(exports);
    if (database.advisories === 0)
      throw trivyDbErrors.make(
        "TRIVY_DB_EMPTY",
        "none of the kept advisories has a place in Trivy's database",
      );
    await write(target, database, trivyMetadata(times), (bytes) => {
      progress.update(`writing the database: ${Math.round(bytes / 1024 / 1024)} MiB`);
    });
    return database;
  } finally {
    progress.done();
  }
}

async function write(
  target: string,
  database: TrivyDb,
  metadata: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const names = ["trivy.db", "metadata.json"].map((name) => join(target, name));
  const [file = "", sidecar = ""] = names;
  const parts = names.map((name) => `${name}.${randomUUID()}.part`);
  const [filePart = "", sidecarPart = ""] = parts;
  try {
    await mkdir(target, { recursive: true });
    await writeBoltFile(filePart, database.entries, onBytes);
    await writeFile(sidecarPart, metadata);
    await rename(filePart, file);
    await rename(sidecarPart, sidecar);
  } catch (cause) {
    for (const part of parts) await rm(part, { force: true }).catch(() => undefined);
    throw trivyDbErrors.make("TRIVY_DB_UNWRITABLE", `cannot write below ${target}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** What was not said, or said wider than it was, one line a reason. */
export const leftOutLines = (leftOut: readonly LeftOut[]): readonly string[] =>
  leftOut.map(({ reason, count, example }) => `${count} ${REASONS[reason]} (${example})`);
