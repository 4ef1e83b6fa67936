// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { cleanPath, isTooDeep, whiteoutOf } from "./paths.ts";

describe("cleanPath", () => {
  it.each([
    ["usr/bin/x", "usr/bin/x"],
    ["./usr/bin/", "usr/bin"],
    ["./", ""],
    [".", ""],
    ["/etc/passwd", "etc/passwd"],
    ["//a//b/./c/", "a/b/c"],
    ["a/../b", "b"],
    ["a/b/..", "a"],
    ["a/..", ""],
    ["../etc/passwd", undefined],
    ["a/../../b", undefined],
    ["..", undefined],
    ["a\0b", undefined],
    ["a..b/c.", "a..b/c."],
    ["...", "..."],
  ])("%j is %j", (raw, want) => expect(cleanPath(raw)).toBe(want));
});

describe("whiteoutOf", () => {
  it.each([
    ["usr/.wh.bin", { kind: "deleted", path: "usr/bin" }],
    [".wh.bin", { kind: "deleted", path: "bin" }],
    ["usr/.wh..wh..opq", { kind: "opaque", path: "usr" }],
    [".wh..wh..opq", { kind: "opaque", path: "" }],
    [".wh..wh.plnk", { kind: "ignored" }],
    ["a/.wh.", { kind: "ignored" }],
    [".wh.dir/x", undefined],
    ["usr/bin", undefined],
  ])("%s", (path, want) => expect(whiteoutOf(path)).toEqual(want));
});

describe("isTooDeep", () => {
  it.each([
    ["a/b/c/d", 3, false],
    ["a/b/c/d/e", 3, true],
    [`${"a".repeat(100)}/b`, 3, false],
  ])("%s beyond %d: %s", (path, most, want) => expect(isTooDeep(path, most)).toBe(want));
});
