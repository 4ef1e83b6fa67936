// SPDX-License-Identifier: Apache-2.0
/** Every policy in config/policies passes its own test cases, and needs each of its rules for that; what docs/policy.md shows is sound. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseCases } from "./cases/parse-cases.ts";
import { runCases } from "./cases/run-cases.ts";
import { parsePolicy } from "./parse-policy.ts";

const folder = new URL("../../../config/policies/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");
const presets = readdirSync(folder).filter((name) => name.endsWith(".yaml") && !name.endsWith(".test.yaml"));

it("has presets", () => {
  expect(presets).toEqual([
    "baseline.yaml",
    "kev-only.yaml",
    "licences.yaml",
    "strict.yaml",
    "usage-scoped.yaml",
  ]);
});

describe.each(presets)("%s", (name) => {
  const policy = parsePolicy(read(name), { name });
  const casesName = name.replace(/\.yaml$/, ".test.yaml");
  const file = parseCases(read(casesName), { name: casesName });

  it.each(runCases(policy, file))("$name", ({ failures }) => {
    expect(failures).toEqual([]);
  });

  it("needs each of its rules to pass", () => {
    const needless = policy.rules.filter((rule) => {
      const rest = { ...policy, rules: policy.rules.filter((other) => other !== rule) };
      return rest.rules.length > 0 && runCases(rest, file).every(({ ok }) => ok);
    });
    expect(needless.map((rule) => rule.name)).toEqual([]);
  });
});

it("shows sound examples in its documentation", () => {
  const page = readFileSync(new URL("../../../docs/policy.md", import.meta.url), "utf8");
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""]) => text);
  const kinds = examples.map((text) => {
    if (text.includes("cases:")) return `${parseCases(text, { name: "docs" }).cases.length} cases`;
    return `${parsePolicy(text, { name: "docs" }).rules.length} rules`;
  });
  expect(kinds).toEqual(["4 rules", "3 rules", "1 cases"]);
});
