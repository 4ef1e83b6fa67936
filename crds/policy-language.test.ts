// SPDX-License-Identifier: Apache-2.0
/**
 * ScanPolicy's `rules` and the policy language's own parser agree: what the parser takes, the resource can hold
 * unchanged, and what the resource refuses, the parser refuses as well (docs/policy.md). Nor does the schema for
 * editors mark anything that the parser takes.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { policyFromRules } from "#engines/evaluation/index.ts";
import { policySchema, scanPolicy } from "./index.ts";

const until = "2027-01-31";

const rules: readonly { readonly name: string; readonly rule: Readonly<Record<string, unknown>> }[] = [
  { name: "a word", rule: { action: "fail" } },
  { name: "flags", rule: { match: { kev: true, malware: false, fixAvailable: false }, action: "warn" } },
  { name: "one text for a list", rule: { match: { severity: ">=high", cve: "CVE-2021-1" }, action: "fail" } },
  { name: "lists", rule: { match: { severity: ["CRITICAL", "High"], purl: ["pkg:npm/*"] }, action: "fail" } },
  { name: "a number for a probability", rule: { match: { epss: 0.5 }, action: "fail" } },
  { name: "a comparison for a probability", rule: { match: { epss: "<= 0.25" }, action: "warn" } },
  {
    name: "places",
    rule: {
      match: {
        image: "ghcr.io/acme/*@sha256:*",
        repo: ["ghcr.io/acme/*"],
        env: "prod",
        namespace: "prod-*",
        path: "/usr/lib/**",
        layerDigest: "sha256:*",
        source: "osv",
      },
      action: "fail",
    },
  },
  { name: "a waiver", rule: { action: { ignore: { until, justification: "not reachable" } } } },
  { name: "a deferral", rule: { action: { defer: { until: "2027-01-31T10:00:00+02:00" } } } },
  { name: "an escalation", rule: { action: { escalate: { severity: "critical" } } } },
  { name: "a mistyped matcher", rule: { match: { severty: "high" }, action: "fail" } },
  { name: "a mistyped key", rule: { mach: { severity: "high" }, action: "fail" } },
  {
    name: "who says it, and how long ago",
    rule: { match: { vendor: "redhat", ageDays: 30 }, action: "fail" },
  },
  { name: "an age as a comparison", rule: { match: { ageDays: "< 7" }, action: "warn" } },
  { name: "half a day", rule: { match: { ageDays: 1.5 }, action: "warn" } },
  { name: "an age without comparison", rule: { match: { ageDays: "30" }, action: "warn" } },
  { name: "licences", rule: { match: { license: ["GPL-*", "NOASSERTION"] }, action: "fail" } },
  { name: "licences that are allowed", rule: { match: { license: { notIn: ["MIT"] } }, action: "fail" } },
  { name: "a mistyped list of licences", rule: { match: { license: { notln: ["MIT"] } }, action: "fail" } },
  {
    name: "a licence rule that escalates",
    rule: { match: { license: "MIT" }, action: { escalate: { severity: "low" } } },
  },
  {
    name: "a condition to escalate",
    rule: { action: { escalate: { severity: "low", kev: true, epss: 0.5 } } },
  },
  { name: "an odd condition", rule: { action: { escalate: { severity: "low", epss: "much" } } } },
  { name: "VEX by name", rule: { action: { requireVEX: { vendors: "redhat" } } } },
  { name: "VEX by reason", rule: { action: { requireVEX: { justifications: ["component_not_present"] } } } },
  { name: "VEX by an unknown reason", rule: { action: { requireVEX: { justifications: "because" } } } },
  { name: "VEX by nobody", rule: { action: { requireVEX: {} } } },
  { name: "VEX by a mistyped key", rule: { action: { requireVEX: { vendor: "redhat" } } } },
  { name: "an unknown severity", rule: { match: { severity: "urgent" }, action: "fail" } },
  { name: "an unknown action", rule: { action: "deny" } },
  { name: "an action of two", rule: { action: { fail: {}, warn: {} } } },
  { name: "a waiver with no reason", rule: { action: { ignore: { until } } } },
  { name: "no action", rule: { match: { kev: true } } },
  { name: "a probability above 1", rule: { match: { epss: 2 }, action: "fail" } },
  { name: "a comparison with no number", rule: { match: { epss: ">=" }, action: "fail" } },
];

const parser = (rule: object): boolean => {
  try {
    policyFromRules([rule], { name: "p" });
    return true;
  } catch {
    return false;
  }
};

describe("ScanPolicy and the policy language", () => {
  it.each(rules)("$name", ({ rule }) => {
    const named = { name: "r", ...rule };
    const held = scanPolicy.spec.safeParse({ rules: [named] });
    if (held.success) expect(held.data.rules).toEqual([named]);
    else expect(parser(named)).toBe(false);
  });

  it("has rows that both take, that only the parser refuses, and that both refuse", () => {
    const outcomes = rules.map(({ rule }) => {
      const named = { name: "r", ...rule };
      return [scanPolicy.spec.safeParse({ rules: [named] }).success, parser(named)].join();
    });
    expect(new Set(outcomes)).toEqual(new Set(["true,true", "true,false", "false,false"]));
  });
});

describe("the schema for editors", () => {
  const isValid = new Ajv({ strictTypes: false }).compile(policySchema());
  const marks = (rule: object): boolean => !isValid({ rules: [rule] });

  it.each(rules)("$name", ({ rule }) => {
    if (marks(rule)) expect(parser(rule)).toBe(false);
  });

  it("leaves little to the parser", () => {
    const unmarked = rules.filter(({ rule }) => !parser(rule) && !marks(rule)).map(({ name }) => name);
    expect(unmarked).toEqual(["a licence rule that escalates"]);
  });

  const folder = new URL("../config/policies/", import.meta.url);
  const presets = readdirSync(folder).filter((name) => /(?<!\.test)\.yaml$/.test(name));
  it.each(presets)("takes %s, which names it", (name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    expect(isValid(parse(text))).toBe(true);
    expect(text.split("\n", 1)).toEqual(["# yaml-language-server: $schema=./policy.schema.json"]);
  });

  it("takes a whole ScanPolicy, whose rules need names", () => {
    const manifest = (rule: object): object => ({
      apiVersion: "stella-ops.org/v1alpha1",
      kind: "ScanPolicy",
      metadata: { name: "p" },
      spec: { enforcement: "enforce", rules: [rule] },
    });
    expect(isValid(manifest({ name: "r", action: "fail" }))).toBe(true);
    expect(isValid(manifest({ action: "fail" }))).toBe(false);
    expect(isValid(manifest({ name: "r", action: "fial" }))).toBe(false);
  });
});
