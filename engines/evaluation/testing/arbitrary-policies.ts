// SPDX-License-Identifier: Apache-2.0
/** Random policies as people may write them, and random facts that they meet, for properties. */
import fc from "fast-check";
import type { Component } from "#engines/scanner/index.ts";
import type { Finding } from "../types.ts";
import { component, finding } from "./builders.ts";

const PURLS = ["pkg:npm/lodash@4.17.4", "pkg:npm/left-pad@1.3.0", "pkg:deb/debian/bash@5.2"] as const;
const SEVERITIES = ["critical", "high", "medium", "low", "unknown", "none"] as const;
/** Waivers end around these days, and findings are published before them. */
export const DAYS = ["2026-01-01", "2026-01-15", "2026-02-01"] as const;

/** One, or a list, with doubles. */
function some(...items: readonly string[]): fc.Arbitrary<string | string[]> {
  const one = fc.constantFrom(...items);
  return fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 4 }));
}

const compared = (...numbers: readonly (number | string)[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(">=", ">", "<=", "<", ">= "), fc.constantFrom(...numbers))
    .map(([op, number]) => `${op}${number}`);

const epss = fc.oneof(fc.constantFrom(0, 0.5, 1), compared("0.1", "0.50", "1"));

const findingMatch = fc.record(
  {
    purl: some("pkg:npm/*", "pkg:npm/lodash", "pkg:deb/*", "*"),
    cve: some("CVE-1", "cve-2", "GHSA-*", "CVE-*"),
    source: some("osv", "debian*"),
    vendor: some("github", "Debian", "*"),
    path: some("/app/**", "**/package.json", "usr/*"),
    severity: some("critical", ">=high", "High", "low"),
    kev: fc.boolean(),
    malware: fc.boolean(),
    epss,
    fixAvailable: fc.boolean(),
    usedByEntrypoint: fc.boolean(),
    namespace: some("prod-*", "dev"),
    ageDays: fc.oneof(fc.constantFrom(0, 10, 30), compared(0, 10, 30)),
    license: fc.oneof(
      some("MIT", "GPL-*"),
      some("MIT", "Apache-2.0").map((notIn) => ({ notIn })),
    ),
  },
  { requiredKeys: [] },
);

const licenseMatch = fc.record(
  {
    license: fc.oneof(
      some("MIT", "GPL-*", "NOASSERTION"),
      some("MIT", "Apache-2.0").map((notIn) => ({ notIn })),
    ),
    purl: some("pkg:npm/*", "pkg:deb/*"),
    usedByEntrypoint: fc.boolean(),
  },
  { requiredKeys: ["license"] },
);

const until = fc.constantFrom<string>(...DAYS, "2026-01-20T10:00:00+02:00");
const decision = fc.oneof(
  fc.constantFrom("fail", "warn"),
  until.map((day) => ({ ignore: { until: day, justification: "looked at" } })),
  until.map((day) => ({ defer: { until: day } })),
);
const onFinding = fc.oneof(
  decision,
  fc
    .record(
      { severity: fc.constantFrom(...SEVERITIES), kev: fc.boolean(), epss },
      { requiredKeys: ["severity"] },
    )
    .map((escalate) => ({ escalate })),
  fc
    .record(
      {
        vendors: some("acme", "Hub*"),
        justifications: some("component_not_present", "inline_mitigations_already_exist"),
      },
      { requiredKeys: ["vendors"] },
    )
    .map((requireVEX) => ({ requireVEX })),
);

/** The list under `rules`, sound, without names. */
export const policyRules: fc.Arbitrary<readonly object[]> = fc.array(
  fc.oneof(
    fc.record({ match: findingMatch, action: onFinding }, { requiredKeys: ["action"] }).filter(isSound),
    fc.record({ match: licenseMatch, action: decision }),
  ),
  { minLength: 1, maxLength: 6 },
);

/** A licence may come alone, and then the rule is about licences. */
function isSound({ match, action }: { readonly match?: object; readonly action: unknown }): boolean {
  const isAboutVulnerability = [
    "cve",
    "source",
    "vendor",
    "severity",
    "kev",
    "malware",
    "epss",
    "fixAvailable",
    "ageDays",
  ].some((name) => Object.hasOwn(match ?? {}, name));
  const isDecision =
    typeof action === "string" || "ignore" in (action as object) || "defer" in (action as object);
  return isAboutVulnerability || isDecision || !Object.hasOwn(match ?? {}, "license");
}

const licenses = fc.constantFrom<readonly string[]>(
  [],
  ["MIT"],
  ["GPL-3.0-only"],
  ["MIT OR GPL-2.0-only"],
  ["MIT AND X"],
);

export const imageComponents: fc.Arbitrary<readonly Component[]> = fc
  .tuple(...PURLS.map(() => fc.tuple(licenses, fc.boolean())))
  .map((facts) =>
    PURLS.map((purl, index) => {
      const [stated, isUsed] = facts[index] ?? [[], false];
      return component(purl, { licenses: stated, ...(isUsed ? { usedByEntrypoint: "it is loaded" } : {}) });
    }),
  );

const vexAnswer = fc
  .record({
    source: fc.constantFrom("acme", "hub", "other"),
    status: fc.constantFrom("not_affected", "fixed", "affected"),
    justification: fc.constantFrom("component_not_present", "inline_mitigations_already_exist"),
    scope: fc.constant("version" as const),
    reason: fc.constant("it is said"),
  })
  .map((vex) => ({ vex, ...(vex.status === "affected" ? {} : { suppressedBy: `vex:${vex.source}` }) }));

export const imageFindings: fc.Arbitrary<readonly Finding[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom("CVE-1", "CVE-2", "GHSA-1"),
      fc.constantFrom(...PURLS),
      fc.record(
        {
          severity: fc.constantFrom(...SEVERITIES),
          kev: fc.boolean(),
          epss: fc.constantFrom(0, 0.3, 0.7),
          fixedVersion: fc.constant("9"),
          published: fc.constantFrom(...DAYS),
        },
        { requiredKeys: ["severity", "kev"] },
      ),
      fc.oneof(fc.constant({}), vexAnswer, fc.constant({ suppressedBy: "distro:x" })),
    )
    .map(([id, purl, facts, answer]) => finding(id, purl, { ...facts, ...answer })),
  { maxLength: 5 },
);
