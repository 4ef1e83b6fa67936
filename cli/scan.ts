// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella scan`: the cluster's engines over local adapters. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { AttachedVexInput, ReportDocument } from "#engines/evaluation/index.ts";
import type { ScanResult } from "#engines/scanner/index.ts";
import { say, writeResult } from "./output.ts";
import { documentOf, isInventory, layerDocuments } from "./scan/documents.ts";
import { checkTarget, imageNameOf, isLocal, scanTarget, targetErrors } from "./scan/target.ts";
import type { Output, ScanFlags } from "./verbs/scan.ts";

/** @returns the exit code. */
export async function scan(target: string, flags: ScanFlags): Promise<number> {
  const outputs = outputsOf(flags);
  checkTarget(target, flags);
  checkSbomUse(target, outputs, flags);
  // Who names what to judge by wants a verdict, whatever is written.
  const given = flags.policy.length + (flags.vex === false ? 0 : flags.vex.length) + flags.advisories.length;
  const isPlaced = [flags.as, flags.namespace, flags.env].some((each) => each !== undefined);
  const isJudged =
    isPlaced ||
    given > 0 ||
    flags.attachedVex === "any" ||
    outputs.some(({ format }) => !isInventory(format));
  const judging = isJudged ? await import("./scan/judge.ts") : undefined;
  // Bad policies, feeds and VEX are found before the long part.
  const knowledge = await judging?.readKnowledge(flags);
  const scanned = await scanTarget(target, flags);
  const attachedVex = await attachedTo(target, scanned, flags);
  const report = knowledge && judging?.judge(target, scanned, { ...knowledge, ...attachedVex }, flags);
  for (const output of outputs) await write(output, target, scanned, report, flags);
  if (flags.attach) {
    const { attachSbom } = await import("./attach.ts");
    await attachSbom(target, scanned, flags.attach, flags);
  }
  if (!report) return 0;
  const isShown = outputs.some(({ format, file }) => !isInventory(format) && isStdout(file));
  if (!isShown) say(`stella: verdict ${report.verdict}: ${report.reasons[0] ?? ""}`);
  return exitCode(report, flags.failOn);
}

const isStdout = (file: string | undefined): boolean => file === undefined || file === "-";

function outputsOf(flags: ScanFlags): readonly Output[] {
  const outputs: readonly Output[] =
    flags.json === true ? [...flags.output, { format: "json" }] : flags.output;
  if (outputs.length === 0) return [{ format: "table" }];
  const toStdout = outputs.filter(({ format, file }) => format !== "layer-sboms" && isStdout(file));
  if (toStdout.length > 1) {
    const formats = toStdout.map(({ format }) => format).join(" and ");
    throw targetErrors.make(
      "OUTPUTS_MIXED",
      `${formats} would stand one behind the other on stdout: give all but one a file`,
    );
  }
  if (outputs.some(({ format, file }) => format === "layer-sboms" && isStdout(file)))
    throw targetErrors.make("OUTPUTS_MIXED", "layer-sboms are several files: write -o layer-sboms=FOLDER");
  return outputs;
}

async function attachedTo(
  target: string,
  scanned: ScanResult,
  flags: ScanFlags,
): Promise<{ readonly attachedVex?: AttachedVexInput }> {
  if (flags.attachedVex !== "any") return {};
  const { readAttachedVex } = await import("./scan/attached-vex.ts");
  return { attachedVex: await readAttachedVex(target, scanned, flags) };
}

/** What can't be had of an image that is in no registry, or of an SBOM without the layers. */
function checkSbomUse(target: string, outputs: readonly Output[], flags: ScanFlags): void {
  const isAttachedUsed = flags.attachedSbom === "any";
  if (isLocal(target) && (flags.attach || isAttachedUsed || flags.attachedVex === "any")) {
    const option = flags.attach ? "--attach" : isAttachedUsed ? "--attached-sbom" : "--attached-vex";
    throw targetErrors.make(
      "TARGET_NOT_IN_REGISTRY",
      `${option} is for images in a registry, not for ${target}`,
    );
  }
  if (!isAttachedUsed && !target.startsWith("sbom:")) return;
  const wantsLayers = flags.attach
    ? "--attach"
    : flags.base.length > 0
      ? "--base"
      : outputs.find(({ format }) => format === "layer-sboms")?.format;
  if (wantsLayers === undefined) return;
  const source = isAttachedUsed ? "an attached SBOM" : target;
  throw targetErrors.make("TARGET_WITHOUT_LAYERS", `${wantsLayers} needs the image's layers, not ${source}`);
}

async function write(
  { format, file }: Output,
  target: string,
  scanned: ScanResult,
  report: ReportDocument | undefined,
  { view, all = false, wide = false }: ScanFlags,
): Promise<void> {
  if (format === "layer-sboms") {
    const folder = file ?? "";
    await mkdir(folder, { recursive: true });
    for (const { name, text } of layerDocuments(scanned)) await writeResult(text, join(folder, name));
    return;
  }
  const imageName = imageNameOf(target, scanned);
  const options = { imageName, view, all, wide, isForStdout: file === undefined };
  if (isInventory(format)) await writeResult(documentOf(format, scanned, options), file);
  else if (report) {
    const { reportText } = await import("./scan/judge.ts");
    await writeResult(reportText(format, report, options), file);
  }
}

function exitCode({ verdict }: ReportDocument, failOn: ScanFlags["failOn"]): number {
  if (failOn === "never" || verdict === "pass") return 0;
  return verdict === "fail" || failOn === "warn" ? 1 : 0;
}
