// SPDX-License-Identifier: Apache-2.0
/**
 * The two kinds that such reports come in: openreports.io/v1alpha1 Report, and its predecessor wgpolicyk8s.io/v1alpha2 PolicyReport.
 * Fields by https://github.com/openreports/reports-api (apis/openreports.io/v1alpha1/report_types.go).
 */
import { defineResource } from "#lib/kube/index.ts";
import type { KubeObject } from "#lib/kube/index.ts";

export type OpenResultState = "pass" | "fail" | "warn" | "error" | "skip";

export interface SubjectReference {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

export interface OpenResult {
  readonly source: string;
  readonly policy: string;
  readonly rule?: string;
  readonly category: string;
  /** Absent: no source says. */
  readonly severity?: "critical" | "high" | "medium" | "low" | "info";
  readonly result: OpenResultState;
  readonly scored: boolean;
  readonly message: string;
  readonly timestamp?: { readonly seconds: number; readonly nanos: number };
  readonly resources?: readonly SubjectReference[];
  readonly properties: Readonly<Record<string, string>>;
}

export interface OpenReport extends KubeObject {
  /** Of OpenReports only: its predecessor has it in the results alone. */
  readonly source?: string;
  readonly scope?: SubjectReference;
  readonly summary: Readonly<Record<OpenResultState, number>>;
  readonly results: readonly OpenResult[];
}

export const openReportKinds = {
  openreports: defineResource<OpenReport>({
    group: "openreports.io",
    version: "v1alpha1",
    plural: "reports",
    kind: "Report",
    namespaced: true,
  }),
  wgpolicy: defineResource<OpenReport>({
    group: "wgpolicyk8s.io",
    version: "v1alpha2",
    plural: "policyreports",
    kind: "PolicyReport",
    namespaced: true,
  }),
} as const;

export type OpenReportKind = keyof typeof openReportKinds;

/** The one to write where a cluster serves these groups, `group/version` each; the newer before the older. */
export function pickOpenReports(served: ReadonlySet<string>): OpenReportKind | undefined {
  return (["openreports", "wgpolicy"] as const).find((kind) => {
    const { group, version } = openReportKinds[kind];
    return served.has(`${group}/${version}`);
  });
}
