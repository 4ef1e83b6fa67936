// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { BinaryFact } from "../facts.ts";
import { configuredFolders, linkedObjects, type LinkerFiles } from "./dynamic-linker.ts";

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
  return { find, configured };
}
const paths = (files: LinkerFiles, libraryPath?: string): string[] =>
  linkedObjects(["bin/a"], files, libraryPath)
    .linked.map(({ path }) => path)
    .filter((path) => !(path in LD));

describe("linkedObjects", () => {
  it.each<{
    name: string;
    files: Record<string, BinaryFact | string>;
    configured?: string[];
    environment?: string;
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
      environment: "/e",
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
        "r/libb.so": elf(["libc.so"]),
        "r/libc.so": elf([]),
        "usr/local/lib/libd.so": elf([]),
      },
      want: ["r/libb.so", "usr/local/lib/libd.so", "r/libc.so"],
    },
    {
      name: "survives libraries that need each other",
      files: { "bin/a": elf(["b.so"], GLIBC), "lib/b.so": elf(["c.so"]), "lib/c.so": elf(["b.so"]) },
      want: ["lib/b.so", "lib/c.so"],
    },
  ])("$name", ({ files, configured, environment, want }) => {
    expect(paths(root(files, configured), environment)).toEqual(want);
  });

  it("names what leads nowhere, and who needs it", () => {
    const files = root({ "bin/a": elf(["gone.so"], GLIBC) });
    expect(linkedObjects(["bin/a"], files).missing).toEqual([{ name: "gone.so", neededBy: "bin/a" }]);
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
