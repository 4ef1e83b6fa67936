// SPDX-License-Identifier: Apache-2.0
/** Licence rules: components judged without any vulnerability, counted apart, and heard in the verdict. */
import { describe, expect, it } from "vitest";
import type { Component } from "#engines/scanner/index.ts";
import { policyFromRules } from "./policy/parse-policy.ts";
import type { Policy, PolicySet } from "./policy/types.ts";
import { component, finding, report, sbom } from "./testing/builders.ts";
import type { ReportDocument } from "./types.ts";

const policy = (rules: readonly unknown[], name = "p"): Policy => policyFromRules(rules, { name });

const READLINE = "pkg:deb/debian/readline@8.2";
const LEFT_PAD = "pkg:npm/left-pad@1.3.0";
const LOGBACK = "pkg:maven/logback@1.2.3";
const image: readonly Component[] = [
  component(READLINE, { namespace: "debian", name: "readline", version: "8.2", licenses: ["GPL-3+"] }),
  component(LEFT_PAD, { licenses: ["MIT"], usedByEntrypoint: "it is loaded" }),
  component(LOGBACK, { licenses: ["EPL-1.0", "LGPL-2.1"] }),
  component("pkg:npm/mystery@1.0.0"),
];

function judged(policies: PolicySet, now = 0): ReportDocument {
  return report([], { sbom: sbom(image), policies, now });
}

/** `purl action rule matched` of each licence finding. */
function decisions({ licenseFindings }: ReportDocument): readonly string[] {
  return licenseFindings.map(
    ({ purl, action, rule, matched }) => `${purl} ${action} ${rule} ${matched.join()}`,
  );
}

describe("licence rules", () => {
  it.each<[string, object, readonly string[]]>([
    ["one that is denied", { license: ["GPL-3.0*", "AGPL-*"] }, [`${READLINE} fail r GPL-3+`]],
    ["a choice is no obstacle", { license: "LGPL-2.1*" }, []],
    [
      "unless all of it is denied",
      { license: ["LGPL-2.1*", "EPL-*"] },
      [`${LOGBACK} fail r EPL-1.0,LGPL-2.1`],
    ],
    [
      "what is not allowed",
      { license: { notIn: ["MIT", "EPL-1.0"] } },
      [`${READLINE} fail r GPL-3+`, "pkg:npm/mystery@1.0.0 fail r NOASSERTION"],
    ],
    ["what is not known", { license: "NOASSERTION" }, ["pkg:npm/mystery@1.0.0 fail r NOASSERTION"]],
    ["some packages", { license: "*", purl: "pkg:npm/left-pad" }, [`${LEFT_PAD} fail r MIT`]],
    ["what is used", { license: "*", usedByEntrypoint: true }, [`${LEFT_PAD} fail r MIT`]],
    ["another place", { license: "*", path: "usr/**" }, []],
    ["another namespace", { license: "*", namespace: "prod" }, []],
  ])("%s", (_, match, want) => {
    const made = judged({ system: [policy([{ name: "r", match, action: "fail" }])] });
    expect(decisions(made)).toEqual(want);
    expect(made.verdict).toBe(want.length > 0 ? "fail" : "pass");
  });

  it("say all that a reader needs", () => {
    const rules = [{ name: "no-gpl", match: { license: "GPL-*" }, action: "fail" }];
    const made = judged({ system: [policy(rules)] });
    expect(made.licenseFindings).toEqual([
      {
        purl: READLINE,
        bomRef: READLINE,
        name: "readline",
        version: "8.2",
        license: "GPL-3+",
        matched: ["GPL-3+"],
        evidence: image[0]?.evidence,
        layer: { index: 0, diffId: image[0]?.layer.diffId },
        action: "fail",
        rule: "no-gpl",
        policy: "p",
        trace: [],
      },
    ]);
    expect(made.reasons).toEqual(['1 licence fails rule "no-gpl" of policy "p": GPL-3+ (readline 8.2)']);
    expect(made.licenses).toEqual({ fail: 1, warn: 0, waived: 0, deferred: 0 });
    expect(made.counts).toMatchObject({ critical: 0, high: 0, medium: 0, low: 0 });
  });

  it("are waived for a time", () => {
    const until = "2027-01-31";
    const rules = [
      {
        name: "agreed",
        match: { license: "GPL-*", purl: "pkg:deb/debian/readline" },
        action: { ignore: { until, justification: "counsel agreed" } },
      },
      { name: "later", match: { license: "NOASSERTION" }, action: { defer: { until: "2028-01-01" } } },
      { name: "no-gpl", match: { license: { notIn: ["MIT", "EPL-1.0"] } }, action: "warn" },
    ];
    const made = judged({ system: [policy(rules)] });
    expect(decisions(made)).toEqual([
      "pkg:npm/mystery@1.0.0 defer later NOASSERTION",
      `${READLINE} ignore agreed GPL-3+`,
    ]);
    expect(made).toMatchObject({
      verdict: "pass",
      reasons: ["no finding fails or warns (0 looked at; 2 licences waived or deferred)"],
      licenses: { fail: 0, warn: 0, waived: 1, deferred: 1 },
      waived: 0,
      deferred: 0,
      nextExpiry: "2027-02-01T00:00:00Z",
    });
    const over = judged({ system: [policy(rules)] }, Date.parse("2027-02-01T00:00:00Z"));
    expect(decisions(over)).toEqual([
      `${READLINE} warn no-gpl GPL-3+`,
      "pkg:npm/mystery@1.0.0 defer later NOASSERTION",
    ]);
    expect(over.licenseFindings[0]?.trace).toEqual([`p/agreed: ignore expired ${until}`]);
  });

  it("of a namespace tighten, and waive only where that is allowed", () => {
    const system = [policy([{ name: "no-gpl", match: { license: "GPL-*" }, action: "warn" }])];
    const stricter = policy([{ name: "none", match: { license: "GPL-*" }, action: "fail" }], "own");
    const waiver = policy(
      [{ match: { license: "GPL-*" }, action: { ignore: { until: "2027-01-31", justification: "x" } } }],
      "own",
    );
    expect(judged({ system, namespace: [stricter] }).verdict).toBe("fail");
    expect(judged({ system, namespace: [waiver] }).verdict).toBe("warn");
    expect(judged({ system, namespace: [waiver], allowNamespaceWaivers: true }).verdict).toBe("pass");
  });

  it("leave findings alone, and rules without a licence leave licences alone", () => {
    const rules = [
      { name: "licence", match: { license: "*" }, action: "warn" },
      { name: "vulnerability", match: { severity: ">=low" }, action: "fail" },
    ];
    const made = report([finding("CVE-1", LEFT_PAD)], {
      sbom: sbom(image),
      policies: { system: [policy(rules)] },
    });
    expect(made.findings.map(({ rule }) => rule)).toEqual(["vulnerability"]);
    expect(new Set(made.licenseFindings.map(({ rule }) => rule))).toEqual(new Set(["licence"]));
    expect(made.reasons[0]).toContain("1 finding fails");
    expect(made.reasons[1]).toContain("4 licences warn");
  });
});
