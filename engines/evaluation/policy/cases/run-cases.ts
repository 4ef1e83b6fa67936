// SPDX-License-Identifier: Apache-2.0
/** A policy tried on its test cases: what is decided against what is expected. */
import { digestOf } from "#lib/digest.ts";
import { evaluate } from "../../evaluate.ts";
import type { JudgedFinding, LicenseFinding, ReportDocument } from "../../types.ts";
import type { EvaluationContext, Policy } from "../types.ts";
import { componentRef, factsOf, findingRef } from "./facts.ts";
import type { CasesFile, Expectation, PolicyCase } from "./schema.ts";

/** What a case that says nothing of the time is tried at: no rule asks for it. */
const ANY_TIME = Date.parse("2000-01-01T00:00:00Z");

export interface CaseResult {
  readonly name: string;
  readonly ok: boolean;
  /** What was expected and what was decided, one text each; empty where all is as expected. */
  readonly failures: readonly string[];
}

/** In the order of the file. Each case is an image of its own, judged by this policy alone. */
export function runCases(policy: Policy, file: CasesFile): readonly CaseResult[] {
  const needsTime = policy.rules.some(
    ({ match, action }) => "until" in action || match.ageDays !== undefined,
  );
  return file.cases.map((one) => {
    const now = one.now ?? file.now;
    const failures =
      needsTime && now === undefined
        ? ["now is not given, and rules of the policy depend on the time"]
        : compare(one, judged(policy, one, { ...file.context, ...one.context }, now ?? ANY_TIME));
    return { name: one.name, ok: failures.length === 0, failures };
  });
}

function judged(
  policy: Policy,
  one: PolicyCase,
  { image, repo, namespace, env }: NonNullable<CasesFile["context"]>,
  now: number,
): ReportDocument {
  const { sbom, findings } = factsOf(one, now);
  const context: EvaluationContext = {
    ...(image === undefined ? {} : { imageReference: image }),
    ...(repo === undefined ? {} : { repository: repo }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(env === undefined ? {} : { env }),
  };
  const digest = digestOf("case");
  const policies = { system: [policy] };
  return evaluate({ sbom, sbomDigest: digest, findings, advisoriesDigest: digest, policies, context, now });
}

function compare(
  { findings = [], components = [], verdict }: PolicyCase,
  report: ReportDocument,
): readonly string[] {
  const byRef = new Map(report.findings.map((finding) => [finding.bomRef, finding]));
  const licenseByRef = new Map(report.licenseFindings.map((finding) => [finding.bomRef, finding]));
  return [
    ...findings.flatMap(({ cve, expect }, index) => {
      const made = byRef.get(findingRef(index));
      return mismatch(
        `${cve} in ${made?.purl ?? "?"}`,
        expect,
        made === undefined ? NOTHING : outcomeOf(made),
      );
    }),
    ...components.flatMap(({ expect }, index) => {
      const made = licenseByRef.get(componentRef(index));
      const name = `component ${index + 1}`;
      return mismatch(made === undefined ? name : `${name} (${made.purl})`, expect, made ?? NOTHING);
    }),
    ...(verdict === undefined || verdict === report.verdict
      ? []
      : [`verdict: expected ${verdict}, got ${report.verdict}: ${report.reasons[0] ?? ""}`]),
  ];
}

type Outcome = Pick<Expectation, "action" | "rule" | "severity">;

const NOTHING: Outcome = { action: "none" };

function outcomeOf({ action, rule, severity, suppressedBy }: JudgedFinding): Outcome {
  return {
    action: suppressedBy === undefined ? action : "suppressed",
    severity,
    ...(rule === undefined ? {} : { rule }),
  };
}

function mismatch(
  what: string,
  expected: Outcome | undefined,
  made: Outcome | Pick<LicenseFinding, "action" | "rule">,
): readonly string[] {
  if (expected === undefined) return [];
  const keys = (["action", "rule", "severity"] as const).filter((key) => expected[key] !== undefined);
  const found: Outcome = made;
  if (keys.every((key) => expected[key] === found[key])) return [];
  return [`${what}: expected ${outcomeText(expected)}, got ${outcomeText(found)}`];
}

/** `fail by no-critical, severity critical` */
function outcomeText({ action, rule, severity }: Outcome): string {
  const by = rule === undefined ? action : action === undefined ? `rule ${rule}` : `${action} by ${rule}`;
  return [
    ...(by === undefined ? [] : [by]),
    ...(severity === undefined ? [] : [`severity ${severity}`]),
  ].join(", ");
}
