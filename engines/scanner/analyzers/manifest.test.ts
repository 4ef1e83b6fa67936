// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { analyzeFile } from "../testing/images.ts";
import { manifest } from "./manifest.ts";

const found = (value: unknown): ReturnType<typeof analyzeFile> =>
  analyzeFile(manifest, "app/package.json", JSON.stringify(value));
const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "x"]));

describe("entry/manifest", () => {
  it("reads what an application starts and asks for", () =>
    expect(
      found({
        name: "@shop/web",
        version: "1.0.0",
        main: "dist/server.js",
        bin: "./cli.js",
        scripts: { start: "node dist/server.js", test: 7 },
        dependencies: { express: "^4", "my-odd": "npm:is-odd@3", "@types/ms": "1" },
        optionalDependencies: { fsevents: "2", express: "4" },
        devDependencies: { vitest: "1" },
      }),
    ).toEqual({
      manifest: {
        name: "@shop/web",
        main: "dist/server.js",
        bin: { web: "./cli.js" },
        scripts: { start: "node dist/server.js" },
        requires: ["@types/ms", "express", "fsevents", "my-odd"],
      },
    }));

  it.each([
    ["several commands", { bin: { a: "a.js", b: 1 } }, { bin: { a: "a.js" }, scripts: {}, requires: [] }],
    ["a name alone", { name: "x" }, { name: "x", bin: {}, scripts: {}, requires: [] }],
    ["a type marker", { type: "module" }, undefined],
    ["a list", [1], undefined],
    ["a command without a name", { bin: "a.js" }, undefined],
  ])("reads %s", (_, value, want) => expect(found(value)?.manifest).toEqual(want));

  it("says what it leaves out", () =>
    expect(
      found({ scripts: { ...many(101), long: "x".repeat(5000) }, dependencies: many(2003) })?.problems,
    ).toEqual([
      "2 of its scripts are left out: too many or too long",
      "3 of its dependencies are left out: too many or too long",
    ]));

  it.each([
    ["package.json", true],
    ["srv/app/package.json", true],
    ["srv/app/my-package.json", false],
    ["srv/app/node_modules/a/package.json", false],
    ["srv/app/node_modules/a/test/package.json", false],
    ["usr/share/nodejs/a/package.json", false],
    ["opt/yarn-v1.22.22/package.json", false],
  ])("wants %s: %s", (path, want) => expect(manifest.wants({ path, size: 1, mode: 0o644 })).toBe(want));

  it("refuses what is not JSON", () =>
    expect(() => analyzeFile(manifest, "package.json", "{")).toThrow("package.json: not JSON"));

  it("survives any JSON with its own error", () => {
    const field = fc.constantFrom("name", "main", "bin", "scripts", "dependencies", "__proto__");
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(field, fc.jsonValue()), fc.jsonValue()), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value);
        for (const damaged of [text, text.slice(0, cut % (text.length + 1))]) {
          try {
            analyzeFile(manifest, "package.json", damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(StellaError);
          }
        }
      }),
    );
  });
});
