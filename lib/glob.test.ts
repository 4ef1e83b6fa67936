// SPDX-License-Identifier: Apache-2.0
/** Globs: a table, and a pattern that makes backtracking matchers hang. */
import { expect, it } from "vitest";
import { matchGlob } from "./glob.ts";

it.each([
  ["*", "", true],
  ["", "a", false],
  ["prod-*", "prod-eu", true],
  ["prod-*", "dev-prod-eu", false],
  ["*.example.com", "a.b.example.com", true],
  ["ghcr.io/acme/*", "ghcr.io/acme/x/y", true],
  ["v?", "v1", true],
  ["v?", "v10", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["[a]", "a", false],
])("%s against %s is %s", (pattern, text, want) => {
  expect(matchGlob(pattern, text)).toBe(want);
});

it("stays linear on hostile patterns", () => {
  expect(matchGlob("*a".repeat(200), "a".repeat(5000) + "b")).toBe(false);
});
