// SPDX-License-Identifier: Apache-2.0
/** Globs of policy and schedules, also on patterns meant to run for long. */
import { describe, expect, it } from "vitest";
import { anyOf, glob, pathGlob } from "./glob.ts";

describe("glob", () => {
  it.each([
    ["ghcr.io/acme/*", "ghcr.io/acme/team/app", true],
    ["ghcr.io/acme/*", "ghcr.io/other", false],
    ["*", "", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["a*a", "a", false],
    ["CVE-2024-*", "CVE-2024-1", true],
    ["a.c", "abc", false],
    ["**x**", "axb", true],
  ])("%s on %s: %s", (pattern, text, want) => {
    expect(glob(pattern)(text)).toBe(want);
  });
});

describe("pathGlob", () => {
  it.each([
    ["usr/lib/*", "usr/lib/a.so", true],
    ["usr/lib/*", "usr/lib/x/a.so", false],
    ["usr/**", "usr/lib/x/a.so", true],
    ["**/package.json", "package.json", true],
    ["**/package.json", "a/b/package.json", true],
    ["**/package.json", "a/b/other-package.json", false],
    ["a/**/z", "a/z", true],
    ["a/**/z", "a/b/c/z", true],
    ["a/**/z", "a/bz", false],
    ["**/**/**/package.json", "package.json", true],
    ["a/**/**/z", "a/b/z", true],
    ["a/**/**/z", "a/bz", false],
    ["**/node_modules/*/package.json", "app/node_modules/x/package.json", true],
    ["**/node_modules/*/package.json", "app/node_modules/@s/x/package.json", false],
    ["*.jar", "app.jar", true],
    ["opt/é*", "opt/éa", true],
  ])("%s on %s: %s", (pattern, path, want) => {
    expect(pathGlob(pattern)(path)).toBe(want);
  });
});

it("takes patterns that make others run for ever", () => {
  const text = "a".repeat(4000);
  expect(glob(`${"*a".repeat(200)}b`)(text)).toBe(false);
  expect(pathGlob(`${"**/a*".repeat(60)}b`)(text)).toBe(false);
});

it("anyOf takes literals and globs", () => {
  const matches = anyOf(["prod", "stage-*"]);
  expect(["prod", "stage-1", "dev"].map(matches)).toEqual([true, true, false]);
});
