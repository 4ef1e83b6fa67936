// SPDX-License-Identifier: Apache-2.0
/** `ageDays` in a report: what it decides, and when the report says that it may say something else. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "#lib/canonical-json.ts";
import { policyFromRules } from "./policy/parse-policy.ts";
import { finding, report } from "./testing/builders.ts";
import type { ReportDocument } from "./types.ts";

const LODASH = "pkg:npm/lodash@4.17.4";
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

function judged(rules: readonly unknown[], now: number, published = "2026-01-01T00:00:00Z"): ReportDocument {
  const policies = { system: [policyFromRules(rules, { name: "p" })] };
  return report([finding("CVE-1", LODASH, { published })], { policies, now });
}

it("gives time to mend, and fails by itself when that is over", () => {
  const rules = [
    { name: "overdue", match: { ageDays: ">=30", severity: "high" }, action: "fail" },
    { name: "rest", action: "warn" },
  ];
  const young = judged(rules, day("2026-01-02"));
  expect([young.findings[0]?.rule, young.nextExpiry]).toEqual(["rest", "2026-01-31T00:00:00Z"]);
  expect(canonicalJson(judged(rules, day("2026-01-31") - 1))).toBe(canonicalJson(young));
  const old = judged(rules, day("2026-01-31"));
  expect([old.findings[0]?.rule, old.nextExpiry]).toEqual(["overdue", undefined]);
});

it.each<[string, readonly unknown[], string | undefined]>([
  ["no other matcher holds", [{ match: { ageDays: ">=30", severity: "low" }, action: "fail" }], undefined],
  [
    "a rule before it decides",
    [{ action: "warn" }, { match: { ageDays: ">=30" }, action: "fail" }],
    undefined,
  ],
  [
    "it raises the severity",
    [{ match: { ageDays: "<30" }, action: { escalate: { severity: "critical" } } }],
    "2026-01-31T00:00:00Z",
  ],
  [
    "a waiver ends before",
    [
      { match: { ageDays: ">=90" }, action: "fail" },
      { action: { ignore: { until: "2026-01-20", justification: "x" } } },
    ],
    "2026-01-21T00:00:00Z",
  ],
  [
    "a waiver ends after",
    [
      { match: { ageDays: ">=10" }, action: "fail" },
      { action: { ignore: { until: "2026-01-20", justification: "x" } } },
    ],
    "2026-01-11T00:00:00Z",
  ],
])("says when, where %s", (_, rules, want) => {
  expect(judged(rules, day("2026-01-02")).nextExpiry).toBe(want);
});

it("gives the same bytes at any moment before the one that it names", () => {
  const ages = fc
    .tuple(fc.constantFrom(">=", ">", "<=", "<"), fc.nat(20))
    .map(([op, days]) => `${op}${days}`);
  const action = fc.constantFrom<unknown>(
    "fail",
    "warn",
    { escalate: { severity: "critical" } },
    { defer: { until: "2026-01-15" } },
  );
  const rule = fc.record({
    match: fc.record({ ageDays: ages, severity: fc.constantFrom("high", "critical", ">=low") }),
    action,
  });
  const start = day("2026-01-01");
  const moments = fc.integer({ min: start, max: day("2026-02-01") });
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 4 }),
      moments,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (rules, now, share) => {
        const made = judged(rules, now);
        const end = made.nextExpiry === undefined ? day("2027-01-01") : Date.parse(made.nextExpiry);
        expect(end).toBeGreaterThan(now);
        const later = Math.min(end - 1, Math.floor(now + share * (end - now)));
        expect(canonicalJson(judged(rules, later))).toBe(canonicalJson(made));
      },
    ),
  );
});
