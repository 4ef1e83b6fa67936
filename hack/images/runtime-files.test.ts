// SPDX-License-Identifier: Apache-2.0
/** The linker's list, and layers' folders. */
import { describe, expect, it } from "vitest";
import { librariesOf, withFolders } from "./runtime-files.ts";

describe("librariesOf", () => {
  it("takes paths, sorted, and leaves what the kernel gives", () => {
    const output = [
      "\tlinux-vdso.so.1 (0x00007f143c767000)",
      "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f143c671000)",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f143c21e000)",
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f143c769000)",
      "",
    ].join("\n");
    expect(librariesOf(output)).toEqual([
      "/lib/x86_64-linux-gnu/libc.so.6",
      "/lib/x86_64-linux-gnu/libm.so.6",
      "/lib64/ld-linux-x86-64.so.2",
    ]);
  });

  it("names a library that is absent", () => {
    expect(() => librariesOf("\tlibatomic.so.1 => not found\n")).toThrow("lacks libatomic.so.1");
  });
});

it("adds folders once, before what is in them, and keeps those that are given", () => {
  const entries = withFolders([
    { path: "usr/bin/node" },
    { path: "tmp", type: "directory", mode: 0o1777 },
    { path: "usr/lib/x.so" },
    { path: "tmp/x" },
  ]);
  expect(entries.map(({ path, mode }) => [path, mode])).toEqual([
    ["tmp", 0o1777],
    ["tmp/x", undefined],
    ["usr", undefined],
    ["usr/bin", undefined],
    ["usr/bin/node", undefined],
    ["usr/lib", undefined],
    ["usr/lib/x.so", undefined],
  ]);
});
