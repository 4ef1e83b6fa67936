// SPDX-License-Identifier: Apache-2.0
/** From two reports on one image to the event that tells of the difference, and to one line for people. */
import type { DeltaFinding, RescanDelta } from "#lib/contracts/events.ts";
import { diffReports } from "./diff-reports.ts";
import { reportDigest } from "./evaluate.ts";
import type { JudgedFinding, ReportDocument } from "./types.ts";

const MAX_FINDINGS = 50;
const MAX_NAMED = 3;

/** Undefined where nothing that a team has to look at differs. */
export function rescanDelta(
  namespace: string,
  older: ReportDocument,
  newer: ReportDocument,
): RescanDelta | undefined {
  const { verdict, added, gone, changed } = diffReports(older, newer);
  if (added.length + gone.length + changed.length === 0 && verdict.before === verdict.after) return undefined;
  return {
    kind: "rescan.delta",
    namespace,
    imageDigest: newer.imageDigest,
    verdict,
    added: added.slice(0, MAX_FINDINGS).map(short),
    gone: gone.slice(0, MAX_FINDINGS).map(short),
    changed: changed
      .slice(0, MAX_FINDINGS)
      .map(({ before, after }) => ({ before: short(before), after: short(after) })),
    totals: { added: added.length, gone: gone.length, changed: changed.length },
    newCriticals: added.filter(({ severity }) => severity === "critical").length,
    reports: { before: reportDigest(older), after: reportDigest(newer) },
  };
}

/** E.g. `verdict pass to fail; 1 new: CVE-2024-1 (critical); 2 gone: CVE-2023-1 (high), CVE-2023-2 (low)`. */
export function describeDelta({ verdict, added, gone, changed, totals }: RescanDelta): string {
  return [
    verdict.before === verdict.after
      ? `verdict ${verdict.after} as before`
      : `verdict ${verdict.before} to ${verdict.after}`,
    ...counted("new", totals.added, added),
    ...counted("gone", totals.gone, gone),
    ...counted(
      "changed",
      totals.changed,
      changed.map(({ after }) => after),
    ),
  ].join("; ");
}

function counted(what: string, total: number, findings: readonly DeltaFinding[]): readonly string[] {
  if (total === 0) return [];
  const named = findings.slice(0, MAX_NAMED).map(({ id, severity }) => `${id} (${severity})`);
  const more = total > named.length ? [`and ${total - named.length} more`] : [];
  return [`${total} ${what}: ${[...named, ...more].join(", ")}`];
}

const short = ({ id, purl, severity, action, fixedVersion }: JudgedFinding): DeltaFinding => ({
  id,
  purl,
  severity,
  action,
  ...(fixedVersion === undefined ? {} : { fixedVersion }),
});
