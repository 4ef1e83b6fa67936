// SPDX-License-Identifier: Apache-2.0
/** What `stella policy check` refuses of a ScanPolicy manifest because a cluster would, each with its place. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { goodObjects } from "#crds/testing/objects.ts";
import { parsePolicy } from "#engines/evaluation/index.ts";
import { StellaError } from "#lib/errors.ts";
import { manifestIssues } from "./manifest-issues.ts";

const HEAD = "apiVersion: stella-ops.org/v1alpha1\nkind: ScanPolicy\nmetadata: { name: p }\n";
const RULES = "rules: [{ name: r, action: fail }]";

/** `line path: message` of each. */
function problemsOf(text: string): readonly string[] {
  try {
    parsePolicy(text, { name: "p.yaml", manifestIssues });
  } catch (error) {
    if (!(error instanceof StellaError) || error.code !== "POLICY_INVALID") throw error;
    const problems = error.data["problems"] as readonly { line: number; path: string; message: string }[];
    return problems.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  }
  return [];
}

describe("refuses", () => {
  it.each([
    {
      name: "a mistyped field",
      text: `${HEAD}spec:\n  enforcment: warn\n  ${RULES}`,
      says: ['5 spec.enforcment: unknown key "enforcment", did you mean "enforcement"?'],
    },
    {
      name: "a mistyped field of a field",
      text: `${HEAD}spec:\n  ${RULES}\n  admission:\n    requireVerdct: pass`,
      says: ['7 spec.admission.requireVerdct: unknown key "requireVerdct", did you mean "requireVerdict"?'],
    },
    {
      name: "a mistyped word",
      text: `${HEAD}spec:\n  ${RULES}\n  enforcement: enforced`,
      says: ['6 spec.enforcement: expected dryrun, warn, enforce, did you mean "enforce"?'],
    },
    {
      name: "a word for a flag",
      text: `${HEAD}spec:\n  ${RULES}\n  allowNamespaceWaivers: yes`,
      says: ["6 spec.allowNamespaceWaivers: expected true or false"],
    },
    {
      name: "rules without names, beside what else is wrong with them",
      text: `${HEAD}spec:\n  rules:\n    - action: fail\n    - { match: { severty: low }, action: fail }`,
      says: [
        "6 spec.rules[0].name: a rule of a ScanPolicy needs a name",
        "7 spec.rules[1].name: a rule of a ScanPolicy needs a name",
        '7 spec.rules[1].match.severty: unknown key "severty", did you mean "severity"?',
      ],
    },
    {
      name: "what only the parser of files takes",
      text: `${HEAD}spec:\n  rules: [{ name: r, match: { epss: " >=0.5" }, action: fail }]`,
      says: ["5 spec.rules[0].match.epss: must match pattern /^(>=|<=|>|<)\\s*[01](\\.[0-9]{1,6})?$/"],
    },
    {
      name: "one fault of a rule once",
      text: `${HEAD}spec:\n  rules: [{ name: r, action: fial }]`,
      says: ['5 spec.rules[0].action: unknown action "fial", did you mean "fail"?'],
    },
    {
      name: "no rules, and what stands beside them",
      text: `${HEAD}spec:\n  selectr: {}`,
      says: [
        "4 spec: spec.rules is required",
        '5 spec.selectr: unknown key "selectr", did you mean "selector"?',
      ],
    },
    { name: "no spec", text: HEAD, says: ["1 spec: spec.rules is required"] },
    {
      name: "doubles in a set",
      text: `${HEAD}spec:\n  ${RULES}\n  selector: { namespaces: [a, b, a] }`,
      says: ["6 spec.selector.namespaces[2]: stands in the list twice"],
    },
    {
      name: "another version, and no name",
      text: `apiVersion: stella-ops.org/v1\nkind: ScanPolicy\nspec: { ${RULES} }`,
      says: ["1 apiVersion: expected stella-ops.org/v1alpha1", "1 metadata.name: name is required"],
    },
    {
      name: "names that no object has, and unknown metadata",
      text: `apiVersion: stella-ops.org/v1alpha1\nkind: ScanPolicy\nmetadata: { name: My_Policy, lables: {} }\nspec: { ${RULES} }`,
      says: [
        '3 metadata.name: "My_Policy" is no name of an object: lower case letters, digits, - and .',
        '3 metadata.lables: unknown key "lables", did you mean "labels"?',
      ],
    },
    {
      name: "the name of a prototype",
      text: `${HEAD}spec:\n  ${RULES}\n  constructor: {}`,
      says: ['6 spec.constructor: unknown key "constructor"'],
    },
  ])("$name", ({ text, says }) => {
    expect(problemsOf(text)).toEqual(says);
  });
});

it("takes time that grows with the text, however much is wrong in the rules and beside them", () => {
  const rule = (index: number): string =>
    `{name: r${index}, match: {severity: [${"x,".repeat(100)}]}, action: fail}`;
  const rules = Array.from({ length: 1000 }, (_, index) => rule(index)).join();
  const fields = Array.from({ length: 50_000 }, (_, index) => `  k${index}:\n`).join("");
  const started = performance.now();
  expect(problemsOf(`${HEAD}spec:\n  rules: [${rules}]\n${fields}`)).toHaveLength(20);
  expect(performance.now() - started).toBeLessThan(30_000);
}, 120_000);

describe("takes", () => {
  it.each([
    { name: "a shorter file", text: "rules: [{ action: fail }]" },
    {
      name: "an object as the server gives it",
      text: `apiVersion: stella-ops.org/v1alpha1\nkind: ScanPolicy\nmetadata: { name: p, creationTimestamp: null, managedFields: [{ manager: k }] }\nspec: { ${RULES} }\nstatus: { rules: 1 }`,
    },
    {
      name: "a name that the server is to make",
      text: `apiVersion: stella-ops.org/v1alpha1\nkind: ScanPolicy\nmetadata: { generateName: p- }\nspec: { ${RULES} }`,
    },
  ])("$name", ({ text }) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each(goodObjects.filter(({ object }) => object.kind === "ScanPolicy"))("$name", ({ object }) => {
    expect(manifestIssues({ ...object })).toEqual([]);
  });

  const folder = new URL("../../config/samples/", import.meta.url);
  it.each(readdirSync(folder).filter((file) => file.startsWith("scanpolicy-")))("%s", (file) => {
    expect(problemsOf(readFileSync(new URL(file, folder), "utf8"))).toEqual([]);
  });
});
