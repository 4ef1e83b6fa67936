// SPDX-License-Identifier: Apache-2.0
/** The bounded summary that a `Report` resource carries; the full document stays in the object store. */
import type { Digest, ImageDigest } from "#lib/digest.ts";
import { counts, reportDigest } from "./evaluate.ts";
import type {
  JudgedFinding,
  LicenseCounts,
  LicenseFinding,
  PolicyAction,
  ReportDocument,
  Severity,
  SeverityCounts,
  Verdict,
} from "./types.ts";
import { cut } from "./verdict.ts";

const MAX_WORST = 20;
const MAX_LICENSES = 10;
const MAX_REASONS = 5;
const ACTION_RANK: Readonly<Record<PolicyAction, number>> = {
  fail: 0,
  warn: 1,
  none: 2,
  defer: 3,
  ignore: 4,
};

export interface SummaryFinding {
  readonly id: string;
  readonly purl: string;
  readonly severity: Severity;
  readonly fixedVersion?: string;
  readonly action: PolicyAction;
  readonly rule?: string;
}

export interface SummaryLicense {
  readonly purl: string;
  /** That the rule speaks of and no choice avoids. */
  readonly license: string;
  readonly action: "fail" | "warn";
  readonly rule: string;
}

/** Below 16 KiB of JSON whatever the report holds. */
export interface ReportSummary {
  readonly imageDigest: ImageDigest;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly counts: SeverityCounts;
  readonly waived: number;
  readonly deferred: number;
  readonly suppressed: number;
  readonly fixable: number;
  readonly licenses: LicenseCounts;
  readonly components: number;
  readonly partial: boolean;
  /** Findings that count, at most 20: failing ones first, then warning ones, each worst first. */
  readonly worst: readonly SummaryFinding[];
  /** Licences that fail or warn, at most 10, failing ones first. */
  readonly worstLicenses: readonly SummaryLicense[];
  readonly digests: ReportDocument["digests"] & { readonly report: Digest };
  readonly nextExpiry?: string;
}

/** `digest` saves hashing again where the caller has it. */
export function summarize(report: ReportDocument, digest: Digest = reportDigest(report)): ReportSummary {
  const { imageDigest, verdict, waived, deferred, suppressed, fixable, components, partial } = report;
  return {
    imageDigest,
    verdict,
    reasons: report.reasons.slice(0, MAX_REASONS).map((reason) => cut(reason, 200)),
    counts: report.counts,
    waived,
    deferred,
    suppressed,
    fixable,
    licenses: report.licenses,
    components,
    partial,
    worst: byImportance(report.findings.filter(counts)).slice(0, MAX_WORST).map(brief),
    worstLicenses: report.licenseFindings.flatMap(briefLicense).slice(0, MAX_LICENSES),
    digests: { ...report.digests, report: digest },
    ...(report.nextExpiry === undefined ? {} : { nextExpiry: report.nextExpiry }),
  };
}

/** By action, strictest first; within one action the given order stays. */
export function byImportance(findings: readonly JudgedFinding[]): readonly JudgedFinding[] {
  return [...findings].sort((a, b) => ACTION_RANK[a.action] - ACTION_RANK[b.action]);
}

function brief(finding: JudgedFinding): SummaryFinding {
  return {
    id: cut(finding.id, 64),
    purl: cut(finding.purl, 256),
    severity: finding.severity,
    ...(finding.fixedVersion === undefined ? {} : { fixedVersion: cut(finding.fixedVersion, 64) }),
    action: finding.action,
    ...(finding.rule === undefined ? {} : { rule: finding.rule }),
  };
}

/** Nothing of what is set aside. */
function briefLicense({ purl, matched, action, rule }: LicenseFinding): readonly SummaryLicense[] {
  if (action !== "fail" && action !== "warn") return [];
  return [{ purl: cut(purl, 256), license: cut(matched.join(", "), 128), action, rule }];
}
