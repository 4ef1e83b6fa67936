// SPDX-License-Identifier: Apache-2.0
/** The text report: fits the terminal, shows what was set aside, and trusts no name. */
import { describe, expect, it } from "vitest";
import { policyFromRules } from "./policy/parse-policy.ts";
import { renderTable } from "./render-table.ts";
import { component, finding, IMAGE_DIGEST, report, sbom } from "./testing/builders.ts";

const POLICY = policyFromRules(
  [
    {
      name: "accepted",
      match: { cve: "CVE-2" },
      action: { ignore: { until: "2030-01-01", justification: "x" } },
    },
    { name: "no-critical", match: { severity: "critical", fixAvailable: true }, action: "fail" },
  ],
  { name: "prod" },
);
const MADE = report(
  [
    finding("CVE-1", "pkg:npm/lodash@4.17.4", { severity: "critical", fixedVersion: "4.17.12" }),
    finding("CVE-2", "pkg:npm/minimist@0.0.8"),
    finding("CVE-3", "pkg:npm/a@1", { suppressedBy: "vex:acme" }),
    finding("CVE-4", "pkg:npm/b@1", { severity: "medium" }),
  ],
  { policies: { system: [POLICY] }, context: { imageReference: "ghcr.io/acme/app:1" } },
);

it("prints verdict, reasons and one line a finding", () => {
  expect(renderTable(MADE)).toBe(`Image  ghcr.io/acme/app:1
Digest ${IMAGE_DIGEST}

SEVERITY  ID     PACKAGE  VERSION  FIXED    LAYER  DECISION
critical  CVE-1  lodash   4.17.4   4.17.12  0      fail (no-critical)
medium    CVE-4  b        1        -        0      -

2 findings (1 critical, 1 medium; 1 with a fix) in 4 components
1 suppressed, 1 waived (list them with --all)

Verdict: fail
  1 finding fails rule "no-critical" of policy "prod": CVE-1 (lodash 4.17.4)
  1 finding is set aside by VEX: CVE-3 (a 1) is answered by acme
  holds until 2030-01-02T00:00:00Z, when a waiver ends, an age is reached or a VEX claim is due
`);
});

it("tells malware from flaws", () => {
  const made = report([
    finding("MAL-1", "pkg:npm/evil@1.0.0", { severity: "critical", malware: true }),
    finding("MAL-2", "pkg:npm/other@1.0.0", {
      severity: "critical",
      malware: true,
      suppressedBy: "vex:acme",
    }),
    finding("CVE-1", "pkg:npm/a@1.0.0"),
  ]);
  const text = renderTable(made);
  expect(text).toContain("critical  MAL-1  evil     1.0.0    remove it  0      fail (malware)");
  expect(text).toContain("2 findings (1 critical, 1 high; 1 malicious, 0 with a fix) in 3 components");
});

it("lists the rest with all, and paths with wide", () => {
  const text = renderTable(MADE, { all: true, wide: true });
  expect(text).toContain("waived until 2030-01-01 (accepted)");
  expect(text).toContain("suppressed (vex:acme)");
  expect(text).toContain("app/node_modules/lodash/package.json");
});

it("names the package of the distro that answers, and no more of its purl", () => {
  const suppressedBy = "distro:pkg:deb/debian/python3-urllib3@1.26.12-1%2Bdeb12u4?arch=all&distro=debian-12";
  const made = report([finding("CVE-1", "pkg:pypi/urllib3@1.26.12", { suppressedBy })]);
  expect(renderTable(made, { all: true })).toContain("suppressed (distro: python3-urllib3)\n");
});

it("says with wide where in an archive a package stands, and why it is used", () => {
  const made = report([
    finding("CVE-1", "pkg:maven/org.x/y@1", {
      evidence: [{ path: "app.jar", inner: "lib/y.jar" }],
      usedByEntrypoint: "in the started archive",
    }),
  ]);
  expect(renderTable(made, { wide: true })).toMatch(/app\.jar!\/lib\/y\.jar +in the started archive/);
});

describe("width", () => {
  const name = "a-very-long-package-name-that-goes-on-and-on-and-on-and-on";
  const made = report([
    finding("CVE-2024-123456", `pkg:npm/${name}@1.0.0-beta.1+build.77`, { fixedVersion: "1.0.0-beta.2" }),
  ]);

  it.each([70, 80, 120])("keeps every table line within %i", (width) => {
    const lines = renderTable(made, { width }).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.find((line) => line.startsWith("high"))).toContain("CVE-2024-");
  });
});

it("cuts the package and the rule before the fix and the id, and breaks prose between words", () => {
  const made = report([
    finding("GHSA-abcd-efgh-ijkl", "pkg:npm/a-long-package-name@1.20.12", { fixedVersion: "1.21.11" }),
  ]);
  const lines = renderTable(
    {
      ...made,
      reasons: ["one finding of a kind that has quite a long description fails the rule of the house"],
    },
    { width: 72 },
  ).split("\n");
  expect(lines[3]).toMatch(/^high {6}GHSA-abcd-efgh… +a-l…e-name +1\.20\.12 +1\.21\.11 +0 +/);
  expect(lines.slice(-3)).toEqual([
    "  one finding of a kind that has quite a long description fails the rule",
    "    of the house",
    "",
  ]);
});

it("colours only when asked, and outside of the padding's count", () => {
  expect(renderTable(MADE)).not.toContain("\u001b");
  expect(renderTable(MADE, { color: true })).toContain("\u001b[1;31mcritical\u001b[0m  CVE-1");
});

it("lets no package name write on the terminal", () => {
  const made = report([finding("CVE-1", "pkg:npm/a@1", { name: "\u001b[2Jx\u202ey\n" })]);
  expect(renderTable(made)).toContain("?[2Jx?y?");
});

it("has no table for nothing", () => {
  const made = report([], { sbom: sbom([component("pkg:npm/a@1")]) });
  expect(renderTable(made)).toContain("0 findings in 1 component\n\nVerdict: pass\n");
});

describe("licences", () => {
  const until = "2030-01-01";
  const rules = [
    { name: "agreed", match: { license: "AGPL-*" }, action: { defer: { until } } },
    { name: "no-gpl", match: { license: "GPL-*" }, action: "fail" },
  ];
  const made = report([], {
    sbom: sbom([
      component("pkg:npm/a@1", { licenses: ["GPL-3.0-only AND MIT"] }),
      component("pkg:npm/b@1", { licenses: ["AGPL-3.0-only"] }),
      component("pkg:npm/c@1", { licenses: ["MIT"] }),
    ]),
    policies: { system: [policyFromRules(rules, { name: "p" })] },
  });

  it("stand in a table of their own", () => {
    expect(renderTable(made)).toBe(`Image  ${IMAGE_DIGEST}

0 findings in 3 components

LICENCE       PACKAGE  VERSION  LAYER  DECISION
GPL-3.0-only  a        1        0      fail (no-gpl)

1 licence fails, 0 warn, 1 deferred (list them with --all)

Verdict: fail
  1 licence fails rule "no-gpl" of policy "p": GPL-3.0-only (a 1)
  holds until 2030-01-02T00:00:00Z, when a waiver ends, an age is reached or a VEX claim is due
`);
  });

  it("are all listed with all, and with what is stated with wide", () => {
    const text = renderTable(made, { all: true, wide: true });
    expect(text).toMatch(/AGPL-3.0-only +b +1 +0 +deferred until 2030-01-01 \(agreed\)/);
    expect(text).toMatch(/fail \(no-gpl\) +GPL-3.0-only AND MIT +app\/node_modules\/a\/package.json/);
  });
});
