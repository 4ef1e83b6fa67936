// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { BinaryFact } from "../facts.ts";
import { linkedObjects, LinkerBudget, type LinkerFiles, type Start } from "./dynamic-linker.ts";
import { configuredFolders } from "./library-search.ts";

const elf = (needed: readonly string[], more: Partial<BinaryFact> = {}): BinaryFact => ({
  format: "elf",
  architecture: "amd64",
  kind: "library",
  sha256: "",
  isStatic: false,
  needed,
  ...more,
});
const GLIBC = { kind: "executable", interpreter: "/lib64/ld-linux-x86-64.so.2" } as const;
const MUSL = { kind: "executable", interpreter: "/lib/ld-musl-x86_64.so.1" } as const;
const LD = { "lib64/ld-linux-x86-64.so.2": elf([]), "lib/ld-musl-x86_64.so.1": elf([]) };

/** Links are names that begin with `->`. */
function root(
  files: Readonly<Record<string, BinaryFact | string>>,
  configured: readonly string[] = [],
): LinkerFiles {
  const all: Readonly<Record<string, BinaryFact | string>> = { ...LD, ...files };
  const find = (path: string): ReturnType<LinkerFiles["find"]> => {
    const found = all[path];
    if (typeof found === "string") return find(found);
    return found && { path, binary: found };
  };
  return { find, configured, preloaded: [] };
}
const paths = (files: LinkerFiles, start?: Start): string[] =>
  linkedObjects("bin/a", files, start)
    .linked.map(({ path }) => path)
    .filter((path) => !(path in LD));

describe("linkedObjects", () => {
  it.each<{
    name: string;
    files: Record<string, BinaryFact | string>;
    configured?: string[];
    start?: Start;
    want: string[];
  }>([
    {
      name: "follows needed libraries of needed libraries, each once",
      files: {
        "bin/a": elf(["libb.so", "libc.so.6"], GLIBC),
        "lib/libb.so": elf(["libc.so.6"]),
        "lib/x86_64-linux-gnu/libc.so.6": elf([]),
      },
      want: ["lib/libb.so", "lib/x86_64-linux-gnu/libc.so.6"],
    },
    {
      name: "leads through links to the true file",
      files: {
        "bin/a": elf(["libz.so.1"], GLIBC),
        "usr/lib/libz.so.1": "usr/lib/libz.so.1.3",
        "usr/lib/libz.so.1.3": elf([]),
      },
      want: ["usr/lib/libz.so.1.3"],
    },
    {
      name: "takes RUNPATH with $ORIGIN before the configuration, and the configuration before the standard folders",
      files: {
        "bin/a": elf(["libb.so", "libc.so", "libd.so"], { ...GLIBC, runpath: ["$ORIGIN/../opt"] }),
        "opt/libb.so": elf([]),
        "conf/libb.so": elf([]),
        "conf/libc.so": elf([]),
        "lib/libc.so": elf([]),
        "lib/libd.so": elf([]),
      },
      configured: ["conf"],
      want: ["opt/libb.so", "conf/libc.so", "lib/libd.so"],
    },
    {
      name: "lets a library search its loader's RPATH, but not its RUNPATH",
      files: {
        "bin/a": elf(["libb.so"], { ...GLIBC, rpath: ["/r"] }),
        "r/libb.so": elf(["libc.so"]),
        "r/libc.so": elf([]),
      },
      want: ["r/libb.so", "r/libc.so"],
    },
    {
      name: "does not hand RUNPATH on",
      files: {
        "bin/a": elf(["libb.so"], { ...GLIBC, runpath: ["/r"] }),
        "r/libb.so": elf(["libc.so"]),
        "r/libc.so": elf([]),
      },
      want: ["r/libb.so"],
    },
    {
      name: "takes LD_LIBRARY_PATH before RUNPATH, after RPATH",
      files: {
        "bin/a": elf(["libb.so"], { ...GLIBC, runpath: ["/r"] }),
        "r/libb.so": elf([]),
        "e/libb.so": elf([]),
      },
      start: { libraryPath: "/e" },
      want: ["e/libb.so"],
    },
    {
      name: "passes over a library of another architecture",
      files: {
        "bin/a": elf(["libb.so"], GLIBC),
        "lib/libb.so": elf([], { architecture: "386" }),
        "usr/lib/libb.so": elf([]),
      },
      want: ["usr/lib/libb.so"],
    },
    {
      name: "opens a name with a slash as a path",
      files: { "bin/a": elf(["/opt/libb.so"], GLIBC), "opt/libb.so": elf([]) },
      want: ["opt/libb.so"],
    },
    {
      name: "hands RUNPATH on under musl, and knows its folders",
      files: {
        "bin/a": elf(["libb.so", "libd.so"], { ...MUSL, runpath: ["/r"] }),
        "r/libb.so": elf(["libe.so"]),
        "r/libe.so": elf([]),
        "usr/local/lib/libd.so": elf([]),
      },
      want: ["r/libb.so", "usr/local/lib/libd.so", "r/libe.so"],
    },
    {
      name: "satisfies a later request of a name with what is loaded under it or has it as SONAME",
      files: {
        "bin/a": elf(["libb.so", "libx.so.1"], { ...GLIBC, runpath: ["/r"] }),
        "r/libb.so": elf(["libc.so", "libother.so", "libx.so.1"]),
        "r/libx.so.1": elf([], { soname: "libother.so" }),
        "lib/libc.so": elf([]),
        "lib/libother.so": elf([]),
        "lib/libx.so.1": elf([]),
      },
      want: ["r/libb.so", "r/libx.so.1", "lib/libc.so"],
    },
    {
      name: "goes by names searched for under musl, not by SONAMEs, and takes the C library as there",
      files: {
        "bin/a": elf(["libb.so", "libx.so", "libc.so", "libpthread.so.0"], { ...MUSL, runpath: ["/r"] }),
        "r/libb.so": elf(["libother.so", "libx.so"], { runpath: ["/s"] }),
        "r/libx.so": elf([], { soname: "libother.so" }),
        "s/libother.so": elf([]),
        "s/libx.so": elf([]),
        "lib/libc.so": elf([]),
      },
      want: ["r/libb.so", "r/libx.so", "s/libother.so"],
    },
    {
      name: "opens modules with the program's RPATH and the libraries that it has loaded",
      files: {
        "bin/a": elf(["libp.so"], { ...GLIBC, rpath: ["/r"] }),
        "r/libp.so": elf([]),
        "m/a.node": elf(["libp.so", "libq.so"], { runpath: [], rpath: ["$ORIGIN"] }),
        "m/libp.so": elf([]),
        "m/libq.so": elf([]),
        "m/b.node": elf(["libq.so"]),
        "r/libq.so": elf([]),
      },
      start: { modules: ["m/a.node", "m/b.node"] },
      want: ["r/libp.so", "r/libq.so"],
    },
    {
      name: "opens no module of another machine or C library",
      files: {
        "bin/a": elf([], GLIBC),
        "m/arm.node": elf(["libq.so"], { architecture: "arm64" }),
        "m/musl.node": elf(["libc.musl-x86_64.so.1", "libq.so"]),
        "lib/libq.so": elf([]),
      },
      start: { modules: ["m/arm.node", "m/musl.node"] },
      want: [],
    },
    {
      name: "loads what LD_PRELOAD names before all else",
      files: {
        "bin/a": elf(["libc.so"], GLIBC),
        "lib/libc.so": elf([]),
        "opt/pre.so": elf(["libc.so"], { soname: "libc.so" }),
        "usr/lib/libj.so.2": elf([]),
      },
      start: { preload: "/opt/pre.so:libj.so.2" },
      want: ["opt/pre.so", "usr/lib/libj.so.2"],
    },
    {
      name: "survives libraries that need each other",
      files: { "bin/a": elf(["b.so"], GLIBC), "lib/b.so": elf(["c.so"]), "lib/c.so": elf(["b.so"]) },
      want: ["lib/b.so", "lib/c.so"],
    },
  ])("$name", ({ files, configured, start, want }) => {
    expect(paths(root(files, configured), start)).toEqual(want);
  });

  it("marks what is preloaded, of glibc's file only under glibc", () => {
    const files = {
      "bin/a": elf([], GLIBC),
      "bin/m": elf([], MUSL),
      "lib/p.so": elf([]),
      "lib/q.so": elf([]),
    };
    const preloaded = (program: string): unknown =>
      linkedObjects(program, { ...root(files), preloaded: ["/lib/q.so"] }, { preload: "p.so" }).linked.slice(
        1,
      );
    expect(preloaded("bin/a")).toEqual([
      { path: "lib/p.so", neededBy: "bin/a", preloadedBy: "LD_PRELOAD" },
      { path: "lib/q.so", neededBy: "bin/a", preloadedBy: "/etc/ld.so.preload" },
    ]);
    expect(preloaded("bin/m")).toEqual([{ path: "lib/p.so", neededBy: "bin/m", preloadedBy: "LD_PRELOAD" }]);
  });

  it("does not miss a name that another module brings", () => {
    const files = root({
      "bin/a": elf([], GLIBC),
      "m/a.so": elf(["libt.so", "gone.so"]),
      "m/b.so": elf(["libt.so"], { runpath: ["$ORIGIN/lib"] }),
      "m/lib/libt.so": elf([]),
    });
    expect(linkedObjects("bin/a", files, { modules: ["m/a.so", "m/b.so"] }).missing).toEqual([
      { name: "gone.so", neededBy: "m/a.so" },
    ]);
  });

  it("says when there are more objects than it follows", () => {
    const names = Array.from({ length: 5001 }, (_, i) => `lib${i}.so`);
    const libraries = Object.fromEntries(names.map((name) => [`lib/${name}`, elf([])]));
    const { missing, isCut } = linkedObjects("bin/a", root({ "bin/a": elf(names, GLIBC), ...libraries }));
    expect([missing, isCut]).toEqual([[], true]);
  });

  it("names what leads nowhere, and who needs it", () => {
    const files = root({ "bin/a": elf(["gone.so"], GLIBC) });
    expect(linkedObjects("bin/a", files).missing).toEqual([{ name: "gone.so", neededBy: "bin/a" }]);
  });
});

describe("LinkerBudget", () => {
  it("ends a closure that asks for more, and stays spent", () => {
    const needed = ["gone", "libb.so"];
    const files = root({ "bin/a": elf(needed, GLIBC), "lib/libb.so": elf(needed) });
    const enough = new LinkerBudget();
    expect(linkedObjects("bin/a", files, {}, enough).linked.map(({ path }) => path)).toContain("lib/libb.so");
    expect(enough.isSpent).toBe(false);
    const little = new LinkerBudget(10);
    expect(linkedObjects("bin/a", files, {}, little).linked.map(({ path }) => path)).not.toContain(
      "lib/libb.so",
    );
    expect(linkedObjects("bin/a", files, {}, little).linked).toEqual([]);
    expect(little.isSpent).toBe(true);
  });
});

describe("configuredFolders", () => {
  const files: Readonly<Record<string, readonly string[]>> = {
    "etc/ld.so.conf": ["include /etc/ld.so.conf.d/*.conf", "/opt/lib"],
    "etc/ld.so.conf.d/a.conf": ["/usr/local/lib"],
    "etc/ld.so.conf.d/b.conf": ["/usr/lib/x", "/opt/lib"],
  };
  it("reads included files in order, each folder once", () =>
    expect(
      configuredFolders(
        (path) => files[path],
        (folder) => (folder === "etc/ld.so.conf.d" ? ["a.conf", "b.conf", "c.txt"] : []),
      ),
    ).toEqual(["usr/local/lib", "usr/lib/x", "opt/lib"]));
  it("takes musl's file where there is one", () =>
    expect(
      configuredFolders(
        () => ["/lib", "/opt"],
        () => ["ld-musl-x86_64.path"],
      ),
    ).toEqual(["lib", "opt"]));
  it("is empty without configuration", () =>
    expect(
      configuredFolders(
        () => undefined,
        () => [],
      ),
    ).toEqual([]));
});
