// SPDX-License-Identifier: Apache-2.0
/** SARIF of a report: levels, places, rules, and what is set aside. */
import { expect, it } from "vitest";
import { policyFromRules } from "./policy/parse-policy.ts";
import { renderSarif } from "./render-sarif.ts";
import { component, finding, report, sbom } from "./testing/builders.ts";
import type { Finding } from "./types.ts";

interface Sarif {
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly Record<string, unknown>[] } };
      readonly results: readonly Record<string, unknown>[];
    },
  ];
}

const rules = [
  {
    name: "waived",
    match: { cve: "CVE-4" },
    action: { ignore: { until: "2027-01-01", justification: "in a test only" } },
  },
  { name: "no", match: { severity: "critical" }, action: "fail" },
  { name: "hm", match: { severity: "high" }, action: "warn" },
];
const sarif = (...findings: readonly Finding[]): Sarif["runs"][0] => {
  const text = renderSarif(
    report(findings, { policies: { system: [policyFromRules(rules, { name: "p" })] } }),
    {
      toolVersion: "1",
    },
  );
  const parsed = JSON.parse(text) as Sarif;
  expect([parsed.version, text.endsWith("}\n")]).toEqual(["2.1.0", true]);
  return parsed.runs[0];
};

const a = "pkg:npm/a@1.0.0";

it("has a place for a path, and a page for an id, that are no well-formed text", () => {
  const { tool, results } = sarif(finding("X-\ud800", a, { evidence: [{ path: "srv/\udfff.json" }] }));
  expect(tool.driver.rules[0]).toMatchObject({ helpUri: "https://osv.dev/vulnerability/X-%EF%BF%BD" });
  expect(JSON.stringify(results)).toContain('"srv/%EF%BF%BD.json"');
});

it("has a rule for each vulnerability and a result for each finding", () => {
  const { tool, results } = sarif(
    finding("CVE-1", a, { severity: "critical", fixedVersion: "1.0.1" }),
    finding("CVE-1", "pkg:npm/b@1.0.0", {
      severity: "critical",
      evidence: [{ path: "srv/a b/package.json", line: 3 }],
    }),
    finding("GHSA-x", a),
    finding("PYSEC-1", a, { severity: "low", distroStatus: "no-dsa" }),
  );
  expect(tool.driver.rules.map(({ id, helpUri }) => [id, helpUri])).toEqual([
    ["CVE-1", "https://www.cve.org/CVERecord?id=CVE-1"],
    ["GHSA-x", "https://github.com/advisories/GHSA-x"],
    ["PYSEC-1", "https://osv.dev/vulnerability/PYSEC-1"],
  ]);
  expect(results.map(({ ruleIndex, level, message }) => [ruleIndex, level, message])).toEqual([
    [0, "error", { text: "a 1.0.0 has CVE-1 (critical); fixed in 1.0.1." }],
    [0, "error", { text: "b 1.0.0 has CVE-1 (critical); no fixed version is known." }],
    [1, "warning", { text: "a 1.0.0 has GHSA-x (high); no fixed version is known." }],
    [2, "note", { text: "a 1.0.0 has PYSEC-1 (low); no-dsa." }],
  ]);
  expect(results[1]?.["locations"]).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: "srv/a%20b/package.json", uriBaseId: "ROOTFS" },
        region: { startLine: 3 },
      },
      logicalLocations: [{ fullyQualifiedName: "pkg:npm/b@1.0.0", kind: "module" }],
    },
  ]);
});

it.each([
  { name: "a waiver", one: finding("CVE-4", a), why: "waived until 2027-01-01: in a test only" },
  {
    name: "the distro",
    one: finding("CVE-5", a, { suppressedBy: "distro:pkg:deb/x" }),
    why: "distro:pkg:deb/x",
  },
])("keeps what is set aside by $name, as suppressed", ({ one, why }) => {
  expect(sarif(one).results[0]?.["suppressions"]).toEqual([
    { kind: "external", status: "accepted", justification: why },
  ]);
});

it("tells findings apart by what they are, not by where they stand", () => {
  const [one, two] = [finding("CVE-1", a), finding("CVE-2", a)];
  const prints = (run: Sarif["runs"][0]) =>
    run.results.map(({ ruleId, partialFingerprints }) => [ruleId, partialFingerprints]);
  const both = prints(sarif(one, two));
  expect(prints(sarif(two))).toEqual([both[1]]);
  expect(new Set(both.map(([, print]) => JSON.stringify(print))).size).toBe(2);
});

it("has licences behind vulnerabilities", () => {
  const licences = [
    { name: "agreed", match: { license: "AGPL-*" }, action: { defer: { until: "2027-01-01" } } },
    { name: "no-gpl", match: { license: "*GPL-*" }, action: "fail" },
  ];
  const components = [
    component(a, { licenses: ["GPL-3.0-only AND LGPL-2.1-only"] }),
    component("pkg:npm/b@1", { licenses: ["AGPL-3.0-only"] }),
  ];
  const made = report([finding("CVE-1", a)], {
    sbom: sbom(components),
    policies: { system: [policyFromRules(licences, { name: "p" })] },
  });
  const [run] = (JSON.parse(renderSarif(made, { toolVersion: "1" })) as Sarif).runs;
  expect(run.tool.driver.rules.map(({ id }) => id)).toEqual(["CVE-1", "licence/agreed", "licence/no-gpl"]);
  expect(run.results.map(({ ruleId, ruleIndex, level }) => [ruleId, ruleIndex, level])).toEqual([
    ["CVE-1", 0, "note"],
    ["licence/no-gpl", 2, "error"],
    ["licence/agreed", 1, "note"],
  ]);
  expect(run.results[1]?.["message"]).toEqual({
    text: "a 1.0.0 can't be used without accepting GPL-3.0-only and LGPL-2.1-only.",
  });
  expect(run.results[2]?.["suppressions"]).toEqual([
    { kind: "external", status: "accepted", justification: "deferred until 2027-01-01" },
  ]);
});

it("says of malware that it is, as an error where it is not set aside", () => {
  const malware = { severity: "critical", malware: true } as const;
  const { tool, results } = sarif(
    finding("CVE-4", a, malware),
    finding("MAL-1", "pkg:npm/b@1.0.0", { ...malware, severity: "low" }),
  );
  expect(
    tool.driver.rules.map(({ name, shortDescription, properties }) => [name, shortDescription, properties]),
  ).toEqual([
    [
      "MaliciousPackage",
      { text: "CVE-4: malicious package" },
      { "security-severity": "9.5", tags: ["security", "malware", "critical"] },
    ],
    [
      "MaliciousPackage",
      { text: "MAL-1: malicious package" },
      { "security-severity": "2.0", tags: ["security", "malware", "low"] },
    ],
  ]);
  expect(results.map(({ level, message }) => [level, message])).toEqual([
    ["note", { text: "a 1.0.0 is malicious (CVE-4); remove it." }],
    ["error", { text: "b 1.0.0 is malicious (MAL-1); remove it." }],
  ]);
});
