// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyzeFile } from "../testing/images.ts";
import { node } from "./node.ts";

const repository = join(import.meta.dirname, "../../..");

describe("language/node", () => {
  it.each([
    {
      name: "a package",
      path: "app/node_modules/lodash/package.json",
      manifest: { name: "lodash", version: "4.17.21", license: "MIT" },
      want: { type: "npm", name: "lodash", version: "4.17.21", licenses: ["MIT"] },
    },
    {
      name: "a scoped, nested package",
      path: "node_modules/a/node_modules/@babel/core/package.json",
      manifest: { name: "@babel/core", version: "7.0.0" },
      want: { type: "npm", namespace: "@babel", name: "core", version: "7.0.0" },
    },
    {
      name: "old licence forms",
      path: "usr/lib/node_modules/npm/package.json",
      manifest: { name: "npm", version: "1.0.0", licenses: [{ type: "MIT" }, { type: "BSD" }, 7] },
      want: { type: "npm", name: "npm", version: "1.0.0", licenses: ["MIT", "BSD"] },
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
});
