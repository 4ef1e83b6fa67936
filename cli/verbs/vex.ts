// SPDX-License-Identifier: Apache-2.0
/** `stella vex import|status|remove|explain|export`: the VEX documents that scans on this machine use. */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { cacheDirOption } from "../cache.ts";
import type { ExplainVexFlags } from "../vex-explain.ts";
import type { ExportVexFlags } from "../vex-export.ts";
import { attachedVexOption, collect, collectWeight, parsePlatform } from "./scan.ts";

interface ImportFlags {
  readonly name?: string;
  readonly weight?: number;
  readonly cacheDir?: string;
  readonly json?: boolean;
}

export function addVex(program: Command): void {
  const vex = program.command("vex").description("VEX documents for scans on this machine.");
  vex
    .command("import")
    .description("Read VEX (OpenVEX, CSAF, CycloneDX; file, folder or archive) and keep it in the cache.")
    .argument("<path...>", "documents, or a VEX repository; each path is a source")
    .option("--name <name>", "name of the source; the path's last part unless given")
    .option("--weight <weight>", "how much it counts against others, 0 to 1; 1 unless given", parseWeight)
    .option(...cacheDirOption)
    .option("--json", "one JSON array")
    .addHelpText(
      "after",
      `
Scans use what is kept where no --vex is given; --no-vex leaves it out.

Examples:
  stella vex import vexhub.tar.gz --name hub --weight 0.4
  stella scan ghcr.io/acme/api:1.2`,
    )
    .action(importAll);
  vex
    .command("status")
    .description("What is kept: sources, weights, statements, digests.")
    .option(...cacheDirOption)
    .option("--json", "one JSON array")
    .action(status);
  vex
    .command("remove")
    .description("Keep a source no longer.")
    .argument("<name...>", "as stella vex status names it")
    .option(...cacheDirOption)
    .action(async (names: readonly string[], flags: ImportFlags) => {
      const { removeVex } = await import("../remove-kept.ts");
      const { cacheDir, vexIn } = await import("../cache.ts");
      await removeVex(vexIn(cacheDir(flags.cacheDir)), names);
    });
  addExplain(vex);
  addExport(vex);
}

function addExport(vex: Command): void {
  vex
    .command("export")
    .description("What came of all VEX about an image, by its report, as an OpenVEX document.")
    .argument("<report>", "as stella scan -o json writes it")
    .option("--author <name>", "who answers for the document", "StellaOps")
    .option("-o, --output <file>", "where to write it; stdout unless given")
    .addHelpText(
      "after",
      `
The same report gives the same document: its times are those of the statements. Findings of which nobody says anything are not in it.

Example:
  stella scan ghcr.io/acme/api:1.2 -o json=report.json
  stella vex export report.json --author "Acme Product Security" -o api.vex.json`,
    )
    .action(async (report: string, flags: ExportVexFlags) => {
      const { exportConsensus } = await import("../vex-export.ts");
      await exportConsensus(report, flags);
    });
}

function addExplain(vex: Command): void {
  const command = vex
    .command("explain")
    .description(
      "Who says what of a vulnerability in a package or an image, what it weighs, and what comes of it.",
    )
    .argument("<id>", "CVE, GHSA or any other name of it")
    .option("--purl <purl>", "the package")
    .option("--target <target>", "the image, as stella scan takes it")
    .option("--vex <path>", "documents to ask; repeatable; what is kept unless given", collect, [])
    .option("--vex-weight <path=weight>", "as for stella scan; repeatable", collectWeight, {})
    .addOption(attachedVexOption())
    .option("--platform <os/architecture>", "which image of an index", parsePlatform)
    .option("--offline", "ask no registry; local targets only")
    .option(...cacheDirOption)
    .option("--plain-http", "speak HTTP to the target's registry")
    .option("--ca-file <pem>", "trust these certificates for the target's registry")
    .option("--json", "one JSON array")
    .addHelpText(
      "after",
      `
A statement about the image as a whole is told once, for every component; --json has each.

Examples:
  stella vex explain CVE-2024-0001 --purl pkg:npm/lodash@4.17.4
  stella vex explain CVE-2024-0001 --target oci-dir:build/image --vex supplier.json`,
    )
    .action(async (id: string, flags: ExplainVexFlags) => {
      if ((flags.purl === undefined) === (flags.target === undefined))
        command.error("error: say of what: one of --purl <purl> and --target <target>");
      const { explainOpinions } = await import("../vex-explain.ts");
      await explainOpinions(id, flags);
    });
}

function parseWeight(value: string): number {
  const weight = value.trim() === "" ? NaN : Number(value);
  if (!(weight >= 0 && weight <= 1)) throw new InvalidArgumentError("A weight is from 0 to 1, e.g. 0.4.");
  return weight;
}

async function importAll(paths: readonly string[], flags: ImportFlags): Promise<void> {
  const { importVex } = await import("../vex.ts");
  const { cacheDir, vexIn } = await import("../cache.ts");
  const { writeResult } = await import("../output.ts");
  const { plural } = await import("#lib/plural.ts");
  const { printable } = await import("../printable.ts");
  const done = await importVex(vexIn(cacheDir(flags.cacheDir)), paths, {
    name: flags.name,
    weight: flags.weight,
    now: new Date().toISOString(),
  });
  const lines = done.map(
    ({ name, statements, documents, digest }) =>
      `${printable(name)}: ${plural(statements, "statement")} in ${plural(documents, "document")}, ${digest}\n`,
  );
  await writeResult(flags.json === true ? `${JSON.stringify(done)}\n` : lines.join(""), undefined);
}

async function status(flags: ImportFlags): Promise<void> {
  const { keptVex } = await import("../vex.ts");
  const { cacheDir, vexIn } = await import("../cache.ts");
  const { say, writeResult } = await import("../output.ts");
  const { plainTable } = await import("../table.ts");
  const sources = await keptVex(vexIn(cacheDir(flags.cacheDir)));
  if (flags.json === true) return writeResult(`${JSON.stringify(sources)}\n`, undefined);
  if (sources.length === 0) {
    say("no VEX yet; import some: stella vex import PATH");
    return;
  }
  const rows = sources.map(({ name, weight = 1, statements, documents, rejected, importedAt, digest }) => [
    name,
    String(weight),
    String(documents),
    String(statements),
    String(rejected),
    importedAt.slice(0, 19),
    digest.slice(0, 19),
  ]);
  const heads = ["SOURCE", "WEIGHT", "DOCUMENTS", "STATEMENTS", "REJECTED", "IMPORTED", "DIGEST"];
  await writeResult(plainTable(heads, rows), undefined);
}
