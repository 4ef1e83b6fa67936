// SPDX-License-Identifier: Apache-2.0
/** Explanations: each rule with its outcome, each matcher with what it wants and finds. */
import { describe, expect, it } from "vitest";
import type { Sbom } from "#engines/scanner/index.ts";
import { component, finding, report, sbom } from "../testing/builders.ts";
import type { Finding, ReportDocument } from "../types.ts";
import { explain, type Explanation } from "./explain.ts";
import { policyFromRules } from "./parse-policy.ts";
import type { Policy, PolicySet } from "./types.ts";

const LODASH = "pkg:npm/lodash@4.17.4";
const LEFT_PAD = "pkg:npm/left-pad@1.3.0";
const policy = (rules: readonly unknown[], name = "p"): Policy => policyFromRules(rules, { name });
const image: Sbom = sbom([
  component(LODASH, { licenses: ["MIT"] }),
  component(LEFT_PAD, { licenses: ["WTFPL"] }),
]);

interface World {
  readonly policies: PolicySet;
  readonly facts?: Partial<Finding>;
  readonly namespace?: string;
}

function judged({ policies, facts = {}, namespace }: World): ReportDocument {
  return report([finding("CVE-1", LODASH, { aliases: ["GHSA-1"], ...facts })], {
    sbom: image,
    policies,
    ...(namespace === undefined ? {} : { context: { namespace } }),
  });
}

/** `rule outcome [matcher wanted found]` of each rule. */
function told({ policies }: Explanation): readonly string[] {
  return policies.flatMap(({ rules }) =>
    rules.map(({ rule, outcome, checks }) => {
      const shown = checks.map(
        ({ matcher, wanted, found, holds }) => `${holds ? "" : "!"}${matcher} ${wanted}: ${found}`,
      );
      return `${rule} ${outcome} [${shown.join("; ")}]`;
    }),
  );
}

describe("of a finding", () => {
  const rules = [
    { name: "elsewhere", match: { namespace: "prod-*" }, action: "fail" },
    {
      name: "unmet",
      match: { severity: "critical", epss: ">=0.5", license: { notIn: ["MIT"] } },
      action: "fail",
    },
    { name: "no harm itself", match: { malware: true }, action: "fail" },
    { name: "over", action: { defer: { until: "1969-01-01" } } },
    { name: "exploited", match: { kev: true }, action: { escalate: { severity: "critical" } } },
    { name: "by licence", match: { license: "MIT" }, action: "fail" },
    { name: "decides", match: { severity: ">=high", ageDays: "<30", path: "app/**" }, action: "warn" },
    { name: "behind", action: "fail" },
  ];
  const policies = { system: [policy(rules)] };
  const facts = { kev: true, published: "1970-01-01T00:00:01Z" };
  const made = judged({ policies, facts, namespace: "dev" });

  it("names every rule that was tried and why it did not match", () => {
    const [one, ...others] = explain({ report: made, sbom: image, policies, now: 5_000_000 }, "ghsa-1");
    expect(others).toEqual([]);
    expect(one).toMatchObject({ finding: { id: "CVE-1" }, purl: LODASH });
    expect(one).not.toHaveProperty("now");
    expect(told(one!)).toEqual([
      "elsewhere no match [!namespace prod-*: dev]",
      "unmet no match [!severity critical: high; !epss >=0.5: undefined; !license other than MIT: MIT]",
      "no harm itself no match [!malware true: false]",
      "over expired []",
      "exploited raises [kev true: true]",
      "decides decides [severity critical or high: critical; path app/**: app/node_modules/lodash/package.json; ageDays <30: 0]",
      "behind not reached []",
    ]);
  });

  it("says what is not known from a report alone", () => {
    const [one] = explain({ report: made, policies, now: 0 }, "CVE-1");
    expect(told(one!)[1]).toContain("!license other than MIT: undefined");
  });

  it("says what is decided now, where that is not what the report says", () => {
    const [one] = explain(
      { report: made, sbom: image, policies, now: Date.parse("2026-01-01T00:00:00Z") },
      "CVE-1",
    );
    expect(one?.finding).toMatchObject({ action: "warn", rule: "decides" });
    expect(one?.now).toEqual({ action: "fail", rule: "behind", policy: "p" });
    const other = { system: [policy([{ name: "x", match: { severity: "low" }, action: "fail" }], "other")] };
    expect(explain({ report: made, policies: other, now: 0 }, "CVE-1")[0]?.now).toEqual({ action: "none" });
  });

  it("is there by purl, and not for strangers", () => {
    const input = { report: made, sbom: image, policies, now: 0 };
    expect(explain(input, "pkg:npm/lodash*").map(({ purl }) => purl)).toEqual([LODASH, LODASH]);
    expect(explain(input, "CVE-10")).toEqual([]);
    expect(explain(input, "pkg:npm/lod")).toEqual([]);
  });

  it("tells the policies of system and namespace apart, and takes the baseline where none is given", () => {
    const own = { system: [], namespace: [policy([{ name: "own", action: "warn" }], "own")] };
    const [one] = explain({ report: judged({ policies: own }), policies: own, now: 0 }, "CVE-1");
    expect(one?.policies.map(({ policy: name, tier }) => `${tier} ${name}`)).toEqual([
      "system baseline",
      "namespace own",
    ]);
  });
});

describe("of what VEX answers", () => {
  const vex = {
    status: "not_affected",
    source: "hub",
    justification: "component_not_present",
    scope: "image",
    reason: "the hub says so",
  } as const;
  const facts = { vex, suppressedBy: "vex:hub" };
  const rules = (vendor: string) => [
    { name: "first", match: { severity: "high" }, action: "warn" },
    { name: "vex", action: { requireVEX: { vendors: [vendor] } } },
  ];

  it("shows the rules that ask for VEX, where the answer stands", () => {
    const policies = { system: [policy(rules("hub"))] };
    const made = judged({ policies, facts });
    expect(made.suppressed).toBe(1);
    expect(told(explain({ report: made, policies, now: 0 }, "CVE-1")[0]!)).toEqual([
      "first not asked []",
      "vex passes []",
    ]);
  });

  it("shows all, where the answer does not count", () => {
    const policies = { system: [policy(rules("acme"))] };
    const made = judged({ policies, facts });
    const [one] = explain({ report: made, policies, now: 0 }, "CVE-1");
    expect(one).toMatchObject({ finding: { action: "warn", refusedVex: "vex:hub" } });
    expect(one).not.toHaveProperty("now");
    expect(told(one!)).toEqual(["first decides [severity high: high]", "vex not reached []"]);
  });

  it("has no rules where a distribution answers", () => {
    const policies = { system: [policy(rules("acme"))] };
    const made = judged({ policies, facts: { suppressedBy: "distro:pkg:deb/debian/x@1" } });
    expect(explain({ report: made, policies, now: 0 }, "CVE-1")).toEqual([
      { finding: made.findings[0], purl: LODASH, policies: [] },
    ]);
  });
});

describe("of a licence", () => {
  const policies = {
    system: [
      policy([
        { name: "finding", match: { severity: "high" }, action: "fail" },
        { name: "allowed", match: { license: { notIn: ["MIT"] }, purl: "pkg:npm/*" }, action: "warn" },
      ]),
    ],
  };
  const made = judged({ policies });

  it("is there for components that no rule meets too, where the SBOM is at hand", () => {
    const explained = explain({ report: made, sbom: image, policies, now: 0 }, "pkg:npm/*").filter(
      ({ finding: one }) => one === undefined,
    );
    expect(explained.map((one) => [one.purl, one.license?.rule, ...told(one)])).toEqual([
      [
        LODASH,
        undefined,
        "allowed no match [purl pkg:npm/*: pkg:npm/lodash@4.17.4, pkg:npm/lodash; !license other than MIT: MIT]",
      ],
      [
        LEFT_PAD,
        "allowed",
        "allowed decides [purl pkg:npm/*: pkg:npm/left-pad@1.3.0, pkg:npm/left-pad; license other than MIT: WTFPL]",
      ],
    ]);
  });

  it("is made from the report alone as well", () => {
    const [one, ...others] = explain({ report: made, policies, now: 0 }, LEFT_PAD);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ license: { action: "warn", rule: "allowed" }, purl: LEFT_PAD });
    expect(one).not.toHaveProperty("now");
  });
});
