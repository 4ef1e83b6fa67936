// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { DIGEST, reportObject } from "#controllers/testing/objects.ts";
import { openReportOf, pickOpenReports } from "./index.ts";

const AT = "2026-01-01T00:00:00Z";
const condition = (type: string, status: string, reason: string, message = "") => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: AT,
  observedGeneration: 1,
});
const READY = condition("Ready", "True", "Evaluated");
const counts = { critical: 1, high: 2, medium: 0, low: 0, unknown: 3 };
const status = {
  verdict: "fail",
  counts,
  waived: 4,
  evaluatedAt: "2026-01-01T00:00:05Z",
  conditions: [READY],
};
const deployment = { kind: "Deployment", name: "web" };

const shown = (of: Parameters<typeof reportObject>[0]) => openReportOf(reportObject(of), "openreports");

describe("openReportOf", () => {
  it("says verdict, findings and licences, about the one workload that runs the image", () => {
    const worst = [
      {
        id: "CVE-1",
        purl: "pkg:npm/a@1",
        severity: "critical",
        fixedVersion: "2",
        action: "fail",
        rule: "r",
      },
      { id: "CVE-2", purl: "pkg:npm/b@1", severity: "unknown", action: "none" },
      { id: "CVE-3", purl: "pkg:npm/c@1", severity: "high", action: "warn", rule: "w" },
    ];
    const worstLicenses = [{ purl: "pkg:npm/a@1", license: "AGPL-3.0-only", action: "warn", rule: "l" }];
    const made = shown({ status: { ...status, owners: [deployment], worst, worstLicenses } });
    const image = { image: "ghcr.io/acme/api:1", imageDigest: DIGEST };
    const common = { source: "StellaOps", scored: true, timestamp: { seconds: 1767225605, nanos: 0 } };
    expect(made).toEqual({
      apiVersion: "openreports.io/v1alpha1",
      kind: "Report",
      metadata: {
        namespace: "team",
        name: "x",
        labels: { "app.kubernetes.io/managed-by": "stellaops" },
        ownerReferences: [{ apiVersion: "stella-ops.org/v1alpha1", kind: "Report", name: "x", uid: "uid-1" }],
      },
      source: "StellaOps",
      scope: { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "team" },
      summary: { pass: 0, fail: 2, warn: 2, error: 0, skip: 1 },
      results: [
        {
          ...common,
          policy: "verdict",
          category: "image",
          result: "fail",
          message:
            "fail: 1 critical, 2 high, 0 medium, 0 low, 3 unknown, 4 waived; all of it: stella report x -n team",
          properties: image,
        },
        {
          ...common,
          policy: "CVE-1",
          rule: "r",
          category: "vulnerability",
          severity: "critical",
          result: "fail",
          message: "CVE-1 in pkg:npm/a@1: fixed in 2",
          properties: { ...image, purl: "pkg:npm/a@1", fixedVersion: "2" },
        },
        {
          ...common,
          policy: "CVE-2",
          category: "vulnerability",
          result: "skip",
          message: "CVE-2 in pkg:npm/b@1: no fix is known",
          properties: { ...image, purl: "pkg:npm/b@1" },
        },
        {
          ...common,
          policy: "CVE-3",
          rule: "w",
          category: "vulnerability",
          severity: "high",
          result: "warn",
          message: "CVE-3 in pkg:npm/c@1: no fix is known",
          properties: { ...image, purl: "pkg:npm/c@1" },
        },
        {
          ...common,
          policy: "AGPL-3.0-only",
          rule: "l",
          category: "licence",
          result: "warn",
          message: "pkg:npm/a@1 has the licence AGPL-3.0-only",
          properties: { ...image, purl: "pkg:npm/a@1" },
        },
      ],
    });
  });

  it("names several workloads in each result, and the Report itself where none runs the image", () => {
    const job = { kind: "Job", name: "j" };
    const made = shown({ status: { ...status, owners: [deployment, job, { kind: "Rollout", name: "r" }] } });
    expect(made).not.toHaveProperty("scope");
    expect(made?.results[0]?.resources).toEqual([
      { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "team" },
      { apiVersion: "batch/v1", kind: "Job", name: "j", namespace: "team" },
      { kind: "Rollout", name: "r", namespace: "team" },
    ]);
    expect(shown({ status })?.scope).toEqual({
      apiVersion: "stella-ops.org/v1alpha1",
      kind: "Report",
      name: "x",
      namespace: "team",
    });
  });

  it.each([
    { name: "nothing was said yet", status: undefined, results: undefined },
    {
      name: "it waits",
      status: { conditions: [condition("Ready", "False", "WaitingForScan", "soon")] },
      results: undefined,
    },
    {
      name: "it waits and has an earlier verdict",
      status: { ...status, conditions: [condition("Ready", "False", "WaitingForFeeds", "soon")] },
      results: ["verdict fail"],
    },
    {
      name: "the scan failed",
      status: { conditions: [condition("Ready", "False", "ImageMissing", "gone")] },
      results: ["evaluation error"],
    },
    {
      name: "no new answer could be given",
      status: { ...status, verdict: "pass", conditions: [condition("Ready", "False", "ObjectMissing", "x")] },
      results: ["evaluation error", "verdict pass"],
    },
  ])("says what is known where $name", ({ status, results }) => {
    const made = shown({ status });
    expect(made?.results.map(({ policy, result }) => `${policy} ${result}`)).toEqual(results);
  });

  it("writes the predecessor without what it does not know", () => {
    const made = openReportOf(reportObject({ status }), "wgpolicy");
    expect(made).toMatchObject({ apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "PolicyReport" });
    expect(made).not.toHaveProperty("source");
    expect(made?.results[0]?.source).toBe("StellaOps");
  });
});

it.each([
  { served: ["openreports.io/v1alpha1", "wgpolicyk8s.io/v1alpha2"], kind: "openreports" },
  { served: ["wgpolicyk8s.io/v1alpha2", "wgpolicyk8s.io/v1beta1"], kind: "wgpolicy" },
  { served: ["openreports.io/v1", "apps/v1"], kind: undefined },
])("picks $kind where $served are served", ({ served, kind }) => {
  expect(pickOpenReports(new Set(served))).toBe(kind);
});
