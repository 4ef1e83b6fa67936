// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { analyzeFile } from "../testing/images.ts";
import { ruby } from "./ruby.ts";

const real = (name: string): Buffer => readFileSync(new URL(`testdata/ruby/${name}`, import.meta.url));
const truth = JSON.parse(real("rubygems.json").toString()) as readonly {
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly licenses: readonly string[];
  readonly authors: readonly string[];
  readonly requires: readonly string[];
}[];

/** What RubyGems 2 and older wrote, with a dependency for development that the last branch calls a runtime one. */
const old = `# -*- encoding: utf-8 -*-
# stub: gems 1.1.1 java lib

Gem::Specification.new do |s|
  s.name = "gems"
  s.version = "1.1.1"
  s.authors = ["Erik Michaels-Ober"]
  if s.respond_to? :specification_version then
    s.specification_version = 4

    if Gem::Version.new(Gem::VERSION) >= Gem::Version.new('1.2.0') then
      s.add_runtime_dependency(%q<json>, [">= 0"])
      s.add_development_dependency(%q<bundler>, ["~> 1.0"])
    else
      s.add_dependency(%q<json>, [">= 0"])
      s.add_dependency(%q<bundler>, ["~> 1.0"])
    end
  else
    s.add_dependency(%q<json>, [">= 0"])
    s.add_dependency(%q<bundler>, ["~> 1.0"])
  end
end
`;

describe("language/ruby", () => {
  it.each(truth)("says of $file what RubyGems says", (gem) => {
    const found = analyzeFile(ruby, `usr/lib/ruby/gems/3.1.0/specifications/${gem.file}`, real(gem.file));
    const folder = gem.file.slice(0, -".gemspec".length);
    expect(found).toEqual({
      packages: [
        {
          type: "gem",
          name: gem.name,
          version: gem.version,
          ...(gem.platform === "ruby" ? {} : { architecture: gem.platform }),
          licenses: gem.licenses,
          line: real(gem.file).toString().split("\n").indexOf(`  s.name = "${gem.name}".freeze`) + 1,
          supplier: gem.authors.join(", "),
          ...(gem.requires.length === 0 ? {} : { requires: gem.requires }),
          contents: [`usr/lib/ruby/gems/3.1.0/gems/${folder}`],
        },
      ],
    });
  });

  it.each([
    {
      name: "an old file, first branch only",
      path: "specifications/default/gems-1.1.1-java.gemspec",
      text: old,
      want: {
        name: "gems",
        version: "1.1.1",
        architecture: "java",
        line: 5,
        supplier: "Erik Michaels-Ober",
        requires: ["json"],
        contents: ["gems/gems-1.1.1-java"],
      },
    },
    {
      name: "a file without a stub line, as RubyGems 3.6 writes dependencies",
      path: "x/specifications/a-1.gemspec",
      text: "Gem::Specification.new do |spec|\n  spec.name = 'a'\n  spec.version = '1'\n  spec.license = \"MIT\"\n  spec.add_dependency(%q<z>.freeze, [\">= 1\"])\n  spec.add_dependency(%q<b>.freeze)\nend\n",
      want: {
        name: "a",
        version: "1",
        licenses: ["MIT"],
        line: 2,
        requires: ["b", "z"],
        contents: ["x/gems/a-1"],
      },
    },
    {
      name: "a stub alone",
      path: "x/specifications/a-1.gemspec",
      text: "# stub: a 1 ruby lib\n",
      want: { name: "a", version: "1", line: 1, contents: ["x/gems/a-1"] },
    },
  ])("reads $name", ({ path, text, want }) => {
    expect(analyzeFile(ruby, path, text)).toEqual({ packages: [{ type: "gem", ...want }] });
  });

  it("says where nothing is usable", () => {
    const text = "Gem::Specification.new do |s|\n  s.name = NAME\n  s.version = VERSION\nend\n";
    expect(analyzeFile(ruby, "specifications/a-1.gemspec", text)).toEqual({
      problems: ["it has no usable gem name or version"],
    });
  });

  it("wants specifications of installed gems only", () => {
    const wanted = (path: string): boolean => ruby.wants({ path, size: 1, mode: 0o644 });
    expect(wanted("specifications/a-1.gemspec")).toBe(true);
    for (const path of [
      "bundler/gems/a-0123456789ab/a.gemspec",
      "gems/a-1/a.gemspec",
      "specifications/other/a.gemspec",
      "app.gemspec",
    ])
      expect(wanted(path)).toBe(false);
  });

  it("survives damage with its own error", () => {
    const whole = real("stella-native-0.9.1-x86_64-linux.gemspec").toString();
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(20), fc.string(), (at, cut, noise) => {
        try {
          analyzeFile(ruby, "specifications/a.gemspec", whole.slice(0, at) + noise + whole.slice(at + cut));
        } catch (error) {
          expect(error).toBeInstanceOf(StellaError);
        }
      }),
    );
  });

  it("takes no long time over a hostile line", () => {
    const hostile = `  s.authors = ${'"\\'.repeat(9000)}\n`.repeat(100);
    expect(analyzeFile(ruby, "specifications/a.gemspec", hostile)?.packages).toBeUndefined();
  });
});
