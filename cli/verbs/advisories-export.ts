// SPDX-License-Identifier: Apache-2.0
/** `stella advisories export`: what is kept, in a form that other programs read. One option a form. */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { cacheDirOption } from "../cache.ts";

interface ExportFlags {
  readonly trivyDb?: string;
  readonly time?: string;
  readonly cacheDir?: string;
}

export function addExport(advisories: Command): void {
  const command = advisories
    .command("export")
    .description("Write what is kept in a form that other programs read.")
    .option("--trivy-db <dir>", "Trivy's database (schema 2): trivy.db and metadata.json in this folder")
    .option("--time <rfc3339>", "the time that the form's metadata names; now unless given", parseTime)
    .option(...cacheDirOption)
    .addHelpText(
      "after",
      `
Example:
  stella advisories export --trivy-db ~/.cache/trivy/db
  trivy image --skip-db-update registry.example/app:1.2`,
    )
    .action(async (flags: ExportFlags) => {
      if (flags.trivyDb === undefined) command.error("error: say what to write: --trivy-db <dir>");
      else await toTrivy(flags.trivyDb, flags);
    });
}

function parseTime(text: string): string {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError("It is no time, such as 2026-01-31T12:00:00Z.");
  return time.toISOString();
}

const DAY_MS = 24 * 60 * 60 * 1000;

async function toTrivy(target: string, flags: ExportFlags): Promise<void> {
  const { exportTrivyDb, leftOutLines } = await import("../trivy-db.ts");
  const { advisoriesIn, cacheDir } = await import("../cache.ts");
  const { say, writeResult } = await import("../output.ts");
  const { printable } = await import("../printable.ts");
  const time = flags.time ?? new Date().toISOString();
  // A day, after which Trivy asks its registry again unless it is told not to.
  const nextUpdate = new Date(Date.parse(time) + DAY_MS).toISOString();
  const times = { updatedAt: time, nextUpdate, downloadedAt: time };
  const database = await exportTrivyDb(advisoriesIn(cacheDir(flags.cacheDir)), target, times);
  for (const line of leftOutLines(database.leftOut)) say(`stella: not as it is here: ${line}`);
  const { advisories, vulnerabilities, buckets } = database;
  const counts = `advisories ${advisories}, vulnerabilities ${vulnerabilities}, buckets ${buckets.length}`;
  await writeResult(`${printable(target)}: ${counts}\n`, undefined);
}
