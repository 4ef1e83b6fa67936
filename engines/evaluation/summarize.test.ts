// SPDX-License-Identifier: Apache-2.0
/** The summary stays small, and leads with what matters. */
import { expect, it } from "vitest";
import { policyFromRules } from "./policy/parse-policy.ts";
import { summarize } from "./summarize.ts";
import { component, finding, report, sbom } from "./testing/builders.ts";

it("puts failing findings before worse ones that only warn, and leaves out what does not count", () => {
  const rules = [
    { match: { cve: "CVE-1" }, action: "fail" },
    { match: { cve: "CVE-3" }, action: { ignore: { until: "2030-01-01", justification: "x" } } },
    { match: { severity: "critical" }, action: "warn" },
  ];
  const made = report(
    [
      finding("CVE-1", "pkg:npm/a@1", { severity: "low", fixedVersion: "2" }),
      finding("CVE-2", "pkg:npm/b@1", { severity: "critical" }),
      finding("CVE-3", "pkg:npm/c@1"),
      finding("CVE-4", "pkg:npm/d@1", { suppressedBy: "distro" }),
      finding("CVE-5", "pkg:npm/e@1", { severity: "medium" }),
    ],
    { policies: { system: [policyFromRules(rules, { name: "p" })] } },
  );
  const summary = summarize(made);
  expect(summary.worst).toEqual([
    { id: "CVE-1", purl: "pkg:npm/a@1", severity: "low", fixedVersion: "2", action: "fail", rule: "rule-1" },
    { id: "CVE-2", purl: "pkg:npm/b@1", severity: "critical", action: "warn", rule: "rule-3" },
    { id: "CVE-5", purl: "pkg:npm/e@1", severity: "medium", action: "none" },
  ]);
  expect(summary).toMatchObject({ verdict: "fail", waived: 1, suppressed: 1, fixable: 1, components: 5 });
});

it("is bounded whatever the report holds", () => {
  const long = "x".repeat(5000);
  const findings = Array.from({ length: 500 }, (_, index) =>
    finding(`CVE-${index}-${long}`, `pkg:npm/${long}@${index}`, { fixedVersion: long }),
  );
  const components = findings.map(({ purl }) => component(purl, { licenses: [long] }));
  const rules = [{ name: "n".repeat(63), match: { license: "*" }, action: "fail" }, { action: "fail" }];
  const policies = { system: [policyFromRules(rules, { name: "p" })] };
  const summary = summarize(report(findings, { sbom: sbom(components), policies }));
  expect(summary.worst).toHaveLength(20);
  expect(summary.worstLicenses).toHaveLength(10);
  expect(JSON.stringify(summary).length).toBeLessThan(16 * 1024);
});

it("names licences that fail or warn", () => {
  const rules = [
    { name: "waived", match: { license: "ISC" }, action: { defer: { until: "2030-01-01" } } },
    { name: "other", match: { license: "Zlib" }, action: "warn" },
    { name: "no-gpl", match: { license: ["GPL-*", "AGPL-*"] }, action: "fail" },
  ];
  const components = [
    component("pkg:npm/a@1", { licenses: ["Zlib"] }),
    component("pkg:npm/b@1", { licenses: ["AGPL-3.0-only AND GPL-3.0-only"] }),
    component("pkg:npm/c@1", { licenses: ["ISC"] }),
  ];
  const policies = { system: [policyFromRules(rules, { name: "p" })] };
  const summary = summarize(report([], { sbom: sbom(components), policies }));
  expect(summary.worstLicenses).toEqual([
    { purl: "pkg:npm/b@1", license: "AGPL-3.0-only, GPL-3.0-only", action: "fail", rule: "no-gpl" },
    { purl: "pkg:npm/a@1", license: "Zlib", action: "warn", rule: "other" },
  ]);
  expect(summary.licenses).toEqual({ fail: 1, warn: 1, waived: 0, deferred: 1 });
});
