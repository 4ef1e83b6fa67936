// SPDX-License-Identifier: Apache-2.0
/** `requireVEX`: whose answers count, and what becomes of findings whose answer does not. */
import { describe, expect, it } from "vitest";
import { policyFromRules } from "./policy/parse-policy.ts";
import type { Policy, PolicySet } from "./policy/types.ts";
import { component, finding, report, sbom } from "./testing/builders.ts";
import type { Finding, JudgedFinding, ReportDocument } from "./types.ts";
import { compileVexSnapshot } from "./vex/compile-snapshot.ts";
import { openVexSnapshot } from "./vex/open-snapshot.ts";

const LODASH = "pkg:npm/lodash@4.17.4";
const NOT_THERE = "vulnerable_code_not_present";
const policy = (rules: readonly unknown[], name = "p"): Policy => policyFromRules(rules, { name });

/** Statements about CVE-1 in lodash, each by a source of its own, the first one latest. */
const vexBy = (...said: readonly (readonly [source: string, statement: object])[]) =>
  openVexSnapshot(
    compileVexSnapshot(
      said.map(([source, statement], index) => ({
        source,
        name: "a.json",
        bytes: JSON.stringify({
          "@context": "https://openvex.dev/ns/v0.2.0",
          "@id": `https://${source}.example/vex/1`,
          author: "redhat",
          timestamp: `2025-12-${20 - index}T00:00:00Z`,
          version: 1,
          statements: [{ vulnerability: { name: "CVE-1" }, products: [{ "@id": LODASH }], ...statement }],
        }),
      })),
    ).bytes,
  );

const absent = { status: "not_affected", justification: NOT_THERE };

function judged(
  policies: PolicySet,
  source?: string,
  statement: object = absent,
  facts: Partial<Finding> = {},
): ReportDocument {
  return report([finding("CVE-1", LODASH, facts)], {
    sbom: sbom([component(LODASH)]),
    policies,
    ...(source === undefined ? {} : { vexSnapshot: vexBy([source, statement]) }),
  });
}

const only = ({ findings }: ReportDocument): JudgedFinding => findings[0]!;

describe("requireVEX", () => {
  const rule = {
    name: "vex",
    action: { requireVEX: { vendors: ["Acme*", "redhat"], justifications: [NOT_THERE] } },
  };
  const system = [policy([rule])];

  it.each([
    { by: "redhat", want: "pass" },
    { by: "stellaops/redhat", want: "pass" },
    { by: "stellaops/acme-hub", want: "pass" },
    { by: "redhat/hub", want: "fail" },
    // What a document says of its author is nobody's name: these all say "redhat".
    { by: "hub", want: "fail" },
    { by: "attached:image", want: "fail" },
  ])("knows a source by its name alone, with or without its namespace: $by is $want", ({ by, want }) => {
    const vexSnapshot = vexBy([by, absent], [by, { ...absent, vulnerability: { name: "CVE-2" } }]);
    const made = report([finding("CVE-1", LODASH)], {
      sbom: sbom([component(LODASH)]),
      policies: { system },
      vexSnapshot,
    });
    expect(made.verdict).toBe(want);
  });

  it("fails what nobody answers", () => {
    const made = judged({ system });
    expect(made.verdict).toBe("fail");
    expect(only(made)).toMatchObject({
      action: "fail",
      rule: "vex",
      trace: [`p/vex: needs a VEX statement by acme*, redhat: ${NOT_THERE}`],
    });
  });

  it("lets an answer stand that it takes", () => {
    const made = judged({ system }, "acme-vex");
    expect(made).toMatchObject({ verdict: "pass", suppressed: 1 });
    expect(only(made)).toMatchObject({ action: "none", suppressedBy: "vex:acme-vex", trace: [] });
  });

  it.each<[string, string, object, string]>([
    ["another vendor", "hub", absent, `not not_affected of hub (${NOT_THERE})`],
    [
      "another justification",
      "acme",
      { status: "not_affected", justification: "inline_mitigations_already_exist" },
      "not not_affected of acme (inline_mitigations_already_exist)",
    ],
    [
      "an impact statement in place of a justification",
      "acme",
      { status: "not_affected", impact_statement: "we never call it" },
      "not not_affected of acme (we never call it)",
    ],
  ])("does not take %s", (_, source, statement, said) => {
    const made = judged({ system }, source, statement);
    expect(made).toMatchObject({ verdict: "fail", suppressed: 0, counts: { high: 1 } });
    expect(only(made)).toMatchObject({ action: "fail", rule: "vex", refusedVex: `vex:${source}` });
    expect(only(made).suppressedBy).toBeUndefined();
    expect(only(made).trace).toEqual([
      `p/vex: needs a VEX statement by acme*, redhat: ${NOT_THERE}, ${said}`,
    ]);
  });

  it("takes one of several answers that count", () => {
    const made = (vexSnapshot: ReturnType<typeof vexBy>) =>
      report([finding("CVE-1", LODASH)], {
        sbom: sbom([component(LODASH)]),
        policies: { system },
        vexSnapshot,
      });
    expect(made(vexBy(["hub", absent], ["redhat", absent])).verdict).toBe("pass");
    const mitigated = { status: "not_affected", justification: "inline_mitigations_already_exist" };
    expect(made(vexBy(["hub", absent], ["redhat", mitigated])).verdict).toBe("fail");
  });

  it("takes a vendor's word that it is mended, which needs no justification", () => {
    expect(judged({ system }, "redhat", { status: "fixed" }).verdict).toBe("pass");
    expect(judged({ system }, "hub", { status: "fixed" }).verdict).toBe("fail");
  });

  it("is not content with a statement that is no answer", () => {
    expect(judged({ system }, "acme", { status: "under_investigation" }).verdict).toBe("fail");
    expect(judged({ system }, "acme", { status: "affected", action_statement: "update" }).verdict).toBe(
      "fail",
    );
  });

  it("asks of findings that it matches only", () => {
    const critical = [policy([{ ...rule, match: { severity: "critical" } }])];
    expect(judged({ system: critical }, "hub")).toMatchObject({ verdict: "pass", suppressed: 1 });
    expect(judged({ system: critical }, "hub", absent, { severity: "critical" }).verdict).toBe("fail");
  });

  it("sees the severity that rules before it leave", () => {
    const rules = [
      { match: { kev: true }, action: { escalate: { severity: "critical" } } },
      { ...rule, match: { severity: "critical" } },
    ];
    const made = judged({ system: [policy(rules)] }, "hub", absent, { kev: true });
    expect(only(made)).toMatchObject({ severity: "critical", action: "fail", originalSeverity: "high" });
  });

  it("leaves a finding whose answer does not count to the rules in their order", () => {
    const waiver = { ignore: { until: "2027-01-31", justification: "looked at" } };
    expect(only(judged({ system: [policy([{ name: "w", action: waiver }, rule])] }, "hub"))).toMatchObject({
      action: "ignore",
      rule: "w",
      refusedVex: "vex:hub",
    });
    // A rule before it that fails does not hide that the answer is one that counts.
    expect(judged({ system: [policy([{ name: "f", action: "fail" }, rule])] }, "acme").verdict).toBe("pass");
    expect(only(judged({ system: [policy([{ name: "f", action: "fail" }, rule])] }, "hub"))).toMatchObject({
      rule: "f",
    });
  });

  it("is asked by the first rule that speaks of the finding", () => {
    const hub = {
      name: "hub",
      match: { purl: "pkg:npm/lodash" },
      action: { requireVEX: { vendors: ["hub"] } },
    };
    expect(judged({ system: [policy([hub, rule])] }, "hub").verdict).toBe("pass");
    expect(judged({ system: [policy([rule, hub])] }, "hub").verdict).toBe("fail");
  });

  it("is asked by each policy for itself", () => {
    const silent = policy([{ action: "fail" }], "silent");
    expect(judged({ system: [silent] }, "hub").verdict).toBe("pass");
    expect(only(judged({ system: [silent], namespace: system }, "hub"))).toMatchObject({
      policy: "p",
      rule: "vex",
    });
  });

  it("keeps the answer where the only decision is a waiver that may not count", () => {
    const waiver = { ignore: { until: "2027-01-31", justification: "looked at" } };
    const own = policy([{ name: "w", action: waiver }, rule], "own");
    const silent = policy([{ action: "fail" }], "silent");
    const made = judged({ system: [silent], namespace: [own] }, "hub");
    expect(only(made)).toMatchObject({
      suppressedBy: "vex:hub",
      action: "none",
      trace: ["own/w: not heard, since not every system policy that applies has allowNamespaceWaivers"],
    });
  });

  it("does not ask what a distribution answers", () => {
    const made = judged({ system }, "hub", absent, { suppressedBy: "distro:pkg:deb/debian/x@1" });
    expect(made).toMatchObject({ verdict: "pass", suppressed: 1 });
  });

  it("tells when an age makes it ask", () => {
    const aged = [policy([{ ...rule, match: { ageDays: ">=30" } }])];
    const facts = { published: "2026-01-01T00:00:00Z" };
    const made = report([finding("CVE-1", LODASH, facts)], {
      sbom: sbom([component(LODASH)]),
      policies: { system: aged },
      vexSnapshot: vexBy(["hub", absent]),
      now: Date.parse("2026-01-02T00:00:00Z"),
    });
    expect(made).toMatchObject({ verdict: "pass", nextExpiry: "2026-01-31T00:00:00Z" });
  });
});
