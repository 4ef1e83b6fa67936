// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import type { PackageFact } from "../facts.ts";
import { analyzeFile, memoryLayer, readLayer } from "../testing/images.ts";
import { node } from "./node.ts";

const repository = join(import.meta.dirname, "../../..");
const testdata = join(import.meta.dirname, "testdata/node");
const fullName = ({ namespace, name }: PackageFact): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

describe("language/node", () => {
  it.each([
    {
      name: "a package",
      path: "app/node_modules/lodash/package.json",
      manifest: { name: "lodash", version: "4.17.21", license: "MIT" },
      want: {
        type: "npm",
        name: "lodash",
        version: "4.17.21",
        licenses: ["MIT"],
        contents: ["app/node_modules/lodash"],
        line: 1,
      },
    },
    {
      name: "a scoped, nested package",
      path: "node_modules/a/node_modules/@babel/core/package.json",
      manifest: { name: "@babel/core", version: "7.0.0" },
      want: {
        type: "npm",
        namespace: "@babel",
        name: "core",
        version: "7.0.0",
        contents: ["node_modules/a/node_modules/@babel/core"],
        line: 1,
      },
    },
    {
      name: "old licence forms",
      path: "usr/lib/node_modules/npm/package.json",
      manifest: { name: "npm", version: "1.0.0", licenses: [{ type: "MIT" }, { type: "BSD" }, 7] },
      want: {
        type: "npm",
        name: "npm",
        version: "1.0.0",
        licenses: ["MIT", "BSD"],
        contents: ["usr/lib/node_modules/npm"],
        line: 1,
      },
    },
    {
      name: "author and requirements, of an alias its folder",
      path: "node_modules/a/package.json",
      manifest: {
        name: "a",
        version: "1",
        author: "Jane Doe <jane@example.org> (https://example.org)",
        dependencies: { z: "1", "@s/b": "^2", old: "npm:left-pad@1.0.0", "no name": "1" },
        optionalDependencies: { fsevents: "2" },
        peerDependencies: { react: "*", z: "1" },
        devDependencies: { mocha: "1" },
      },
      want: {
        type: "npm",
        name: "a",
        version: "1",
        supplier: "Jane Doe",
        requires: ["@s/b", "fsevents", "old", "react", "z"],
        contents: ["node_modules/a"],
        line: 1,
      },
    },
    {
      name: "no package outside of node_modules",
      path: "app/package.json",
      manifest: { name: "app", version: "1.0.0" },
      want: undefined,
    },
    {
      name: "no package deeper in one",
      path: "node_modules/a/esm/package.json",
      manifest: { name: "a", version: "1.0.0" },
      want: undefined,
    },
    {
      name: "no package without a version",
      path: "node_modules/a/package.json",
      manifest: { type: "module" },
      want: undefined,
    },
    {
      name: "no package with a strange name",
      path: "node_modules/a/package.json",
      manifest: { name: "../x y", version: "1" },
      want: undefined,
    },
    {
      name: "no package in JSON that is no object",
      path: "node_modules/a/package.json",
      manifest: null,
      want: undefined,
    },
  ])("finds $name", ({ path, manifest, want }) => {
    expect(analyzeFile(node, path, JSON.stringify(manifest))?.packages?.[0]).toEqual(want);
  });

  it.each([
    ["node_modules/a/package.json", true],
    ["app/node_modules/.pnpm/a@1.0.0_b@2/node_modules/@s/a/package.json", true],
    ["app/node_modules/_a@1.0.0@a/package.json", true],
    ["app/.yarn/unplugged/a-npm-1-2/node_modules/a/package.json", true],
    ["app/node_modules/a/plugins/b/node_modules/c/package.json", true],
    ["app/test/node_modules/a/package.json", true],
    ["app/node_modules/test/node_modules/a/package.json", true],
    ["app/node_modules/@s/tests/node_modules/a/package.json", true],
    ["usr/share/nodejs/@types/ms/package.json", true],
    ["usr/lib/x86_64-linux-gnu/nodejs/a/package.json", true],
    ["opt/yarn-v1.22.22/package.json", true],
    ["srv/app/.yarn/cache/a-npm-1.0.0-0123456789-abc.zip", true],
    ["root/.yarn/berry/cache/a-npm-1.0.0-0123456789-10c0.zip", true],
    ["srv/app/cache/a.zip", false],
    ["app/package.json", false],
    ["node_modules/package.json", false],
    ["node_modules/@s/package.json", false],
    ["node_modules/.bin/package.json", false],
    ["node_modules/a/dist/esm/package.json", false],
    ["app/my_node_modules/a/package.json", false],
    ["node_modules/resolve/test/resolver/x/node_modules/a/package.json", false],
    ["node_modules/a/fixtures/node_modules/b/package.json", false],
    ["usr/local/share/.cache/yarn/v6/npm-a-1.0.0-4f5a-integrity/node_modules/a/package.json", false],
    ["usr/share/nodejs/a/lib/package.json", false],
  ])("wants %s: %s", (path, want) => expect(node.wants({ path, size: 1, mode: 0o644 })).toBe(want));

  it.each([
    ['{\n "name": "a",\n "x": {\n  "version": "2"\n },\n "version" : "1"\n}', 6],
    ['{"name":"a","y":"\\"version\\":",\n"version":"1"}', 2],
    ['{"name":"a","y":["version"],\r\n\r\n"version":"1"}', 3],
  ])("finds the line of the version in %j", (text, line) =>
    expect(analyzeFile(node, "node_modules/a/package.json", text)?.packages?.[0]?.line).toBe(line),
  );

  it("says how many requirements it keeps", () => {
    const dependencies = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`p${i}`, "1"]));
    const text = JSON.stringify({ name: "a", version: "1", dependencies });
    const found = analyzeFile(node, "node_modules/a/package.json", text);
    expect(found?.packages?.[0]?.requires).toHaveLength(2000);
    expect(found?.problems).toEqual(["a requires 2001 packages; 2000 are kept"]);
  });

  it("reads a byte order mark", () =>
    expect(
      analyzeFile(node, "node_modules/a/package.json", '\ufeff{"name":"a","version":"1"}')?.packages,
    ).toHaveLength(1));

  it("refuses what is not JSON", () =>
    expect(() => analyzeFile(node, "node_modules/a/package.json", "{")).toThrow(
      "node_modules/a/package.json: not JSON",
    ));

  it("finds what npm recorded in its own hidden lockfile", () => {
    const lock = JSON.parse(readFileSync(join(repository, "node_modules/.package-lock.json"), "utf8")) as {
      packages: Record<string, { version: string; name?: string }>;
    };
    const installed = Object.entries(lock.packages).filter(([path]) =>
      existsSync(join(repository, path, "package.json")),
    );
    const want = installed.map(
      ([path, { version, name }]) => `${name ?? path.replace(/^.*node_modules\//, "")}@${version}`,
    );
    const got = installed.map(([path]) => {
      const file = `${path}/package.json`;
      const fact = analyzeFile(node, file, readFileSync(join(repository, file)))?.packages?.[0];
      return `${fact?.namespace === undefined ? "" : `${fact.namespace}/`}${fact?.name ?? ""}@${fact?.version ?? ""}`;
    });
    expect(got).toEqual(want);
  });

  it.each(["npm", "pnpm", "yarn1"])("finds what npm finds in a tree that %s installed", async (manager) => {
    const tree = gunzipSync(readFileSync(join(testdata, `${manager}.tar.gz`)));
    const { fragment } = await readLayer(memoryLayer(tree), {}, [node]);
    const got = fragment.files.flatMap(({ path, packages = [] }) =>
      packages.map((fact) => `${path.replace("/package.json", "")} ${fullName(fact)}@${fact.version}`),
    );
    expect(fragment.omissions).toEqual([]);
    expect(got.toSorted()).toEqual(JSON.parse(readFileSync(join(testdata, `${manager}.json`), "utf8")));
  });

  describe("an archive of Yarn's cache", () => {
    const path = "srv/app/.yarn/cache/is-odd-npm-3.0.1-93c3c3f41b-89ee2e353c.zip";
    const zip = readFileSync(join(testdata, "is-odd.zip"));

    it("is the package within", () =>
      expect(analyzeFile(node, path, zip)).toEqual({
        packages: [
          {
            type: "npm",
            name: "is-odd",
            version: "3.0.1",
            licenses: ["MIT"],
            supplier: "Jon Schlinkert",
            requires: ["is-number"],
            contents: [path],
            line: 4,
            inner: "node_modules/is-odd/package.json",
          },
        ],
      }));

    it("is refused when it is none", () => expect(() => analyzeFile(node, path, "PK")).toThrow(StellaError));

    it("survives damage with its own error", () => {
      fc.assert(
        fc.property(fc.nat(zip.length - 1), fc.nat(255), fc.nat(zip.length), (at, value, end) => {
          const damaged = Buffer.from(zip);
          damaged[at] = value;
          expectOwnError(path, damaged.subarray(0, end));
          expectOwnError(path, damaged);
        }),
      );
    });
  });

  it("survives any JSON with its own error", () => {
    const field = fc.constantFrom(
      "name",
      "version",
      "author",
      "license",
      "licenses",
      "dependencies",
      "__proto__",
    );
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(field, fc.jsonValue()), fc.jsonValue()), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value);
        expectOwnError("node_modules/a/package.json", Buffer.from(text));
        expectOwnError("node_modules/a/package.json", Buffer.from(text.slice(0, cut % (text.length + 1))));
      }),
    );
  });

  function expectOwnError(path: string, bytes: Buffer): void {
    try {
      analyzeFile(node, path, bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(StellaError);
    }
  }
});
