// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { analyzeFile } from "../testing/images.ts";
import { php } from "./php.ts";

const PATH = "var/www/vendor/composer/installed.json";
const real = (name: string): Buffer => readFileSync(new URL(`testdata/php/${name}`, import.meta.url));

describe("language/php", () => {
  it("reads what Composer 2 installed", () => {
    expect(analyzeFile(php, PATH, real("installed.json"))).toEqual({
      packages: [
        {
          type: "composer",
          namespace: "acme",
          name: "http",
          version: "1.0.0-beta2",
          licenses: ["BSD-3-Clause"],
          line: 4,
          supplier: "Li Wei",
          provides: ["acme/request", "acme/response"],
          requires: ["acme/log", "acme/meta"],
          contents: ["var/www/vendor/acme/http"],
        },
        {
          type: "composer",
          namespace: "acme",
          name: "log",
          version: "v2.1.0",
          licenses: ["MIT", "Apache-2.0"],
          line: 38,
          supplier: "Zoë Ångström, Li Wei",
          provides: ["psr/log-implementation"],
          requires: ["psr/log-stub"],
          contents: ["var/www/vendor/acme/log"],
        },
        {
          type: "composer",
          namespace: "acme",
          name: "meta",
          version: "dev-main",
          licenses: ["proprietary"],
          line: 82,
          requires: ["psr/log-stub"],
        },
        {
          type: "composer",
          namespace: "acme",
          name: "tool",
          version: "3.x-dev",
          licenses: ["GPL-2.0-or-later"],
          line: 95,
          contents: ["var/www/vendor/acme/tool"],
        },
        {
          type: "composer",
          namespace: "psr",
          name: "log-stub",
          version: "1.4.2.1",
          line: 115,
          contents: ["var/www/vendor/psr/log-stub"],
        },
      ],
    });
  });

  it("lists what composer show lists", () => {
    const shown = JSON.parse(real("show.json").toString()) as {
      installed: { name: string; version: string }[];
    };
    const packages = analyzeFile(php, PATH, real("installed.json"))?.packages ?? [];
    expect(packages.map(({ namespace, name, version }) => `${namespace ?? ""}/${name} ${version}`)).toEqual(
      shown.installed.map(({ name, version }) => `${name} ${version}`),
    );
  });

  it.each([
    {
      name: "the list of Composer 1",
      text: '[{"name": "Acme/Log", "version": "1.0", "license": "MIT", "require": {"PSR/Log": "*", "php": "*"}}]',
      want: {
        packages: [
          {
            type: "composer",
            namespace: "acme",
            name: "log",
            version: "1.0",
            licenses: ["MIT"],
            requires: ["psr/log"],
          },
        ],
      },
    },
    {
      name: "folders in the root only",
      text: '{"packages":[{"name":"a/b","version":"1","install-path":"../../../../../../x"},{"name":"a/c","version":"1","install-path":"/x"}]}',
      want: {
        packages: [
          { type: "composer", namespace: "a", name: "b", version: "1" },
          { type: "composer", namespace: "a", name: "c", version: "1" },
        ],
      },
    },
    {
      name: "what is usable, and says what is not",
      text: '{"packages":[{"name":"a","version":"1"},3,{"name":"a/b"},{"name":"a/b","version":"1","license":7,"authors":{},"require":[]}]}',
      want: {
        packages: [{ type: "composer", namespace: "a", name: "b", version: "1" }],
        problems: [1, 2, 3].map((number) => `package ${number} has no usable name or version`),
      },
    },
    { name: "an empty list", text: '{"packages":[]}', want: undefined },
  ])("reads $name", ({ text, want }) => expect(analyzeFile(php, PATH, text)).toEqual(want));

  it.each(["", "{", "{}", "7", '{"packages":{}}'])("refuses %j", (text) => {
    expect(() => analyzeFile(php, PATH, text)).toThrow(
      expect.objectContaining({ code: "ANALYZER_INPUT_INVALID" }) as Error,
    );
  });

  it("wants no other file", () => {
    for (const path of ["composer.lock", "vendor/composer/installed.php", "app/installed.json"])
      expect(php.wants({ path, size: 1, mode: 0o644 })).toBe(false);
  });

  it("survives damage with its own error", () => {
    const survives = (text: string | Buffer): void => {
      try {
        analyzeFile(php, PATH, text);
      } catch (error) {
        expect(error).toBeInstanceOf(StellaError);
      }
    };
    const whole = real("installed.json");
    for (let end = 0; end < whole.length; end += 11) survives(whole.subarray(0, end));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        survives(damaged);
      }),
    );
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom("license", "authors", "require", "install-path"), fc.jsonValue()),
        (item, fields) => {
          survives(JSON.stringify([item, { name: "a/b", version: "1", ...fields }]));
        },
      ),
    );
  });
});
