// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella policy explain`: a report, or an image judged now, and why it is decided as it is. */
import { stat } from "node:fs/promises";
import {
  appliedSet,
  explain,
  policySetDigest,
  type ExplainInput,
  type PolicySet,
} from "#engines/evaluation/index.ts";
import { defineErrors } from "#lib/errors.ts";
import { say, writeResult } from "../output.ts";
import { readReport } from "../report-file.ts";
import { readPolicies } from "../scan/knowledge.ts";
import { checkTarget, scanTarget, type TargetFlags } from "../scan/target.ts";
import type { JudgedAs } from "../verbs/judged-as.ts";
import { explanationText } from "./explanation-text.ts";

export const explainErrors = defineErrors("explain", {
  /** Nothing in the report goes by the name that was asked for. */
  FINDING_MISSING: "missing",
  /** A report says itself as which image, and where, it was judged. */
  REPORT_JUDGED_ELSEWHERE: "invalid",
});

export interface ExplainFlags extends TargetFlags, JudgedAs {
  readonly finding: readonly string[];
  readonly policy: readonly string[];
  readonly advisories: readonly string[];
  /** False: none, neither given nor kept. */
  readonly vex: readonly string[] | false;
  readonly json?: boolean;
}

/** @throws REPORT_INVALID, REPORT_JUDGED_ELSEWHERE, FINDING_MISSING, and what scanning throws */
export async function explainFindings(target: string, flags: ExplainFlags): Promise<void> {
  const isFile = (await stat(target).catch(() => undefined))?.isFile() === true;
  const input =
    isFile || target.endsWith(".json") ? await ofReport(target, flags) : await ofTarget(target, flags);
  const explained = flags.finding.flatMap((wanted) => {
    const found = explain(input, wanted);
    if (found.length > 0) return found;
    throw explainErrors.make("FINDING_MISSING", `${target} has nothing that goes by ${wanted}`, {
      data: { target, wanted },
    });
  });
  const isWhole = input.sbom !== undefined;
  const text = explained.map((one) => explanationText(one, { isWhole })).join("\n");
  await writeResult(flags.json === true ? `${JSON.stringify(explained)}\n` : text, undefined);
}

async function ofReport(file: string, flags: ExplainFlags): Promise<ExplainInput> {
  const given = (["as", "namespace", "env"] as const).find((name) => flags[name] !== undefined);
  if (given !== undefined) {
    const message = `--${given} is for targets that are judged now; the report ${file} says itself what it is about`;
    throw explainErrors.make("REPORT_JUDGED_ELSEWHERE", message);
  }
  const report = await readReport(file);
  const policies: PolicySet = { system: await readPolicies(flags.policy) };
  const now = Date.now();
  if (report.digests.policy !== policySetDigest(appliedSet(policies))) {
    say("stella: the report was made by other policies than these: what they decide is told beside it");
  }
  if (report.nextExpiry !== undefined && Date.parse(report.nextExpiry) <= now) {
    say(`stella: the report held until ${report.nextExpiry}: what is decided now is told beside it`);
  }
  return { report, policies, now };
}

async function ofTarget(target: string, flags: ExplainFlags): Promise<ExplainInput> {
  checkTarget(target, flags);
  const { judge, readKnowledge } = await import("../scan/judge.ts");
  const knowledge = await readKnowledge(flags);
  const scanned = await scanTarget(target, flags);
  const report = judge(target, scanned, knowledge, flags);
  return { report, sbom: scanned.sbom, policies: { system: knowledge.policies }, now: Date.now() };
}
