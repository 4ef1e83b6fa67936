// SPDX-License-Identifier: Apache-2.0
/** Selectors as Kubernetes reads them, and globs on names. */
import { expect, it } from "vitest";
import { policyApplies, type PolicySelector } from "./policy-applies.ts";

const CONTEXT = {
  namespace: "prod-eu",
  repository: "ghcr.io/acme/app",
  labels: { app: "web" },
  namespaceLabels: { tier: "gold" },
};

it.each<[PolicySelector | undefined, boolean]>([
  [undefined, true],
  [{}, true],
  [{ namespaces: [] }, true],
  [{ namespaces: ["prod-*"] }, true],
  [{ namespaces: ["prod"] }, false],
  [{ namespaces: ["prod-*"], repositories: ["docker.io/*"] }, false],
  [{ podSelector: { matchLabels: { app: "web" } } }, true],
  [{ podSelector: { matchLabels: { app: "db" } } }, false],
  [{ namespaceSelector: { matchExpressions: [{ key: "tier", operator: "In", values: ["gold"] }] } }, true],
  [
    { namespaceSelector: { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["gold"] }] } },
    false,
  ],
  [{ namespaceSelector: { matchExpressions: [{ key: "none", operator: "NotIn", values: ["gold"] }] } }, true],
  [{ podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] } }, true],
  [{ podSelector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] } }, false],
])("%j: %s", (selector, want) => {
  expect(policyApplies(selector, CONTEXT)).toBe(want);
});
