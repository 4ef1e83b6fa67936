// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byText } from "#lib/compare.ts";
import { PathTree } from "./path-tree.ts";

describe("PathTree", () => {
  const path = fc
    .array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 4 })
    .map((segments) => segments.join("/"));

  it("keeps a path in which something lay", () => {
    const paths = new Set(["a/b"]);
    const tree = new PathTree(["a/b", "a/b/c"]);
    tree.delete("a/b/c", (at) => paths.has(at));
    expect(tree.under("")).toEqual(["a", "a/b"]);
  });

  it("finds what a look at each path finds", () => {
    const steps = fc.array(fc.record({ path, isAdded: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, fc.oneof(path, fc.constant("")), (all, folder) => {
        const tree = new PathTree();
        const paths = new Set<string>();
        for (const { path: each, isAdded } of all) {
          if (isAdded) {
            tree.add(each);
            paths.add(each);
          } else if (paths.delete(each)) tree.delete(each, (at) => paths.has(at));
        }
        const inside = [...paths].filter((each) => folder === "" || each.startsWith(`${folder}/`));
        const found = tree.under(folder).filter((each) => paths.has(each));
        expect(found.sort(byText)).toEqual(inside.sort(byText));
        expect(tree.holds(folder)).toBe(inside.length > 0);
      }),
      { numRuns: 2000 },
    );
  });
});
