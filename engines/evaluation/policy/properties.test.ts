// SPDX-License-Identifier: Apache-2.0
/** What must hold for any policy: one digest for one meaning, and namespaces that can only tighten. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { isUsageKnown } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { DAYS, imageComponents, imageFindings, policyRules } from "../testing/arbitrary-policies.ts";
import { report, sbom } from "../testing/builders.ts";
import type { ReportDocument } from "../types.ts";
import { explain } from "./explain.ts";
import { parsePolicy, policyFromRules } from "./parse-policy.ts";
import { policyDigest } from "./policy-digest.ts";
import type { Policy, PolicySet } from "./types.ts";

const runs = { numRuns: 300 };
const policy = (rules: readonly object[], name: string): Policy => policyFromRules(rules, { name });

/** The same value with keys in another order, lists of texts in another order and with doubles, and one text for one. */
function respelled(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (!items.every((item) => typeof item === "string")) return items.map(respelled);
    return items.length === 1 ? items[0] : [...items, ...items].reverse();
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, respelled(item)]),
  );
}

describe("the digest", () => {
  const layouts = fc.record({
    indent: fc.constantFrom(2, 3, 4),
    collectionStyle: fc.constantFrom<"any" | "block" | "flow">("any", "block", "flow"),
    defaultStringType: fc.constantFrom<"PLAIN" | "QUOTE_DOUBLE" | "QUOTE_SINGLE">(
      "PLAIN",
      "QUOTE_DOUBLE",
      "QUOTE_SINGLE",
    ),
    lineWidth: fc.constantFrom(0, 80),
  });
  const comments = fc.array(fc.constantFrom("# rules: []", "#", "", "# action: fail"), { maxLength: 3 });

  it("does not depend on layout, comments, the order of keys and list entries, doubles, or the policy's name", () => {
    fc.assert(
      fc.property(policyRules, layouts, comments, fc.boolean(), (rules, layout, lines, isRespelled) => {
        const text = stringify({ name: "team", rules: isRespelled ? respelled(rules) : rules }, layout);
        const commented = [...lines, ...text.split("\n"), ...lines].join("\n");
        const want = policyDigest(policy(rules, "other"));
        expect(policyDigest(parsePolicy(commented, { name: "file" }))).toBe(want);
      }),
      runs,
    );
  });

  it("depends on what a policy decides: equal digests judge alike", () => {
    fc.assert(
      fc.property(policyRules, imageFindings, imageComponents, (rules, findings, components) => {
        const judged = (written: unknown): ReportDocument =>
          report(findings, {
            sbom: sbom(components),
            policies: { system: [policy(written as readonly object[], "p")] },
            now: Date.parse(DAYS[1]),
          });
        expect(canonicalJson(judged(respelled(rules)))).toBe(canonicalJson(judged(rules)));
      }),
      runs,
    );
  });
});

const STRICTNESS = { pass: 0, warn: 1, fail: 2 } as const;

describe("a namespace", () => {
  const worlds = fc.record({
    system: fc.array(policyRules, { maxLength: 2 }),
    own: fc.array(policyRules, { minLength: 1, maxLength: 2 }),
    findings: imageFindings,
    components: imageComponents,
    isTraced: fc.boolean(),
    now: fc.constantFrom(...DAYS).map((day) => Date.parse(day)),
    namespace: fc.constantFrom("prod-eu", "dev"),
  });
  const named = (policies: readonly (readonly object[])[], name: string): readonly Policy[] =>
    policies.map((rules, index) => policy(rules, `${name}-${index}`));
  const TRACE = {
    steps: [],
    terminal: { kind: "node", path: "usr/bin/node", argv: [], workingDir: "/", user: "", env: {} },
  } as const;

  it("can only tighten, as long as its waivers are not allowed", () => {
    let tightened = 0;
    fc.assert(
      fc.property(worlds, ({ system, own, findings, components, isTraced, now, namespace }) => {
        const image = sbom(components, isTraced ? { entryTrace: TRACE } : {});
        expect(isUsageKnown(image)).toBe(isTraced);
        const judged = (policies: PolicySet): ReportDocument =>
          report(findings, { sbom: image, policies, now, context: { namespace } });
        const alone = judged({ system: named(system, "system") });
        const both = judged({ system: named(system, "system"), namespace: named(own, "own") });
        expect(STRICTNESS[both.verdict]).toBeGreaterThanOrEqual(STRICTNESS[alone.verdict]);
        expect(both.licenses.fail).toBeGreaterThanOrEqual(alone.licenses.fail);
        expect(failing(both)).toEqual(expect.arrayContaining([...failing(alone)]));
        if (both.verdict !== alone.verdict) tightened++;
      }),
      runs,
    );
    expect(tightened).toBeGreaterThan(0);
  });

  const failing = ({ findings }: ReportDocument): readonly string[] =>
    findings
      .filter(({ action }) => action === "fail")
      .map(({ id, bomRef, range }) => `${id} ${bomRef} ${range}`);

  it("loosens where its waivers are allowed", () => {
    let loosened = 0;
    fc.assert(
      fc.property(worlds, ({ system, own, findings, components, now, namespace }) => {
        const judged = (policies: PolicySet): ReportDocument =>
          report(findings, { sbom: sbom(components), policies, now, context: { namespace } });
        const alone = judged({ system: named(system, "system") });
        const both = judged({
          system: named(system, "system"),
          namespace: named(own, "own"),
          allowNamespaceWaivers: true,
        });
        if (STRICTNESS[both.verdict] < STRICTNESS[alone.verdict]) loosened++;
      }),
      runs,
    );
    expect(loosened).toBeGreaterThan(0);
  });

  it("is explained by the rule that decided, whatever the policies", () => {
    fc.assert(
      fc.property(worlds, ({ system, own, findings, components, now, namespace }) => {
        const policies = { system: named(system, "system"), namespace: named(own, "own") };
        const image = sbom(components);
        const made = report(findings, { sbom: image, policies, now, context: { namespace } });
        for (const one of explain({ report: made, sbom: image, policies, now }, "pkg:*")) {
          expect(one).not.toHaveProperty("now");
          const decided = one.finding ?? one.license;
          const deciders = one.policies.flatMap(({ policy: name, rules }) =>
            rules.filter(({ outcome }) => outcome === "decides").map(({ rule }) => `${name}/${rule}`),
          );
          if (decided?.rule === undefined) continue;
          expect(deciders).toContain(`${decided.policy}/${decided.rule}`);
        }
      }),
      runs,
    );
  });
});
