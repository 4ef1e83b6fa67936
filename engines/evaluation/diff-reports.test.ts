// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { diffReports } from "./diff-reports.ts";
import { policyFromRules } from "./policy/parse-policy.ts";
import { component, finding, report, sbom } from "./testing/builders.ts";
import type { Finding } from "./types.ts";

const OLD = "pkg:npm/a@1.0.0";
const NEW = "pkg:npm/a@1.1.0";
const of = (purl: string, findings: readonly Finding[], rules?: readonly unknown[]) =>
  report(findings, {
    sbom: sbom([component(purl)]),
    ...(rules ? { policies: { system: [policyFromRules(rules, { name: "p" })] } } : {}),
  });
const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);

describe("diffReports", () => {
  it("takes a vulnerability of another version of a package for the same one", () => {
    const older = of(OLD, [finding("CVE-1", OLD), finding("CVE-2", OLD)]);
    const newer = of(NEW, [finding("CVE-2", NEW), finding("CVE-3", NEW)]);
    const { added, gone, changed } = diffReports(older, newer);
    expect([ids(added), ids(gone), changed]).toEqual([["CVE-3"], ["CVE-1"], []]);
  });

  it("sees what a waiver took away, and what a rule made worse", () => {
    const rules = [
      {
        name: "waived",
        match: { cve: "CVE-1" },
        action: { ignore: { until: "2099-01-01", justification: "x" } },
      },
      { name: "worse", match: { cve: "CVE-2" }, action: { escalate: { severity: "critical" } } },
    ];
    const findings = [finding("CVE-1", OLD), finding("CVE-2", OLD)];
    const { gone, changed } = diffReports(of(OLD, findings), of(OLD, findings, rules));
    expect(ids(gone)).toEqual(["CVE-1"]);
    expect(changed.map(({ before, after }) => [before.severity, after.severity])).toEqual([
      ["high", "critical"],
    ]);
  });

  it("does not list what never counted", () => {
    const quiet = [finding("CVE-1", OLD, { suppressedBy: "distro:x" })];
    expect(diffReports(of(OLD, []), of(OLD, quiet))).toMatchObject({ added: [], gone: [], changed: [] });
  });
});
