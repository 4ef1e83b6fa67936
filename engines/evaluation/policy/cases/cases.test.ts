// SPDX-License-Identifier: Apache-2.0
/** Test cases of policies: what a file may say, what is told of a wrong one, and what a failing case says. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageOf, StellaError } from "#lib/errors.ts";
import { policyFromRules } from "../parse-policy.ts";
import { parseCases } from "./parse-cases.ts";
import { runCases } from "./run-cases.ts";

const policy = policyFromRules(
  [
    { name: "kev", match: { kev: true, env: "prod" }, action: "fail" },
    { name: "no-gpl", match: { license: "GPL-*" }, action: "warn" },
    { name: "high", match: { severity: "high", path: "app/**", usedByEntrypoint: false }, action: "warn" },
  ],
  { name: "p" },
);

const run = (text: string, rules = policy) => runCases(rules, parseCases(text, { name: "p.test.yaml" }));

describe("a case", () => {
  it("states facts by the names of matchers", () => {
    const text = `
context: { env: prod, namespace: a }
cases:
  - name: all facts
    context: { namespace: b, image: "ghcr.io/acme/app:1", repo: ghcr.io/acme/app }
    findings:
      - cve: CVE-1
        aliases: GHSA-1
        purl: pkg:npm/lodash@4.17.4
        source: osv
        vendor: [github]
        severity: high
        epss: 0.5
        fixAvailable: true
        path: /app/x.json
        layerDigest: sha256:${"a".repeat(64)}
        license: [MIT]
        usedByEntrypoint: false
        ageDays: 3
        vex: { by: acme, status: affected }
        expect: { action: fail, rule: r, severity: critical }
    verdict: fail
`;
    const match = {
      env: "prod",
      namespace: "b",
      image: "ghcr.io/acme/app:1",
      repo: "ghcr.io/acme/*",
      cve: "GHSA-1",
      purl: "pkg:npm/lodash",
      source: "osv",
      vendor: "github",
      severity: "critical",
      epss: 0.5,
      fixAvailable: true,
      path: "app/*.json",
      layerDigest: `sha256:${"a".repeat(64)}`,
      license: "MIT",
      usedByEntrypoint: false,
      kev: false,
    };
    const rules = [{ action: { escalate: { severity: "critical" } } }, { name: "r", match, action: "fail" }];
    expect(run(text, policyFromRules(rules, { name: "p" }))).toEqual([
      { name: "all facts", ok: true, failures: [] },
    ]);
  });

  it("says what was expected and what was decided", () => {
    const text = `
cases:
  - name: wrong
    context: { env: prod }
    findings:
      - { cve: CVE-1, kev: true, severity: low, expect: warn }
      - { cve: CVE-2, expect: { rule: kev } }
      - { cve: CVE-3, vex: { by: acme, status: fixed }, expect: { action: none, severity: low } }
    components:
      - { license: MIT, expect: { action: warn, rule: no-gpl } }
      - { license: GPL-2.0-only, expect: none }
    verdict: pass
`;
    expect(run(text)).toEqual([
      {
        name: "wrong",
        ok: false,
        failures: [
          "CVE-1 in pkg:npm/example@1.0.0: expected warn, got fail by kev, severity low",
          "CVE-2 in pkg:npm/example@1.0.0: expected rule kev, got none, severity unknown",
          "CVE-3 in pkg:npm/example@1.0.0: expected none, severity low, got suppressed, severity unknown",
          "component 1: expected warn by no-gpl, got none",
          "component 2 (pkg:npm/example@1.0.0): expected none, got warn by no-gpl",
          'verdict: expected pass, got fail: 1 finding fails rule "kev" of policy "p": CVE-1 (example 1.0.0)',
        ],
      },
    ]);
  });

  it("knows what is unused where the case says so of anything", () => {
    const findings = (more: string): string =>
      `cases: [{ name: c, findings: [{ cve: CVE-1, severity: high, path: app/a, ${more} expect: warn }] }]`;
    expect(run(findings("usedByEntrypoint: false,"))[0]?.ok).toBe(true);
    expect(run(findings(""))[0]?.ok).toBe(false);
    expect(run(findings("usedByEntrypoint: true,"))[0]?.ok).toBe(false);
  });

  it("needs a time where the policy does", () => {
    const waiver = { name: "w", action: { ignore: { until: "2027-01-31", justification: "x" } } };
    const timed = policyFromRules([waiver], { name: "p" });
    const text = (now: string): string =>
      `${now}\ncases: [{ name: c, findings: [{ cve: CVE-1, expect: ignore }] }]`;
    expect(run(text("now: 2027-01-31"), timed)[0]?.ok).toBe(true);
    expect(run(text("now: 2027-02-01"), timed)[0]?.ok).toBe(false);
    expect(run(text(""), timed)[0]?.failures).toEqual([
      "now is not given, and rules of the policy depend on the time",
    ]);
  });
});

describe("a file of cases", () => {
  const messageFor = (text: string): string => {
    try {
      parseCases(text, { name: "t" });
    } catch (error) {
      if (error instanceof StellaError && error.code === "POLICY_CASES_INVALID") return messageOf(error);
      throw error;
    }
    return "";
  };

  it("says every problem at once with its place", () => {
    const text = `cases:
  - name: one
    findngs: []
    findings:
      - { cve: CVE-1, severity: urgent, purl: lodash, expect: deny }
      - { cve: CVE-2, kv: true, epss: 2, expect: {} }
    now: tomorrow
`;
    expect(messageFor(text).split("\n")).toEqual([
      't:3:5: cases[0].findngs: unknown key "findngs", did you mean "findings"?',
      't:5:23: cases[0].findings[0].severity: "urgent" is not a severity (critical, high, medium, low, unknown, none)',
      't:5:41: cases[0].findings[0].purl: "lodash" is no purl; write e.g. pkg:npm/example@1.0.0',
      't:5:55: cases[0].findings[0].expect.action: "deny" is none of fail, warn, ignore, defer, none, suppressed',
      't:6:23: cases[0].findings[1].kv: unknown key "kv", did you mean "kev"?',
      "t:6:33: cases[0].findings[1].epss: expected a number from 0 to 1",
      "t:6:42: cases[0].findings[1].expect: expects nothing",
      't:7:5: cases[0].now: "tomorrow" is not a date (2027-01-31) or RFC 3339 time with zone',
    ]);
  });

  it.each([
    ["nothing", "", "expected a file of test cases"],
    ["a policy", "rules: [{action: fail}]", 'unknown key "rules"'],
    ["no case", "cases: []", "needs at least one"],
    ["a case that can't fail", "cases: [{name: x, findings: [{cve: CVE-1}]}]", "the case expects nothing"],
    [
      "a layer that is none",
      "cases: [{name: x, verdict: pass, findings: [{cve: C, layerDigest: abc}]}]",
      "no sha256 digest",
    ],
    ["broken YAML", "cases: [", "Flow sequence"],
  ])("refuses %s", (_, text, want) => {
    expect(messageFor(text)).toContain(want);
  });

  it("never throws anything but its own error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => JSON.stringify({ cases: [value] })),
        ),
        (text) => void messageFor(text),
      ),
    );
  });
});
