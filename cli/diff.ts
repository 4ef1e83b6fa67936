// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella diff`: two scans, what is another between them, and what that means for findings. */
import { diffReports } from "#engines/evaluation/index.ts";
import type { JudgedFinding, ReportDiff } from "#engines/evaluation/index.ts";
import { diffSboms } from "#engines/scanner/index.ts";
import type { SbomDiff, ScanResult } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { codeOf } from "#lib/errors.ts";
import { loadSnapshot } from "./advisories.ts";
import { cliAdvisoryErrors } from "./advisory-errors.ts";
import { advisoriesIn, cacheDir } from "./cache.ts";
import { say, writeResult } from "./output.ts";
import { printable } from "./printable.ts";
import { judge, readOpinions } from "./scan/judge.ts";
import type { Knowledge } from "./scan/judge.ts";
import { readPolicies } from "./scan/knowledge.ts";
import { checkTarget, scanTarget } from "./scan/target.ts";
import { plainTable } from "./table.ts";
import type { DiffFlags } from "./verbs/diff.ts";

/** The raw difference, and where there are advisories the one that people have to look at. */
export interface DiffDocument extends SbomDiff {
  readonly findings?: ReportDiff;
}

/** @returns the exit code: 0 when nothing is another, 1 with `--exit-code` when something is */
export async function diff(older: string, newer: string, flags: DiffFlags): Promise<number> {
  for (const target of [older, newer]) checkTarget(target, flags);
  const knowledge = flags.raw === true ? undefined : await knowledgeOf(flags);
  const before = await scanTarget(older, flags);
  const after = await scanTarget(newer, flags);
  const document: DiffDocument = {
    ...diffSboms(before.sbom, after.sbom),
    ...(knowledge
      ? { findings: diffReports(judge(older, before, knowledge), judge(newer, after, knowledge)) }
      : {}),
  };
  const text =
    flags.json === true
      ? `${canonicalJson(document)}\n`
      : tables(document, after, { wide: flags.wide === true });
  await writeResult(text, flags.output);
  return flags.exitCode === true && isAnother(document) ? 1 : 0;
}

const isAnother = ({ added, removed, changed }: DiffDocument): boolean =>
  added.length + removed.length + changed.length > 0;

/** Without advisories the packages are compared alone. */
async function knowledgeOf(flags: DiffFlags): Promise<Knowledge | undefined> {
  const policies = await readPolicies(flags.policy);
  const opinions = await readOpinions(flags);
  try {
    const snapshot = await loadSnapshot(flags.advisories, advisoriesIn(cacheDir(flags.cacheDir)));
    return { snapshot, ...opinions, policies };
  } catch (error) {
    if (flags.advisories.length > 0 || !cliAdvisoryErrors.is(error, "ADVISORIES_MISSING")) throw error;
    say(`stella: packages only, findings are not compared (${codeOf(error)}: stella advisories import PATH)`);
    return undefined;
  }
}

function tables(document: DiffDocument, after: ScanResult, { wide }: { readonly wide: boolean }): string {
  const parts = [packageTable(document, wide), layerTable(document)];
  if (document.findings) parts.push(findingTable(document.findings));
  const { added, removed, changed } = document;
  const shared = document.byLayer.filter((layer) => layer.shared).length;
  parts.push(
    `${added.length} added, ${removed.length} removed, ${changed.length} changed; ` +
      `${shared} of ${after.sbom.layers.length} layers are shared\n`,
  );
  return parts.filter((part) => part !== "").join("\n");
}

function packageTable({ added, removed, changed }: DiffDocument, wide: boolean): string {
  const layer = (index: number | undefined): string => (index === undefined ? "-" : String(index));
  const rows = [
    ...changed.map((each) => [
      "~",
      each.type,
      each.name,
      each.old.version,
      each.new.version,
      layer(each.layer),
      each.new.places[0] ?? "",
    ]),
    ...added.map((each) => [
      "+",
      each.type,
      each.name,
      "-",
      each.version,
      layer(each.layer),
      each.places[0] ?? "",
    ]),
    ...removed.map((each) => [
      "-",
      each.type,
      each.name,
      each.version,
      "-",
      layer(each.layer),
      each.places[0] ?? "",
    ]),
  ];
  if (rows.length === 0) return "";
  const heads = ["", "TYPE", "PACKAGE", "OLD", "NEW", "LAYER", ...(wide ? ["PATH"] : [])];
  return plainTable(heads, wide ? rows : rows.map((row) => row.slice(0, -1)));
}

function layerTable({ byLayer }: DiffDocument): string {
  const rows = byLayer
    .filter((layer) => layer.added.length + layer.removed.length + layer.changed.length > 0)
    .map((layer) => [
      String(layer.index),
      layer.digest.slice(0, 19),
      String(layer.added.length),
      String(layer.removed.length),
      String(layer.changed.length),
    ]);
  return rows.length === 0 ? "" : plainTable(["LAYER", "DIGEST", "ADDED", "REMOVED", "CHANGED"], rows);
}

function findingTable({ verdict, added, gone, changed }: ReportDiff): string {
  const row = (mark: string, finding: JudgedFinding, note = ""): string[] => [
    mark,
    finding.severity,
    finding.id,
    finding.name,
    finding.version,
    finding.fixedVersion ?? "-",
    note,
  ];
  const rows = [
    ...added.map((finding) => row("+", finding)),
    ...gone.map((finding) => row("-", finding)),
    ...changed.map(({ before, after }) => row("~", after, `was ${before.severity}, ${before.action}`)),
  ];
  const table =
    rows.length === 0 ? "" : plainTable(["", "SEVERITY", "ID", "PACKAGE", "VERSION", "FIXED", ""], rows);
  const { before, after } = verdict;
  return `${table}Verdict: ${printable(before)}${before === after ? "" : ` -> ${printable(after)}`}\n`;
}
