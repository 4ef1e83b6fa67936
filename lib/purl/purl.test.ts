// SPDX-License-Identifier: Apache-2.0
/** Unit tests of purl building and parsing; the specification's own vectors are in test/conformance/purl. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildPurl, canonicalPurl, parsePurl, purlErrors, type PurlParts } from "./index.ts";

describe("buildPurl", () => {
  it.each<[PurlParts, string]>([
    [
      {
        type: "deb",
        namespace: "Debian",
        name: "libstdc++6",
        version: "1:2.36-9+deb12u4",
        qualifiers: { distro: "debian-12", arch: "amd64", upstream: "gcc-12@12.2.0" },
      },
      "pkg:deb/debian/libstdc%2B%2B6@1:2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0",
    ],
    [{ type: "npm", namespace: "@types", name: "node", version: "1.0.0" }, "pkg:npm/%40types/node@1.0.0"],
    [{ type: "pypi", name: "Ruamel.Yaml_Clib", version: "1.0" }, "pkg:pypi/ruamel-yaml-clib@1.0"],
    [{ type: "golang", name: "stdlib", version: "1.22.1" }, "pkg:golang/stdlib@1.22.1"],
    [{ type: "rpm", namespace: "Fedora", name: "Curl" }, "pkg:rpm/fedora/Curl"],
    [{ type: "composer", namespace: "Laravel", name: "Framework" }, "pkg:composer/laravel/framework"],
    [{ type: "nuget", name: "Newtonsoft.Json" }, "pkg:nuget/Newtonsoft.Json"],
    [{ type: "generic", name: "a b!*'()" }, "pkg:generic/a%20b%21%2A%27%28%29"],
    [{ type: "gem", name: "x", qualifiers: { platform: "" } }, "pkg:gem/x"],
  ])("%j", (parts, want) => expect(buildPurl(parts)).toBe(want));

  it.each<[string, PurlParts]>([
    ["no name", { type: "npm", name: "" }],
    ["bad type", { type: "3x", name: "a" }],
    ["bad qualifier", { type: "npm", name: "a", qualifiers: { "a b": "1" } }],
    ["namespace where none can be", { type: "cargo", namespace: "x", name: "a" }],
  ])("refuses %s", (_, parts) => expect(() => buildPurl(parts)).toThrow(/not a purl/));
});

describe("parsePurl", () => {
  it.each([
    "",
    "npm/a",
    "pkg:npm",
    "pkg:npm/",
    "pkg:npm/a%zz",
    "pkg:npm/a?x",
    `pkg:npm/${"a".repeat(20_000)}`,
  ])("refuses %j", (text) => {
    const thrown = (() => {
      try {
        return parsePurl(text);
      } catch (error) {
        return error;
      }
    })();
    expect(purlErrors.is(thrown, "PURL_INVALID")).toBe(true);
  });

  it("reads a scope that is not encoded", () => {
    expect(parsePurl("pkg:npm/@babel/core@7.0.0")).toEqual({
      type: "npm",
      namespace: "@babel",
      name: "core",
      version: "7.0.0",
    });
  });

  it("is the inverse of buildPurl, and canonical text is stable", () => {
    const word = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }).filter((s) => !/[/]/.test(s));
    fc.assert(
      fc.property(
        fc.constantFrom("npm", "deb", "golang", "maven", "pypi", "generic"),
        word,
        word,
        fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), word, { maxKeys: 3 }),
        (type, name, version, qualifiers) => {
          const text = buildPurl({ type, name, version, qualifiers });
          expect(canonicalPurl(text)).toBe(text);
          expect(parsePurl(text).version).toBe(type === "pypi" ? version.toLowerCase() : version);
        },
      ),
    );
  });

  it("throws nothing but PURL_INVALID", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          parsePurl(`pkg:${text}`);
        } catch (error) {
          expect(purlErrors.is(error)).toBe(true);
        }
      }),
    );
  });
});
