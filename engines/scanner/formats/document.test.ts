// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { inventoryOf, locationOf, purposeOf, supplierOf, type Entry } from "./document.ts";
import { richSbom, shuffledSbom } from "./testing/rich-sbom.ts";

const entry: Entry = {
  bomRef: "x",
  purl: "x",
  type: "npm",
  name: "x",
  version: "1",
  licenses: [],
  evidence: [],
};

describe("inventoryOf", () => {
  it("does not depend on the order of components", () => {
    expect(inventoryOf(shuffledSbom)).toEqual(inventoryOf(richSbom));
  });

  it("leads in a view to what the view shows only", () => {
    const { entries } = inventoryOf(richSbom, "usage");
    const refs = new Set(entries.map(({ bomRef }) => bomRef));
    expect(entries.flatMap(({ dependsOn = [] }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
  });

  it("says why no program is known", () => {
    const unresolved = { code: "PROGRAM_NOT_FOUND", message: "no /x" } as const;
    const { facts } = inventoryOf({ ...richSbom, entryTrace: { steps: [], unresolved } });
    expect(facts[0]).toEqual(["entrypoint:unresolved", "PROGRAM_NOT_FOUND no /x"]);
  });
});

describe("supplierOf", () => {
  it.each([
    ["Red Hat, Inc.", { name: "Red Hat, Inc." }],
    ["A  B\n<a@b.example>", { name: "A B", email: "a@b.example" }],
    ['"Doe, J." <j@x.example>', { name: "Doe, J.", email: "j@x.example" }],
    ["<a@b.example>", { name: "a@b.example", email: "a@b.example" }],
    ["SUSE LLC <https://www.suse.com/>", { name: "SUSE LLC <https://www.suse.com/>" }],
    [" ", undefined],
    ["x".repeat(600), { name: "x".repeat(500) }],
  ])("%j", (text, want) => expect(supplierOf(text)).toEqual(want));
});

describe("locationOf", () => {
  it.each([
    [{ path: "a/b" }, "/a/b"],
    [{ path: "a.jar", inner: "lib/b.jar!/META-INF/x" }, "/a.jar!/lib/b.jar!/META-INF/x"],
  ])("%j", (evidence, want) => expect(locationOf(evidence)).toBe(want));
});

describe("purposeOf", () => {
  it.each([
    [{ type: "generic", version: "" }, "file"],
    [{ type: "generic", version: "1" }, "application"],
    [{ type: "nuget", name: "Microsoft.AspNetCore.App" }, "framework"],
    [{ type: "npm", name: "Microsoft.AspNetCore.App" }, "library"],
  ] as const)("%j", (fields, want) => expect(purposeOf({ ...entry, ...fields })).toBe(want));
});
