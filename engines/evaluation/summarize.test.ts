// SPDX-License-Identifier: Apache-2.0
/** The summary stays small, and leads with what matters. */
import { expect, it } from "vitest";
import { policyFromRules } from "./policy/parse-policy.ts";
import { summarize } from "./summarize.ts";
import { finding, report } from "./testing/builders.ts";

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
  const summary = summarize(report(findings));
  expect(summary.worst).toHaveLength(20);
  expect(JSON.stringify(summary).length).toBeLessThan(16 * 1024);
});
