// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupedPaths, soughtPaths } from "./path-list.ts";

/** The sought paths that a list holds, in its order. */
function found(list: string, paths: readonly string[]): string[] {
  const seen: string[] = [];
  soughtPaths(new Map(paths.map((path) => [path, path]))).in(list, (path) => seen.push(path));
  return seen;
}

describe("groupedPaths", () => {
  it.each<[string, string, string]>([
    ["nothing", "", ""],
    ["a file in the root", "vmlinuz", "vmlinuz"],
    ["a folder once", "usr/bin/a\nusr/bin/b", "/usr/bin\na\nb"],
    ["each folder that comes", "usr/a\nusr/bin/b\nusr/c", "/usr\na\n/usr/bin\nb\n/usr\nc"],
    ["the root after a folder", "usr/a\nb", "/usr\na\n/\nb"],
    ["a folder that begins like another", "usr/lib/a\nusr/lib64/b", "/usr/lib\na\n/usr/lib64\nb"],
    ["no folders, empty lines and absolute paths", "usr/\n\n/etc/a\nb", "b"],
  ])("%s", (_, plain, want) => expect(groupedPaths(plain)).toBe(want));
});

describe("soughtPaths", () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    ["in a plain list", "usr/a\nb\nusr/c/d", ["b", "usr/c/d", "usr/x"], ["b", "usr/c/d"]],
    ["in a grouped list", "/usr\na\nb\n/etc\na", ["etc/a", "usr/b", "a"], ["usr/b", "etc/a"]],
    ["in the root behind a folder", "/usr\na\n/\nb", ["b", "a"], ["b"]],
    ["with nothing sought", "/usr\na", [], []],
    ["in an empty list", "", ["a"], []],
    ["not by the folder's own name", "/usr\na", ["usr", "/usr"], []],
  ])("finds paths %s", (_, list, paths, want) => expect(found(list, paths)).toEqual(want));

  it("finds in a grouped list what stands in the plain one", () => {
    const name = fc.stringMatching(/^[a-c.]{1,2}$/);
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
    fc.assert(
      fc.property(fc.array(path), fc.array(path), (listed, paths) => {
        const want = listed.filter((each) => paths.includes(each));
        expect(found(listed.join("\n"), paths)).toEqual(want);
        expect(found(groupedPaths(listed.join("\n")), paths)).toEqual(want);
      }),
    );
  });

  it("takes any text for a list", () => {
    const text = fc.string({ unit: fc.constantFrom("/", "\n", "a", "\0", "é") });
    fc.assert(
      fc.property(text, text, (list, path) => {
        expect(found(groupedPaths(list), [path]).every((each) => each === path)).toBe(true);
        expect(found(list, [path]).every((each) => each === path)).toBe(true);
      }),
    );
  });
});
