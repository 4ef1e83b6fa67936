// SPDX-License-Identifier: Apache-2.0
/** What changed in what a team has to look at, from one report to another: findings after VEX and policy. */
import { counts } from "./evaluate.ts";
import type { JudgedFinding, ReportDocument, Verdict } from "./types.ts";

export interface FindingChange {
  readonly before: JudgedFinding;
  readonly after: JudgedFinding;
}

export interface ReportDiff {
  readonly verdict: { readonly before: Verdict; readonly after: Verdict };
  /** Findings that count and did not before, in the report's order. */
  readonly added: readonly JudgedFinding[];
  /** Findings that counted and do not any more: their package is gone, mended, waived or answered. */
  readonly gone: readonly JudgedFinding[];
  /** Findings that count in both with another severity, action or fix. */
  readonly changed: readonly FindingChange[];
}

/** A vulnerability of a package is the same one in another version of the package. */
export function diffReports(older: ReportDocument, newer: ReportDocument): ReportDiff {
  const [before, after] = [counted(older), counted(newer)];
  return {
    verdict: { before: older.verdict, after: newer.verdict },
    added: [...after].flatMap(([key, finding]) => (before.has(key) ? [] : [finding])),
    gone: [...before].flatMap(([key, finding]) => (after.has(key) ? [] : [finding])),
    changed: [...after].flatMap(([key, finding]) => {
      const was = before.get(key);
      return was !== undefined && differs(was, finding) ? [{ before: was, after: finding }] : [];
    }),
  };
}

/** The worst of several copies stands for all, as the report's order has it. */
function counted(report: ReportDocument): Map<string, JudgedFinding> {
  const found = new Map<string, JudgedFinding>();
  for (const finding of report.findings) {
    const key = `${finding.id} ${packageOf(finding.purl)}`;
    if (counts(finding) && !found.has(key)) found.set(key, finding);
  }
  return found;
}

/** The purl without version, qualifiers and subpath. */
function packageOf(purl: string): string {
  const bare = purl.split(/[?#]/, 1)[0] ?? purl;
  const at = bare.lastIndexOf("@");
  return at > bare.lastIndexOf("/") ? bare.slice(0, at) : bare;
}

const differs = (a: JudgedFinding, b: JudgedFinding): boolean =>
  a.severity !== b.severity || a.action !== b.action || a.fixedVersion !== b.fixedVersion;
