// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella scan`: the cluster's engines over local adapters. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { evaluate, matchSbom } from "#engines/evaluation/index.ts";
import type { Policy, ReportDocument, VexSnapshot } from "#engines/evaluation/index.ts";
import type { ScanResult } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf } from "#lib/digest.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import { loadSnapshot } from "./advisories.ts";
import { advisoriesIn, cacheDir } from "./cache.ts";
import { writeResult } from "./output.ts";
import { documentOf, isInventory, layerDocuments } from "./scan/documents.ts";
import { readPolicies, readVex } from "./scan/knowledge.ts";
import { checkTarget, imageNameOf, isLocal, scanTarget, targetErrors } from "./scan/target.ts";
import type { Output, ScanFlags } from "./verbs/scan.ts";

/** What findings are made from and judged by. */
export interface Knowledge {
  readonly snapshot: Awaited<ReturnType<typeof loadSnapshot>>;
  readonly vex: VexSnapshot;
  readonly policies: readonly Policy[];
}

/** @returns the exit code. */
export async function scan(target: string, flags: ScanFlags): Promise<number> {
  const outputs = outputsOf(flags);
  checkTarget(target, flags);
  checkSbomUse(target, outputs, flags);
  // Bad policies, feeds and VEX are found before the long part.
  const policies = await readPolicies(flags.policy);
  const vex = await readVex(flags.vex);
  const needsReport = outputs.some(({ format }) => !isInventory(format));
  const snapshot = needsReport
    ? await loadSnapshot(flags.advisories, advisoriesIn(cacheDir(flags.cacheDir)))
    : undefined;
  const scanned = await scanTarget(target, flags);
  const report = snapshot && judge(target, scanned, { snapshot, vex, policies });
  for (const output of outputs) await write(output, target, scanned, report, flags);
  if (flags.attach) {
    const { attachSbom } = await import("./attach.ts");
    await attachSbom(target, scanned, flags.attach, flags);
  }
  return report ? exitCode(report, flags.failOn) : 0;
}

function outputsOf(flags: ScanFlags): readonly Output[] {
  const outputs: readonly Output[] =
    flags.json === true ? [...flags.output, { format: "json" }] : flags.output;
  return outputs.length === 0 ? [{ format: "table" }] : outputs;
}

/** What can't be had of an image that is in no registry, or of an SBOM without the layers. */
function checkSbomUse(target: string, outputs: readonly Output[], flags: ScanFlags): void {
  const isAttachedUsed = flags.attachedSbom === "any";
  if (isLocal(target) && (flags.attach || isAttachedUsed)) {
    const option = flags.attach ? "--attach" : "--attached-sbom";
    throw targetErrors.make(
      "TARGET_NOT_IN_REGISTRY",
      `${option} is for images in a registry, not for ${target}`,
    );
  }
  if (!isAttachedUsed && !target.startsWith("sbom:")) return;
  const wantsLayers = flags.attach
    ? "--attach"
    : outputs.find(({ format }) => format === "layer-sboms")?.format;
  if (wantsLayers === undefined) return;
  const source = isAttachedUsed ? "an attached SBOM" : target;
  throw targetErrors.make("TARGET_WITHOUT_LAYERS", `${wantsLayers} needs the image's layers, not ${source}`);
}

export function judge(
  target: string,
  { sbom }: ScanResult,
  { snapshot, vex, policies }: Knowledge,
): ReportDocument {
  const { findings, uncovered } = matchSbom(sbom, snapshot);
  return evaluate({
    sbom,
    sbomDigest: digestOf(canonicalJson(sbom)),
    findings,
    uncovered,
    advisoriesDigest: snapshot.id,
    vexSnapshot: vex,
    policies: { system: policies },
    // A local path is no name of an image: it would make the same image's reports differ.
    context: isLocal(target)
      ? {}
      : { imageReference: target, repository: repositoryOf(parseReference(target)) },
    now: Date.now(),
  });
}

async function write(
  { format, file }: Output,
  target: string,
  scanned: ScanResult,
  report: ReportDocument | undefined,
  { view, all = false, wide = false }: ScanFlags,
): Promise<void> {
  if (format === "layer-sboms") {
    const folder = file ?? ".";
    await mkdir(folder, { recursive: true });
    for (const { name, text } of layerDocuments(scanned)) await writeResult(text, join(folder, name));
    return;
  }
  const imageName = imageNameOf(target, scanned);
  const options = { imageName, view, all, wide, isForStdout: file === undefined };
  await writeResult(documentOf(format, scanned, report, options), file);
}

function exitCode({ verdict }: ReportDocument, failOn: ScanFlags["failOn"]): number {
  if (failOn === "never" || verdict === "pass") return 0;
  return verdict === "fail" || failOn === "warn" ? 1 : 0;
}
