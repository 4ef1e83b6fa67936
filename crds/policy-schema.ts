// SPDX-License-Identifier: Apache-2.0
/**
 * The policy language as a JSON Schema for editors: the rules as a `ScanPolicy` holds them, with what custom resources
 * need taken out, and closed, so that a mistyped key is marked while it is written. docs/policy.md states the meaning.
 */
import { z } from "zod";
import { API_VERSION } from "./kind.ts";
import { rulesField } from "./v1alpha1/policy-rule.ts";

type Node = Readonly<Record<string, unknown>>;

/** JSON Schema draft 7: what editors' YAML support reads. Takes a policy file and a whole ScanPolicy manifest. */
export function policySchema(): Node {
  const {
    $schema: _,
    items: rule,
    ...list
  } = closed(z.toJSONSchema(rulesField, { target: "draft-7", io: "input", reused: "inline" }));
  const one = { $ref: "#/definitions/rule" };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $comment: "Made by `npm run generate` from crds/. Do not edit.",
    title: "StellaOps policy",
    description: "Rules that judge findings and licences, in a file of their own or as a ScanPolicy.",
    if: { required: ["kind"] },
    then: {
      type: "object",
      properties: {
        apiVersion: { const: API_VERSION },
        kind: { const: "ScanPolicy" },
        spec: {
          type: "object",
          properties: { rules: { ...list, items: { allOf: [one, { required: ["name"] }] } } },
          required: ["rules"],
        },
      },
      required: ["apiVersion", "kind", "spec"],
    },
    else: {
      type: "object",
      properties: {
        name: { type: "string", description: "Names the policy in reports; the file's name unless given." },
        description: { type: "string" },
        rules: { ...list, items: one },
      },
      required: ["rules"],
      additionalProperties: false,
    },
    // A file's rules may go without a name.
    definitions: { rule: { ...(rule as Node), required: ["action"] } },
  };
}

/** Without what only an API server reads; objects with named fields take no others. */
function closed(node: Node): Node {
  const kept = Object.entries(node).filter(([key]) => key !== "override" && !key.startsWith("x-kubernetes-"));
  const made = Object.fromEntries(kept.map(([key, value]) => [key, closedValue(value)]));
  if (node["properties"] !== undefined) made["additionalProperties"] = false;
  if (typeof node["pattern"] === "string") made["pattern"] = withoutModifiers(node["pattern"]);
  return made;
}

function closedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedValue);
  return typeof value === "object" && value !== null ? closed(value as Node) : value;
}

/** Editors run on older engines, which read no `(?i:...)`. */
function withoutModifiers(pattern: string): string {
  return pattern.replace(/\(\?i:([a-z|]+)\)/g, (_, words: string) => {
    const either = words.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
    return `(${either})`;
  });
}
