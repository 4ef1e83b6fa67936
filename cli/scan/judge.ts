// SPDX-License-Identifier: Apache-2.0
/**
 * What a scan is judged by, and the report that comes of it. Loaded only where something is judged: an SBOM alone needs
 * none of the engine behind it.
 */
import {
  ATTACHED_VEX,
  ATTACHED_VEX_WEIGHT,
  evaluate,
  matchSbom,
  renderSarif,
  renderTable,
} from "#engines/evaluation/index.ts";
import type {
  AttachedVexInput,
  EvaluationContext,
  Policy,
  ReportDocument,
  VexSnapshot,
  VexTrust,
} from "#engines/evaluation/index.ts";
import type { ScanResult } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf } from "#lib/digest.ts";
import { defineErrors } from "#lib/errors.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import { loadSnapshot } from "../advisories.ts";
import { advisoriesIn, cacheDir, vexIn } from "../cache.ts";
import { isColorful, terminalWidth } from "../output.ts";
import manifest from "../../package.json" with { type: "json" };
import { downloadsIn } from "../web-feed.ts";
import type { DocumentOptions, JudgedFormat } from "./documents.ts";
import { readPolicies, readVex, sourceNames, vexTrustOf } from "./knowledge.ts";
import { keptVex, openKeptVex } from "../vex.ts";
import type { KeptOpinions } from "../vex.ts";
import { isLocal } from "./target.ts";
import type { JudgedAs } from "../verbs/judged-as.ts";

const knowledgeErrors = defineErrors("cli-knowledge", { VEX_WEIGHT_UNUSED: "invalid" });

/** What findings are made from and judged by. */
export interface Knowledge {
  readonly snapshot: Awaited<ReturnType<typeof loadSnapshot>>;
  readonly vex: VexSnapshot;
  readonly vexTrust: VexTrust;
  /** What is attached to the image, once that is known. */
  readonly attachedVex?: AttachedVexInput;
  readonly policies: readonly Policy[];
}

/** Where knowledge is read from. */
export interface KnowledgeFlags {
  readonly advisories: readonly string[];
  /** False: none, neither given nor kept. */
  readonly vex: readonly string[] | false;
  readonly vexWeight?: VexTrust;
  readonly attachedVex?: "never" | "any";
  readonly policy: readonly string[];
  readonly cacheDir?: string;
}

/** Policies and VEX first: a bad one is told of before advisories are opened. */
export async function readKnowledge(flags: KnowledgeFlags): Promise<Knowledge> {
  const policies = await readPolicies(flags.policy);
  const { vex, vexTrust } = await readOpinions(flags);
  const snapshot = await loadSnapshot(flags.advisories, advisoriesIn(cacheDir(flags.cacheDir)));
  return { snapshot, vex, vexTrust, policies };
}

/** Of the paths given, else what is kept with the weights that it was kept with; a weight given goes before. @throws VEX_WEIGHT_UNUSED */
export async function readOpinions(flags: OpinionFlags): Promise<KeptOpinions> {
  const { vex: given, vexWeight = {}, cacheDir: cache } = flags;
  const paths = given === false ? [] : given;
  const { [ATTACHED_VEX]: weight = ATTACHED_VEX_WEIGHT, ...weights } = vexWeight;
  const attached = flags.attachedVex === "any" ? { [ATTACHED_VEX]: weight } : {};
  const kept = vexIn(cacheDir(cache));
  if (given !== false && paths.length === 0) {
    const { vex, vexTrust } = await openKeptVex(kept);
    const sources = await keptVex(kept);
    checkWeights(
      flags,
      sources.map(({ name }) => name),
    );
    return { vex, vexTrust: { ...vexTrust, ...weights, ...attached } };
  }
  checkWeights(flags, [...paths, ...sourceNames(paths).values()]);
  return {
    vex: await readVex(paths, downloadsIn(kept)),
    vexTrust: { ...vexTrustOf(paths, weights), ...attached },
  };
}

type OpinionFlags = Pick<KnowledgeFlags, "vex" | "vexWeight" | "attachedVex" | "cacheDir">;

/** @throws VEX_WEIGHT_UNUSED: a weight that meets nothing would look like one that counts */
function checkWeights({ vex, vexWeight = {}, attachedVex }: OpinionFlags, heard: readonly string[]): void {
  const known = [...heard, ...(attachedVex === "any" ? [ATTACHED_VEX] : [])];
  const unused = Object.keys(vexWeight).find((name) => !known.includes(name));
  if (unused === undefined) return;
  const where = vex === false || vex.length > 0 ? "which no --vex gives" : "which is neither given nor kept";
  throw knowledgeErrors.make("VEX_WEIGHT_UNUSED", `--vex-weight names ${unused}, ${where}`);
}

export function judge(
  target: string,
  { sbom }: ScanResult,
  { snapshot, vex, vexTrust, attachedVex, policies }: Knowledge,
  judgedAs: JudgedAs = {},
): ReportDocument {
  const { findings, uncovered } = matchSbom(sbom, snapshot);
  return evaluate({
    sbom,
    sbomDigest: digestOf(canonicalJson(sbom)),
    findings,
    uncovered,
    advisoriesDigest: snapshot.id,
    vexSnapshot: vex,
    vexTrust,
    ...(attachedVex === undefined ? {} : { attachedVex }),
    policies: { system: policies },
    context: contextOf(target, judgedAs),
    now: Date.now(),
  });
}

function contextOf(target: string, { as, namespace, env }: JudgedAs): EvaluationContext {
  // A local path is no name of an image: it would make the same image's reports differ.
  const image = as ?? (isLocal(target) ? undefined : target);
  return {
    ...(image === undefined
      ? {}
      : { imageReference: image, repository: repositoryOf(parseReference(image)) }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(env === undefined ? {} : { env }),
  };
}

export function reportText(
  format: JudgedFormat,
  report: ReportDocument,
  { all, wide, isForStdout }: DocumentOptions,
): string {
  if (format === "json") return `${canonicalJson(report)}\n`;
  if (format === "sarif") return renderSarif(report, { toolVersion: manifest.version });
  const color = isForStdout && isColorful(process.stdout);
  return renderTable(report, { width: terminalWidth(), color, wide, all });
}
