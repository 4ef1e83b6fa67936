// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { analyzeFile } from "../testing/images.ts";
import { runtime } from "./runtime.ts";

const real = (name: string): string =>
  readFileSync(join(import.meta.dirname, "testdata/runtime", name), "utf8");

describe("language/runtime", () => {
  it.each([
    ["node", "20.20.2", 25, "usr/local/include/node/node_version.h", "node_version.h"],
    ["python", "3.11.7", 26, "opt/py/include/python3.11/patchlevel.h", "patchlevel.h"],
    ["php", "8.2.36", 7, "usr/local/include/php/main/php_version.h", "php_version.h"],
    ["ruby", "3.1.2", 22, "usr/local/lib/ruby/3.1.0/x86_64-linux/rbconfig.rb", "rbconfig.rb"],
    ["go", "1.26.8", 1, "usr/local/go/VERSION", "VERSION"],
  ])("reads %s %s from line %i of %s", (name, version, line, path, file) => {
    expect(analyzeFile(runtime, path, real(file))).toEqual({
      packages: [{ type: "generic", name, version, line }],
    });
  });

  it.each([
    [
      "pypy",
      "opt/include/pypy3.10/patchlevel.h",
      '#define PYPY_VERSION "7.3.17"\n#define PY_VERSION "3.10.14"\n',
    ],
    ["python", "include/python3.13t/patchlevel.h", '#define PY_VERSION             "3.13.0rc1+"\r\n'],
    ["go", "sdk/go/VERSION", "go1.17.6"],
  ])("reads %s from %s", (name, path, text) =>
    expect(analyzeFile(runtime, path, text)?.packages?.[0]?.name).toBe(name),
  );

  it.each([
    ["a distribution's headers", "usr/include/node/node_version.h", real("node_version.h")],
    ["node-gyp's headers", "root/.cache/node-gyp/20.1.0/include/node/node_version.h", real("node_version.h")],
    ["another program's VERSION", "app/VERSION", "1.2.3\n"],
    ["a VERSION that speaks of Go", "app/VERSION", "built with\ngo1.22.1\n"],
    ["a long VERSION", "app/VERSION", `go1.22.1\n${"x".repeat(300)}`],
    ["another patchlevel.h", "src/patchlevel.h", real("patchlevel.h")],
    ["another rbconfig.rb", "ruby/3.1.0/x/rbconfig.rb", "module RbConfig\nend\n"],
  ])("finds nothing in %s", (_, path, text) => expect(analyzeFile(runtime, path, text)).toBeUndefined());

  it("says where a version is missing", () =>
    expect(() =>
      analyzeFile(runtime, "include/node/node_version.h", "#define NODE_MAJOR_VERSION 20\n"),
    ).toThrow("include/node/node_version.h: no version of node"));

  it("survives damage with its own error", () => {
    const whole = real("node_version.h");
    fc.assert(
      fc.property(fc.nat(whole.length), fc.string(), (at, noise) => {
        try {
          analyzeFile(runtime, "include/node/node_version.h", whole.slice(0, at) + noise);
        } catch (error) {
          expect(error).toBeInstanceOf(StellaError);
        }
      }),
    );
  });
});
