// SPDX-License-Identifier: Apache-2.0
/** `stella advisories export`: what is kept, in a form that other programs read. One option a form. */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { cacheDirOption } from "../cache.ts";
import { collect } from "./scan.ts";

interface ExportFlags {
  readonly trivyDb?: string;
  readonly json?: string;
  readonly kit?: string;
  readonly signKey?: string;
  readonly trust: readonly string[];
  readonly time?: string;
  readonly cacheDir?: string;
}

export function addExport(advisories: Command): void {
  const command = advisories
    .command("export")
    .description("Write what is kept in a form that other programs read.")
    .option("--trivy-db <dir>", "Trivy's database (schema 2): trivy.db and metadata.json in this folder")
    .option("--json <file>", "every vulnerability as a line of canonical JSON; - is stdout")
    .option("--kit <file>", "an offline kit: all advisories and VEX that are kept, in one file")
    .option("--sign-key <pem>", "of a kit: private key that signs it (Ed25519 or P-256)")
    .option("--trust <file>", "of a kit: certificate or key that travels with it; repeatable", collect, [])
    .option("--time <rfc3339>", "the time that the form's metadata names; now unless given", parseTime)
    .option(...cacheDirOption)
    .addHelpText(
      "after",
      `
Example:
  stella advisories export --trivy-db ~/.cache/trivy/db
  trivy image --skip-db-update registry.example/app:1.2
  stella advisories export --json vulnerabilities.jsonl
  stella advisories export --kit kit.tar --sign-key key.pem`,
    )
    .action(async (flags: ExportFlags) => {
      const forms = [flags.trivyDb, flags.json, flags.kit].filter((one) => one !== undefined);
      if (forms.length !== 1)
        command.error("error: say what to write: one of --trivy-db <dir>, --json <file>, --kit <file>");
      if (flags.kit === undefined && (flags.signKey !== undefined || flags.trust.length > 0))
        command.error("error: --sign-key and --trust are for --kit");
      if (flags.trivyDb !== undefined) await toTrivy(flags.trivyDb, flags);
      else if (flags.kit !== undefined) await toKit(flags.kit, flags);
      else if (flags.json !== undefined) await toJson(flags.json, flags);
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

async function toJson(target: string, flags: ExportFlags): Promise<void> {
  const { exportVulnerabilities } = await import("../vulnerabilities-export.ts");
  const { advisoriesIn, cacheDir } = await import("../cache.ts");
  const { say, writeResult } = await import("../output.ts");
  const { printable } = await import("../printable.ts");
  const done = await exportVulnerabilities(advisoriesIn(cacheDir(flags.cacheDir)), target);
  if (done === undefined) return;
  const { vulnerabilities, advisories, digest } = done;
  const counts = `vulnerabilities ${vulnerabilities}, advisories ${advisories}, export ${digest}`;
  if (target === "-") say(`stella: ${counts}`);
  else await writeResult(`${printable(target)}: ${counts}\n`, undefined);
}

async function toKit(target: string, flags: ExportFlags): Promise<void> {
  const { exportKit } = await import("../kit/export-kit.ts");
  const { readPrivateKey } = await import("../kit/keys.ts");
  const { cacheDir } = await import("../cache.ts");
  const { writeResult } = await import("../output.ts");
  const { printable } = await import("../printable.ts");
  const signKey = flags.signKey === undefined ? undefined : await readPrivateKey(flags.signKey);
  const { manifest, digest } = await exportKit(cacheDir(flags.cacheDir), target, {
    signKey,
    trust: flags.trust,
  });
  const counts = `${manifest.entries.length} entries, manifest ${digest}`;
  await writeResult(`${printable(target)}: ${counts}\n`, undefined);
}
