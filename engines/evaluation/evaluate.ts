// SPDX-License-Identifier: Apache-2.0
/**
 * SBOM, findings, VEX and policy to a report with its verdict. Pure: `now` only decides which waivers are over, how old a finding
 * is and which VEX claims are of the future, so equal inputs give equal bytes until the report's `nextExpiry`.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { rfc3339 } from "#lib/clock.ts";
import { byText } from "#lib/compare.ts";
import { digestOf, type Digest } from "#lib/digest.ts";
import { isUsageKnown, type Component, type Sbom } from "#engines/scanner/index.ts";
import { appliedSet } from "./policy/applied-set.ts";
import { makeJudge, type Judge, type Judgement } from "./policy/judge.ts";
import { unjudgedFinding } from "./policy/judged.ts";
import { policySetDigest } from "./policy/policy-digest.ts";
import type { EvaluationContext, PolicySet } from "./policy/types.ts";
import { isAnsweredByVex } from "./policy/vex-answer.ts";
import { severities, worstFirst } from "./severity.ts";
import type {
  AttachedVexFacts,
  Finding,
  JudgedFinding,
  LicenseCounts,
  LicenseFinding,
  ReportDocument,
  Severity,
  SeverityCounts,
} from "./types.ts";
import { conclude } from "./verdict.ts";
import { applyVex } from "./vex/apply-vex.ts";
import type { VexTrust } from "./vex/consensus.ts";
import { emptyVexSnapshot } from "./vex/open-snapshot.ts";
import type { VexSnapshot } from "./vex/types.ts";

const MAX_OMISSIONS = 100;

/** VEX documents that are attached to the image, compiled, and what is known of them. */
export interface AttachedVexInput {
  readonly snapshot: VexSnapshot;
  readonly facts: AttachedVexFacts;
}

export interface EvaluationInput {
  readonly sbom: Sbom;
  readonly sbomDigest: Digest;
  /** As `matchSbom` gives them. */
  readonly findings: readonly Finding[];
  readonly advisoriesDigest: Digest;
  /** As `matchSbom` gives it: distros, ecosystems and purls that no advisory was compared with; makes it partial. */
  readonly uncovered?: readonly string[];
  /** Policies that apply and are not valid, `namespace/name`: they judge nothing, which makes the answer partial. */
  readonly unsoundPolicies?: readonly string[];
  readonly vexSnapshot?: VexSnapshot;
  readonly vexTrust?: VexTrust;
  /** What is attached to the image; its weight is in `vexTrust` under `ATTACHED_VEX`. */
  readonly attachedVex?: AttachedVexInput;
  /** With no system policy the built-in baseline judges. */
  readonly policies?: PolicySet;
  readonly context?: EvaluationContext;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Findings of the report are sorted worst first (after `escalate`), then by id, purl and component. */
export function evaluate(input: EvaluationInput): ReportDocument {
  const context = input.context ?? {};
  const vex = input.vexSnapshot ?? emptyVexSnapshot();
  const policies = appliedSet(input.policies);
  const usageKnown = isUsageKnown(input.sbom);
  const { imageDigest } = input.sbom;
  const vexDays: number[] = [];
  const judge = makeJudge(policies, { context, imageDigest, now: input.now, usageKnown });
  const onFindings = judgeFindings(
    applyVex(
      input.findings,
      vex,
      { sbom: input.sbom, context },
      {
        ...given("trust", input.vexTrust),
        ...given("attached", input.attachedVex?.snapshot),
        now: input.now,
        onExpiry: (at) => vexDays.push(at),
      },
    ),
    input.sbom,
    judge,
  );
  const onLicenses = judge.asksForLicenses ? input.sbom.components.map(judge.judgeLicense) : [];
  const findings = onFindings.map(({ judged }) => judged).sort(worstFirst);
  const licenseFindings = onLicenses.flatMap(({ judged }) => judged ?? []).sort(strictestFirst);
  const omissions = omissionLines(input);
  const expiries = [
    ...vexDays,
    ...[...onFindings, ...onLicenses].flatMap(({ expiresAt }) => expiresAt ?? []),
  ];
  const counted = findings.filter(counts);
  return {
    schemaVersion: "1",
    imageDigest,
    ...given("imageReference", context.imageReference),
    ...given("repository", context.repository),
    ...given("namespace", context.namespace),
    ...given("env", context.env),
    ...conclude(findings, licenseFindings, omissions),
    counts: countBySeverity(counted),
    waived: findings.filter(({ action }) => action === "ignore").length,
    deferred: findings.filter(({ action }) => action === "defer").length,
    suppressed: findings.filter(({ suppressedBy }) => suppressedBy !== undefined).length,
    fixable: counted.filter(({ fixedVersion }) => fixedVersion !== undefined).length,
    licenses: countByAction(licenseFindings),
    components: input.sbom.components.length,
    usageKnown,
    partial: omissions.length > 0,
    omissions,
    findings,
    licenseFindings,
    ...(Object.keys(input.vexTrust ?? {}).length === 0 ? {} : { vexTrust: input.vexTrust }),
    ...given("attachedVex", input.attachedVex?.facts),
    digests: {
      sbom: input.sbomDigest,
      advisories: input.advisoriesDigest,
      vex: vex.digest,
      ...given("attachedVex", input.attachedVex?.snapshot.digest),
      policy: policySetDigest(policies),
    },
    ...(expiries.length === 0 ? {} : { nextExpiry: rfc3339(expiries.reduce((a, b) => Math.min(a, b))) }),
  };
}

/** SHA-256 over the report's canonical JSON, which is also the form that is stored and signed. */
export function reportDigest(report: ReportDocument): Digest {
  return digestOf(canonicalJson(report));
}

/** Whether a finding counts: not suppressed, not waived, not deferred. */
export function counts({ action, suppressedBy }: JudgedFinding): boolean {
  return suppressedBy === undefined && action !== "ignore" && action !== "defer";
}

function judgeFindings(
  findings: readonly Finding[],
  { components }: Sbom,
  { judge }: Judge,
): readonly Judgement<JudgedFinding>[] {
  const byRef = new Map<string, Component>(components.map((one) => [one.bomRef, one]));
  return findings.map((finding) =>
    finding.suppressedBy === undefined || isAnsweredByVex(finding)
      ? judge(finding, byRef.get(finding.bomRef))
      : { judged: unjudgedFinding(finding) },
  );
}

const ACTIONS = ["fail", "warn", "defer", "ignore"] as const;

function strictestFirst(a: LicenseFinding, b: LicenseFinding): number {
  return (
    ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action) ||
    byText(a.purl, b.purl) ||
    byText(a.bomRef, b.bomRef)
  );
}

function omissionLines({ sbom, uncovered = [], unsoundPolicies = [] }: EvaluationInput): readonly string[] {
  const lines = [
    ...[...unsoundPolicies]
      .sort(byText)
      .map((name) => `POLICY_UNSOUND policy ${name} is not valid and judges nothing`),
    ...(sbom.components.length === 0 ? ["NO_COMPONENTS nothing is known to be in the image"] : []),
    ...[...uncovered].sort(byText).map(uncoveredLine),
    ...sbom.omissions
      .map(({ code, path, message }) => `${code} ${path === undefined ? "" : `${path}: `}${message}`)
      .sort(byText),
  ];
  const bounded = lines.slice(0, MAX_OMISSIONS).map((line) => line.slice(0, 500));
  if (lines.length > MAX_OMISSIONS) bounded.push(`and ${lines.length - MAX_OMISSIONS} more`);
  return bounded;
}

function uncoveredLine(what: string): string {
  return what.startsWith("pkg:")
    ? `NOT_COMPARED no advisory could be compared with ${what}`
    : `NOT_COVERED no advisory source covers ${what}`;
}

function countBySeverity(findings: readonly JudgedFinding[]): SeverityCounts {
  const counted = Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>;
  for (const { severity } of findings) counted[severity]++;
  return counted;
}

function countByAction(findings: readonly LicenseFinding[]): LicenseCounts {
  const count = (action: LicenseFinding["action"]): number =>
    findings.filter((finding) => finding.action === action).length;
  return { fail: count("fail"), warn: count("warn"), waived: count("ignore"), deferred: count("defer") };
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}
