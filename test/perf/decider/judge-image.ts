// SPDX-License-Identifier: Apache-2.0
/** One stored SBOM to its digested report, in the steps that an evaluator takes. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { evaluate, matchSbom, parsePolicy } from "#engines/evaluation/index.ts";
import type { Matching, Policy, ReportDocument, Snapshot, VexSnapshot } from "#engines/evaluation/index.ts";
import type { Sbom } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";

export interface Knowledge {
  readonly snapshot: Snapshot;
  readonly vex: VexSnapshot;
  readonly system: readonly Policy[];
  readonly repository: string;
}

/** The day on which all are judged: waivers and ages must not depend on when this runs. */
const NOW = Date.UTC(2026, 7, 23);

export const presetsIn = (folder: string): readonly Policy[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml") && !name.endsWith(".test.yaml"))
    .sort()
    .map((name) => parsePolicy(readFileSync(join(folder, name), "utf8"), { name }));

export function judge(
  sbom: Sbom,
  sbomDigest: Digest,
  { findings, uncovered }: Matching,
  { snapshot, vex, system, repository }: Knowledge,
): ReportDocument {
  return evaluate({
    sbom,
    sbomDigest,
    findings,
    uncovered,
    advisoriesDigest: snapshot.id,
    vexSnapshot: vex,
    policies: { system },
    context: { repository, imageReference: `${repository}:v1`, namespace: "default", env: "prod" },
    now: NOW,
  });
}

export const written = (report: ReportDocument): Digest => digestOf(canonicalJson(report));

export function judgeImage(
  bytes: Buffer,
  known: Knowledge,
): { readonly digest: Digest; readonly findings: number } {
  const sbom = JSON.parse(bytes.toString("utf8")) as Sbom;
  const report = judge(sbom, digestOf(bytes), matchSbom(sbom, known.snapshot), known);
  return { digest: written(report), findings: report.findings.length };
}
