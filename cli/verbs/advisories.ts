// SPDX-License-Identifier: Apache-2.0
/** `stella advisories import|status|remove|show|export`: the feeds that scans on this machine use. */
import { Option } from "commander";
import type { Command } from "commander";
import { connectorIds } from "#engines/evaluation/advisories/connector-ids.ts";
import type { ConnectorId } from "#engines/evaluation/advisories/connector-ids.ts";
import { layoutIds } from "#engines/evaluation/advisories/layout-ids.ts";
import type { LayoutId } from "#engines/evaluation/advisories/layout-ids.ts";
import { cacheDirOption } from "../cache.ts";
import { addDelta } from "./advisories-delta.ts";
import { addExport } from "./advisories-export.ts";
import { importOfflineKit, kitOptions, refuseKits } from "./advisories-kit.ts";

interface ImportFlags {
  readonly name?: string;
  readonly connector?: ConnectorId;
  readonly layout?: LayoutId;
  readonly ecosystem?: readonly string[];
  readonly caFile?: string;
  readonly cacheDir?: string;
  readonly json?: boolean;
  readonly kit?: string;
  readonly verifyKey?: string;
  readonly unsigned?: boolean;
}

export function addAdvisories(program: Command): void {
  const advisories = program.command("advisories").description("Advisories for scans on this machine.");
  const importing = advisories
    .command("import")
    .description("Read feeds (file, folder, archive or web address) and keep them in the cache.")
    .argument("[path...]", "documents of a feed that has a connector")
    .option("--name <name>", "name of the source; the path's last part unless given")
    .addOption(
      new Option("--connector <id>", "read as this feed; each document is looked at unless given").choices(
        connectorIds,
      ),
    )
    .addOption(
      new Option(
        "--layout <layout>",
        "what is at a web address: one document or archive, OSV's bucket, a CSAF provider; seen from it unless given",
      ).choices(layoutIds.filter((layout) => layout !== "vex-repository")),
    )
    .option("--ecosystem <name>", "ecosystem of OSV's bucket, e.g. npm, PyPI, Go; repeatable", collectNames)
    .option("--ca-file <pem>", "trust these certificates for web addresses")
    .option(...cacheDirOption)
    .option("--json", "one JSON array; of a kit its manifest")
    .addHelpText(
      "after",
      `
Example:
  stella advisories import https://osv-vulnerabilities.storage.googleapis.com --ecosystem npm --ecosystem PyPI
A second import of an address fetches only what changed since.`,
    )
    .action(async (paths: readonly string[], flags: ImportFlags) => {
      if (flags.kit !== undefined) return importOfflineKit(importing, flags.kit, paths, flags);
      if (paths.length === 0) importing.error("error: missing required argument 'path'");
      await refuseKits(paths);
      return importAll(paths, flags);
    });
  kitOptions(importing);
  advisories
    .command("status")
    .description("What is kept: sources, records, digests.")
    .option(...cacheDirOption)
    .option("--json", "one JSON array")
    .action(async (flags: ImportFlags) => {
      await status(flags);
    });
  advisories
    .command("remove")
    .description("Keep a source no longer.")
    .argument("<name...>", "as stella advisories status names it")
    .option(...cacheDirOption)
    .action(async (names: readonly string[], flags: ImportFlags) => {
      const { removeAdvisories } = await import("../remove-kept.ts");
      const { advisoriesIn, cacheDir } = await import("../cache.ts");
      await removeAdvisories(advisoriesIn(cacheDir(flags.cacheDir)), names);
    });
  advisories
    .command("show")
    .description("Everything that is known of a vulnerability: who says what, and who contradicts whom.")
    .argument("<id...>", "CVE, GHSA or any other name of it")
    .option("--advisories <path...>", "feeds or a snapshot to look in; what is kept unless given")
    .option(...cacheDirOption)
    .option("--json", "one JSON array")
    .action(async (ids: readonly string[], flags: ImportFlags & { readonly advisories?: string[] }) => {
      const { showRecords } = await import("../advisory-record.ts");
      const { advisoriesIn, cacheDir } = await import("../cache.ts");
      await showRecords(ids, {
        folder: advisoriesIn(cacheDir(flags.cacheDir)),
        paths: flags.advisories ?? [],
        isJson: flags.json === true,
      });
    });
  addExport(advisories);
  addDelta(advisories);
}

const collectNames = (name: string, before: readonly string[] = []): readonly string[] => [...before, name];

async function importAll(paths: readonly string[], flags: ImportFlags): Promise<void> {
  const { importInto, requireAddresses, requireDistinctNames, sayRejected } =
    await import("../advisories.ts");
  const { advisoriesIn, cacheDir } = await import("../cache.ts");
  const { say, writeResult } = await import("../output.ts");
  const { plural } = await import("#lib/plural.ts");
  const { printable } = await import("../printable.ts");
  const web = { layout: flags.layout, ecosystem: flags.ecosystem, caFile: flags.caFile };
  requireAddresses(paths, web);
  requireDistinctNames(paths, flags.name, web);
  const done = await importInto(advisoriesIn(cacheDir(flags.cacheDir)), paths, {
    name: flags.name,
    connector: flags.connector,
    web,
    now: new Date().toISOString(),
    onKept: async (all) => {
      for (const { result, kept, notes = [] } of all) {
        for (const note of notes) say(`stella: ${note}`);
        if (result !== undefined) sayRejected(result);
        const unchanged = result === undefined ? "unchanged, " : "";
        const line = `${printable(kept.name)}: ${unchanged}${plural(kept.records, "record")}, export ${kept.digest}\n`;
        if (flags.json !== true) await writeResult(line, undefined);
      }
    },
  });
  if (flags.json !== true) return;
  const told = done.map(({ kept, result }) => (result === undefined ? { ...kept, unchanged: true } : kept));
  await writeResult(`${JSON.stringify(told)}\n`, undefined);
}

async function status(flags: ImportFlags): Promise<void> {
  const { keptSources } = await import("../kept-advisories.ts");
  const { advisoriesIn, cacheDir } = await import("../cache.ts");
  const { say, writeResult } = await import("../output.ts");
  const { plural } = await import("#lib/plural.ts");
  const { printable } = await import("../printable.ts");
  const { plainTable } = await import("../table.ts");
  const sources = await keptSources(advisoriesIn(cacheDir(flags.cacheDir)));
  if (flags.json === true) return writeResult(`${JSON.stringify(sources)}\n`, undefined);
  if (sources.length === 0) {
    say("no advisories yet; import some: stella advisories import PATH");
    return;
  }
  const rows = sources.map(({ name, records, rejected, importedAt, digest }) => [
    name,
    String(records),
    String(rejected),
    importedAt.slice(0, 19),
    digest.slice(0, 19),
  ]);
  const blind = sources.flatMap(({ name, notCompared = [] }) =>
    notCompared.map(([ecosystem, records]) => {
      return `not compared: ${plural(records, "record")} of ${printable(ecosystem)} in ${printable(name)}\n`;
    }),
  );
  const table = plainTable(["SOURCE", "RECORDS", "REJECTED", "IMPORTED", "EXPORT"], rows);
  await writeResult(`${table}${blind.length === 0 ? "" : `\n${blind.join("")}`}`, undefined);
}
