// SPDX-License-Identifier: Apache-2.0
/** From a Report to what dashboards show. Pure: same Report, same object. */
import { apiVersionOf } from "#lib/kube/index.ts";
import { API_VERSION, report as reportKind } from "#crds/index.ts";
import type { Condition, Report, ReportStatus } from "#crds/index.ts";
import { openReportKinds } from "./kinds.ts";
import type { OpenReport, OpenReportKind, OpenResult, OpenResultState, SubjectReference } from "./kinds.ts";

const SOURCE = "StellaOps";
/** A finding that no rule decides is skipped: these APIs have no word for what merely is. */
const STATES: Readonly<Record<string, OpenResultState>> = { fail: "fail", warn: "warn" };
const SEVERITIES = new Set(["critical", "high", "medium", "low"]);

type Finding = NonNullable<ReportStatus["worst"]>[number];
type License = NonNullable<ReportStatus["worstLicenses"]>[number];

/**
 * The verdict first, then the findings and licences that the Report lists: the worst, not all. Undefined while there
 * is nothing to say. Belongs to the Report, and goes with it.
 */
export function openReportOf(report: Report, kind: OpenReportKind): OpenReport | undefined {
  const { metadata, status } = report;
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const said = [...failureOf(report, ready), ...verdictOf(report)];
  if (status === undefined || said.length === 0) return undefined;
  const at = status.evaluatedAt ?? ready?.lastTransitionTime;
  const owners = subjectsOf(report);
  const [only, ...others] = owners;
  const shared = {
    source: SOURCE,
    scored: true,
    ...(at === undefined ? {} : { timestamp: { seconds: Math.floor(Date.parse(at) / 1000), nanos: 0 } }),
    ...(others.length === 0 ? {} : { resources: owners }),
  };
  const results = [
    ...said.map((one) => ({ ...shared, ...one })),
    ...(status.worst ?? []).map((finding) => ({ ...shared, ...ofFinding(finding, report) })),
    ...(status.worstLicenses ?? []).map((license) => ({ ...shared, ...ofLicense(license, report) })),
  ];
  const { namespace, name, uid } = metadata;
  return {
    apiVersion: apiVersionOf(openReportKinds[kind]),
    kind: openReportKinds[kind].kind,
    metadata: {
      ...(namespace === undefined ? {} : { namespace }),
      name,
      labels: { "app.kubernetes.io/managed-by": "stellaops" },
      ...(uid === undefined
        ? {}
        : { ownerReferences: [{ apiVersion: API_VERSION, kind: reportKind.kind, name, uid }] }),
    },
    ...(kind === "openreports" ? { source: SOURCE } : {}),
    ...(only !== undefined && others.length === 0 ? { scope: only } : {}),
    summary: summaryOf(results),
    results,
  };
}

type Said = Omit<OpenResult, "source" | "scored" | "timestamp" | "resources">;

/** Reasons of Ready=False while all goes its way; any other says why there is no answer, or no new one. */
const WAITING = new Set(["WaitingForScan", "WaitingForFeeds"]);

function failureOf({ spec }: Report, ready: Condition | undefined): readonly Said[] {
  if (ready?.status !== "False" || WAITING.has(ready.reason)) return [];
  const message = `${ready.reason}: ${ready.message}`;
  return [{ policy: "evaluation", category: "image", result: "error", message, properties: imageOf(spec) }];
}

function verdictOf({ metadata, spec, status }: Report): readonly Said[] {
  if (status?.verdict === undefined) return [];
  const { critical = 0, high = 0, medium = 0, low = 0, unknown = 0 } = status.counts ?? {};
  const counts = `${critical} critical, ${high} high, ${medium} medium, ${low} low, ${unknown} unknown`;
  const where = `stella report ${metadata.name} -n ${metadata.namespace ?? ""}`;
  return [
    {
      policy: "verdict",
      category: "image",
      result: status.verdict,
      message: `${status.verdict}: ${counts}, ${status.waived ?? 0} waived; all of it: ${where}`,
      properties: {
        ...imageOf(spec),
        ...(status.digests === undefined ? {} : { reportDigest: status.digests.report }),
        ...(status.partial === true ? { partial: "true" } : {}),
      },
    },
  ];
}

function ofFinding({ id, purl, severity, fixedVersion, action, rule }: Finding, { spec }: Report): Said {
  const fix = fixedVersion === undefined ? "no fix is known" : `fixed in ${fixedVersion}`;
  return {
    policy: id,
    ...(rule === undefined ? {} : { rule }),
    category: "vulnerability",
    ...(SEVERITIES.has(severity) ? { severity: severity as "critical" } : {}),
    result: STATES[action] ?? "skip",
    message: `${id} in ${purl}: ${fix}`,
    properties: { ...imageOf(spec), purl, ...(fixedVersion === undefined ? {} : { fixedVersion }) },
  };
}

function ofLicense({ purl, license, action, rule }: License, { spec }: Report): Said {
  return {
    policy: license,
    rule,
    category: "licence",
    result: action,
    message: `${purl} has the licence ${license}`,
    properties: { ...imageOf(spec), purl },
  };
}

const imageOf = ({ imageRef, imageDigest }: Report["spec"]): Readonly<Record<string, string>> => ({
  image: imageRef,
  imageDigest,
});

/** Workloads that run the image; the Report itself once none does. */
function subjectsOf({ metadata, status }: Report): readonly SubjectReference[] {
  const namespace = metadata.namespace ?? "";
  const owners = status?.owners ?? [];
  if (owners.length === 0)
    return [{ apiVersion: API_VERSION, kind: reportKind.kind, name: metadata.name, namespace }];
  return owners.map(({ kind, name }) => {
    const apiVersion = API_VERSIONS[kind];
    return { ...(apiVersion === undefined ? {} : { apiVersion }), kind, name, namespace };
  });
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Pod: "v1",
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  ReplicaSet: "apps/v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
};

function summaryOf(results: readonly { readonly result: OpenResultState }[]): OpenReport["summary"] {
  const summary = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
  for (const { result } of results) summary[result] += 1;
  return summary;
}
