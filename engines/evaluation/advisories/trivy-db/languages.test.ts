// SPDX-License-Identifier: Apache-2.0
/** Names as Trivy asks for them and versions as its constraints spell them. */
import { describe, expect, it } from "vitest";
import { languageOf } from "./languages.ts";

describe("names", () => {
  it.each([
    ["npm", "JSONStream", ["jsonstream"]],
    ["npm", "@Scope/A", ["@scope/a"]],
    ["golang", "github.com/A/b", ["github.com/A/b"]],
    ["maven", "org.Foo/Bar", ["org.foo:bar"]],
    ["nuget", "newtonsoft.json", ["newtonsoft.json"]],
    ["pypi", "flask", ["flask"]],
    ["pypi", "zope-interface", ["zope-interface", "zope.interface"]],
    ["pypi", "a-b-c", ["a-b-c", "a.b-c", "a-b.c", "a.b.c"]],
    ["pypi", "a-b-c-d-e-f", ["a-b-c-d-e-f", "a.b.c.d.e.f"]],
    ["swift", "https://github.com/apple/swift-nio.git", ["github.com/apple/swift-nio"]],
  ])("%s %s: %j", (ecosystem, name, want) => {
    expect(languageOf(ecosystem)?.names(name)).toEqual(want);
  });
});

describe("versions", () => {
  it.each([
    ["npm", "1.2.3-beta.1+build", "1.2.3-beta.1+build"],
    ["npm", "1.2", "1.2.0"],
    ["npm", "1", "1.0.0"],
    ["npm", "1-beta", "1.0.0-beta"],
    ["npm", "1.x", undefined],
    ["npm", "1.2.99999999999999999999", undefined],
    ["golang", "0.0.0-20200101000000-abcdef123456", "0.0.0-20200101000000-abcdef123456"],
    ["golang", "2.0.0+incompatible", "2.0.0+incompatible"],
    ["golang", "go1.20", undefined],
    ["composer", "4.3beta2", "4.3beta2"],
    ["composer", "dev-main", undefined],
    ["nuget", "1.2.3.4", "1.2.3.4"],
    ["pypi", "1!2.0RC1", "1!2.0rc1"],
    ["pypi", "1.0.post1.dev2", "1.0.post1.dev2"],
    ["pypi", "1.0+local", undefined],
    ["pypi", "2004d", undefined],
    ["gem", "1.0.0.pre.2", "1.0.0.pre.2"],
    ["gem", "1.0, 2.0", undefined],
    ["maven", "3.8.0.Final", "3.8.0.Final"],
    ["maven", "1.0+x", undefined],
    ["maven", "[1.0,2.0)", undefined],
    ["cargo", " 1.0.0 ", "1.0.0"],
  ])("%s %s: %s", (ecosystem, version, want) => {
    expect(languageOf(ecosystem)?.version(version)).toBe(want);
  });

  it.each(["npm", "golang", "pypi", "gem", "maven"])(
    "%s refuses a text as long as no version is",
    (ecosystem) => {
      const { version } = languageOf(ecosystem)!;
      expect([version(`1.2.${"3".repeat(252)}`), version(`1.2.3${"-a".repeat(1e5)}`)]).toEqual([
        undefined,
        undefined,
      ]);
    },
  );
});
