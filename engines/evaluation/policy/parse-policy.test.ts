// SPDX-License-Identifier: Apache-2.0
/** What the policy language takes, how it refuses, and what its digest depends on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { parsePolicy, policyFromRules } from "./parse-policy.ts";
import { policyDigest } from "./policy-digest.ts";
import type { PolicyProblem } from "./types.ts";

const GOOD = `# team policy
rules:
  - name: accepted
    match: { cve: [cve-2024-1, GHSA-a-*], purl: "pkg:npm/lodash" }
    action: { ignore: { until: 2027-01-31, justification: " not reachable " } }
  - match: { kev: true, epss: ">=0.5" }
    action: { escalate: { severity: critical } }
  - name: bad ones
    match:
      severity: ">=high"
      fixAvailable: true
      path: /opt/**
    action: fail
  - action: warn
`;

function problemsOf(run: () => unknown): readonly PolicyProblem[] {
  try {
    run();
  } catch (error) {
    if (error instanceof StellaError && error.code === "POLICY_INVALID") {
      return error.data["problems"] as readonly PolicyProblem[];
    }
    throw error;
  }
  return [];
}

it("reads a policy into canonical form", () => {
  expect(parsePolicy(GOOD, { name: "p" })).toEqual({
    name: "p",
    rules: [
      {
        name: "accepted",
        match: { cve: ["CVE-2024-1", "GHSA-A-*"], purl: ["pkg:npm/lodash"] },
        action: { kind: "ignore", until: "2027-01-31", justification: "not reachable" },
      },
      {
        name: "rule-2",
        match: { kev: true, epss: { op: ">=", value: 0.5 } },
        action: { kind: "escalate", severity: "critical" },
      },
      {
        name: "bad ones",
        match: { severity: ["critical", "high"], fixAvailable: true, path: ["opt/**"] },
        action: { kind: "fail" },
      },
      { name: "rule-4", match: {}, action: { kind: "warn" } },
    ],
  });
});

it("reads a ScanPolicy manifest and takes its name", () => {
  const manifest = `apiVersion: stella-ops.org/v1alpha1
kind: ScanPolicy
metadata: { name: prod, namespace: stellaops }
spec:
  enforcement: enforce
  rules: [{ action: fail }]
`;
  expect(parsePolicy(manifest, { name: "file" })).toEqual(
    policyFromRules([{ action: "fail" }], { name: "prod" }),
  );
});

it("says every problem at once with its place", () => {
  const text = `rules:
  - name: one
    match: { severty: high, kev: yes, ageDays: old }
    action: fial
  - name: one
    match:
      severity: [high, terrible]
      epss: 7
      licence: MIT
    action:
      ignore: { until: 2027-02-30, justfication: x }
  - nme: x
    action: requireVEX
`;
  const problems = problemsOf(() => parsePolicy(text, { name: "p.yaml" }));
  expect(problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`)).toEqual([
    '3:14 rules[0].match.severty: unknown key "severty", did you mean "severity"?',
    "3:29 rules[0].match.kev: expected true or false",
    '3:39 rules[0].match.ageDays: "old" is no number of days; write e.g. ">=30", from 0 to 36500',
    '4:5 rules[0].action: unknown action "fial", did you mean "fail"?',
    '7:24 rules[1].match.severity[1]: "terrible" is not a severity (critical, high, medium, low, unknown, none, or ">=high")',
    '8:7 rules[1].match.epss: 7 is not a probability; write e.g. ">=0.5", from 0 to 1',
    '9:7 rules[1].match.licence: unknown key "licence", did you mean "license"?',
    "11:7 rules[1].action.ignore.justification: justification is required",
    '11:17 rules[1].action.ignore.until: "2027-02-30" is not a date (2027-01-31) or RFC 3339 time with zone',
    '11:36 rules[1].action.ignore.justfication: unknown key "justfication", did you mean "justification"?',
    '12:5 rules[2].nme: unknown key "nme", did you mean "name"?',
    "13:5 rules[2].action: requireVEX needs its fields: requireVEX: { vendors: [...], justifications: [...] }",
  ]);
});

describe("refuses", () => {
  it.each([
    ["nothing", "", "expected a policy: a mapping with rules"],
    ["a list", "- a", "expected a policy: a mapping with rules"],
    ["no rules", "name: x", "rules is required"],
    ["an empty list", "rules: []", "a policy needs at least one rule"],
    ["rules that are no list", "rules: {}", "expected a list of rules"],
    ["a rule that is no mapping", "rules: [fail]", "expected a rule with name, match and action"],
    [
      "a rule without action",
      "rules: [{name: x}]",
      "a rule needs an action: fail, warn, ignore, defer, escalate, requireVEX",
    ],
    ["ignore without its fields", "rules: [{action: ignore}]", "ignore needs its fields"],
    ["two actions", "rules: [{action: {ignore: {}, defer: {}}}]", "expected one action"],
    ["fail with fields", "rules: [{action: {fail: {}}}]", 'write "action: fail"'],
    ["an empty matcher list", "rules: [{match: {cve: []}, action: fail}]", "must not be an empty list"],
    ["a second name", "rules: [{name: a, action: fail}, {name: a, action: warn}]", 'a second rule named "a"'],
    [
      "a licence rule that is about vulnerabilities",
      "rules: [{match: {license: GPL-3.0}, action: {escalate: {severity: low}}}]",
      "a licence rule may fail, warn, ignore or defer",
    ],
    ["a negated licence", 'rules: [{match: {license: "!MIT"}, action: fail}]', "write { notIn: [...] }"],
    ["licences of no list", "rules: [{match: {license: {}}, action: fail}]", "or notIn with licences"],
    ["a mistyped list", "rules: [{match: {license: {notln: MIT}}, action: fail}]", 'did you mean "notIn"?'],
    [
      "an empty list of licences",
      "rules: [{match: {license: {notIn: []}}, action: fail}]",
      "must not be an empty",
    ],
    [
      "no requirement",
      "rules: [{action: {requireVEX: {}}}]",
      "requireVEX needs vendors, justifications or both",
    ],
    [
      "an unknown justification",
      "rules: [{action: {requireVEX: {justifications: [component_not_presen]}}}]",
      'did you mean "component_not_present"?',
    ],
    ["half a day", "rules: [{match: {ageDays: 1.5}, action: fail}]", "1.5 is no number of days"],
    ["another kind", "kind: Pod\nspec: {}", 'expected kind "ScanPolicy"'],
    ["an unknown top key", "rule: []\nrules: [{action: fail}]", 'unknown key "rule", did you mean "rules"?'],
    ["a key twice", "rules: [{action: fail, action: warn}]", "Map keys must be unique"],
    ["two documents", "rules: [{action: fail}]\n---\nrules: []", "multiple documents"],
    ["an unknown tag", "rules: [{action: !secret fail}]", "Unresolved tag"],
    ["broken YAML", "rules: [", "Flow sequence"],
    [
      "a time without zone",
      "rules: [{action: {defer: {until: 2027-01-01T10:00:00}}}]",
      "RFC 3339 time with zone",
    ],
    ["deep nesting", `rules: ${"[".repeat(200)}${"]".repeat(200)}`, "nested too deeply"],
    [
      "a bomb of aliases",
      `a: &a [1,1,1,1,1,1,1,1,1,1]\n${["b", "c", "d", "e", "f", "g"]
        .map(
          (c, i) =>
            `${c}: &${c} [${Array(10)
              .fill(`*${"abcdef"[i] ?? ""}`)
              .join()}]`,
        )
        .join("\n")}`,
      "aliases that",
    ],
    [
      "many keys that nobody knows",
      `rules: [{action: fail}]\n${Array.from({ length: 100_000 }, (_, i) => `k${i}:\n`).join("")}`,
      'unknown key "k19"',
    ],
    [
      "many aliases",
      `rules: [${Array.from({ length: 201 }, (_, i) => `&a${i} x, *a${i}`).join()}]`,
      "more than 200 aliases",
    ],
    ["one key as a number and as a text", "1: a\n'1': b", "Map keys must be unique"],
    ["2 MB", "#".repeat(2_000_000), "larger than 1 MiB"],
  ])("%s", (_, text, want) => {
    const problems = problemsOf(() => parsePolicy(text, { name: "p" }));
    expect(problems.map(({ message }) => message).join("\n")).toContain(want);
  });
});

it("bounds the list of problems", () => {
  const text = `rules:\n${"  - { action: nope }\n".repeat(50)}`;
  expect(problemsOf(() => parsePolicy(text, { name: "p" }))).toHaveLength(20);
});

describe("policyDigest", () => {
  const digest = policyDigest(parsePolicy(GOOD, { name: "p" }));

  it.each([
    ["name of the policy", (text: string) => text, "other"],
    [
      "comments and spaces",
      (text: string) => text.replace("# team policy", "# x\n\n").replaceAll(", ", ",   "),
      "p",
    ],
    [
      "list order and doubles",
      (text: string) => text.replace("[cve-2024-1, GHSA-a-*]", "[ghsa-a-*, CVE-2024-1, CVE-2024-1]"),
      "p",
    ],
    ["spelled-out severities", (text: string) => text.replace('">=high"', "[high, critical]"), "p"],
  ])("does not depend on %s", (_, change, name) => {
    expect(policyDigest(parsePolicy(change(GOOD), { name }))).toBe(digest);
  });

  it.each([
    ["a date", "2027-01-31", "2027-02-01"],
    ["an action", "action: fail", "action: warn"],
  ])("depends on %s", (_, from, to) => {
    expect(policyDigest(parsePolicy(GOOD.replace(from, to), { name: "p" }))).not.toBe(digest);
  });

  it("is stable when keys are put in another order", () => {
    const rule = fc.record({
      match: fc.record(
        {
          kev: fc.boolean(),
          severity: fc.constantFrom("low", "high"),
          cve: fc.array(fc.constantFrom("CVE-1-1", "X"), { minLength: 1 }),
        },
        { requiredKeys: [] },
      ),
      action: fc.constantFrom("fail", "warn", { defer: { until: "2030-01-01" } }),
    });
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 5 }), (rules) => {
        const plain = policyDigest(policyFromRules(rules, { name: "p" }));
        expect(policyDigest(policyFromRules(reversed(rules), { name: "p" }))).toBe(plain);
      }),
    );
  });
});

it("never throws anything but POLICY_INVALID", () => {
  const word = fc.constantFrom(
    "rules",
    "name",
    "match",
    "action",
    "ignore",
    "until",
    "cve",
    "kev",
    "malware",
    "kind",
    "spec",
    "__proto__",
  );
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("fail", "2027-01-01", ">=high"),
      fc.jsonValue(),
      fc.array(tie("node")),
      fc.dictionary(word, tie("node")),
    ),
  })).node;
  fc.assert(fc.property(value, (rules) => void problemsOf(() => policyFromRules(rules, { name: "p" }))));
  fc.assert(
    fc.property(value, (given) => void problemsOf(() => parsePolicy(JSON.stringify(given), { name: "p" }))),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      (text) => void problemsOf(() => parsePolicy(text, { name: "p" })),
    ),
  );
  fc.assert(
    fc.property(fc.nat(GOOD.length), fc.string({ maxLength: 3 }), (at, junk) => {
      problemsOf(() => parsePolicy(GOOD.slice(0, at) + junk + GOOD.slice(at + 1), { name: "p" }));
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
