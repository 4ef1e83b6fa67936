// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { databases, libuuid, rpmSays } from "#lib/rpmdb/testing/databases.ts";
import type { PackageFact, Reading } from "../facts.ts";
import { analyzeFile } from "../testing/images.ts";
import { rpm } from "./rpm.ts";

const MANIFEST = "var/lib/rpmmanifest/container-manifest-2";
const manifest = readFileSync(new URL("testdata/rpm/container-manifest-2", import.meta.url), "utf8");

const vendor = { supplier: "Example Vendor, Inc." };
const packager = { supplier: "Example Packager <packager@example.org>" };
const module = { qualifiers: { rpmmod: "stella:2.4" } };
const source = (name: string, version: string): Pick<PackageFact, "sourcePackage"> => ({
  sourcePackage: { name, version },
});

/** The packages of the databases, without the place, which differs in each form. */
const want: readonly PackageFact[] = [
  {
    type: "rpm",
    name: "stella-full",
    version: "2:2.4.6-3.el9",
    architecture: "x86_64",
    ...module,
    licenses: ["Apache-2.0 AND BSD-3-Clause"],
    ...vendor,
    ...source("stella-full", "2:2.4.6-3.el9"),
    provides: ["stella(api)", "stella-full", "stella-full(x86-64)"],
    requires: ["libstella.so.1()(64bit)", "pkgconfig(stella-c)", "stella-a", "stella-b", "stella-tiny"],
  },
  {
    type: "rpm",
    name: "stella-full-data",
    version: "2:2.4.6-3.el9",
    architecture: "noarch",
    ...module,
    licenses: ["Apache-2.0 AND BSD-3-Clause"],
    ...vendor,
    ...source("stella-full", "2:2.4.6-3.el9"),
    provides: ["stella-data-virtual", "stella-full-data"],
  },
  {
    type: "rpm",
    name: "stella-full-libs",
    version: "5:9.1-7",
    architecture: "x86_64",
    ...module,
    licenses: ["LGPL-2.1-or-later"],
    ...vendor,
    ...source("stella-full", "2.4.6-3.el9"),
    provides: ["stella-full-libs", "stella-full-libs(x86-64)"],
  },
  {
    type: "rpm",
    name: "stella-many",
    version: "0.20240101git-0.1.rc1",
    architecture: "noarch",
    licenses: ["GPL-2.0-only"],
    ...packager,
    ...source("stella-many", "0.20240101git-0.1.rc1"),
    provides: ["stella-many"],
  },
  {
    type: "rpm",
    name: "stella-meta",
    version: "1-1",
    architecture: "noarch",
    licenses: ["Public Domain"],
    ...source("stella-meta", "1-1"),
    provides: ["stella-meta"],
    requires: ["stella-many"],
  },
  {
    type: "rpm",
    name: "stella-tiny",
    version: "1.0-1",
    architecture: "noarch",
    licenses: ["MIT"],
    ...source("stella-tiny", "1.0-1"),
    provides: ["stella-tiny"],
  },
];

function withoutPlace({ packages = [], ...rest }: Reading): Reading {
  return { ...rest, packages: packages.map(({ offset: _, line: __, ...fact }) => fact) };
}

describe.each(databases)("os/rpm over the $form form", ({ file, bytes }) => {
  const found = analyzeFile(rpm, `var/lib/rpm/${file}`, bytes) ?? {};

  it("states packages", () => {
    expect(withoutPlace(found).packages).toEqual(want);
    expect(found.problems).toBeUndefined();
  });

  it("states the files that are there, but no folders, documentation or headers", () => {
    const isThere = /^\S+ 0 [^d]\S+ \/(?!usr\/include\/|usr\/share\/doc\/)/;
    const listed = rpmSays.states.filter((line) => isThere.test(line)).map((line) => line.split(" /")[1]);
    const many = rpmSays.files.filter(
      (path) => path.startsWith("/opt/stella-many/folder-") && path.endsWith(".txt"),
    );
    const owned = (found.ownership ?? []).map((owner) => ({ ...owner, paths: owner.paths.split("\n") }));
    expect(owned.flatMap(({ paths }) => paths).sort()).toEqual(
      [...listed, ...many.map((path) => path.slice(1))].sort(),
    );
    expect(owned.filter(({ paths }) => paths.length < 10)).toEqual([
      {
        package: "stella-full",
        architecture: "x86_64",
        version: "2:2.4.6-3.el9",
        paths: ["etc/stella.conf", "usr/bin/stella-full"],
      },
      {
        package: "stella-full-data",
        architecture: "noarch",
        version: "2:2.4.6-3.el9",
        paths: ["usr/share/stella/größe.txt", "var/cache/stella.db"],
      },
      {
        package: "stella-full-libs",
        architecture: "x86_64",
        version: "5:9.1-7",
        paths: ["usr/lib64/libstella.so.1"],
      },
      {
        package: "stella-tiny",
        architecture: "noarch",
        version: "1.0-1",
        paths: ["usr/share/stella-tiny/data"],
      },
    ]);
  });

  it("survives damage with its own error", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, end) => {
        const damaged = Buffer.from(bytes.subarray(0, value < 128 ? end : bytes.length));
        if (at < damaged.length) damaged[at] = value;
        try {
          analyzeFile(rpm, `var/lib/rpm/${file}`, damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(StellaError);
          expect(error).toHaveProperty("code", "ANALYZER_INPUT_INVALID");
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("os/rpm", () => {
  it("states what rpm recorded on RHEL 8", () => {
    expect(analyzeFile(rpm, "usr/share/rpm/Packages", libuuid)?.packages).toEqual([
      {
        type: "rpm",
        name: "libuuid",
        version: "2.32.1-42.el8_8",
        architecture: "x86_64",
        licenses: ["BSD"],
        supplier: "Red Hat, Inc.",
        sourcePackage: { name: "util-linux", version: "2.32.1-42.el8_8" },
        provides: [
          "libuuid",
          "libuuid(x86-64)",
          "libuuid.so.1()(64bit)",
          "libuuid.so.1(UUIDD_PRIVATE)(64bit)",
          "libuuid.so.1(UUID_1.0)(64bit)",
          "libuuid.so.1(UUID_2.20)(64bit)",
          "libuuid.so.1(UUID_2.31)(64bit)",
        ],
        requires: [
          "ld-linux-x86-64.so.2()(64bit)",
          "ld-linux-x86-64.so.2(GLIBC_2.3)(64bit)",
          "libc.so.6()(64bit)",
          "libc.so.6(GLIBC_2.14)(64bit)",
          "libc.so.6(GLIBC_2.2.5)(64bit)",
          "libc.so.6(GLIBC_2.25)(64bit)",
          "libc.so.6(GLIBC_2.28)(64bit)",
          "libc.so.6(GLIBC_2.3)(64bit)",
          "libc.so.6(GLIBC_2.3.4)(64bit)",
          "libc.so.6(GLIBC_2.4)(64bit)",
          "rtld(GNU_HASH)",
        ],
        offset: 12_314,
      },
    ]);
  });

  it.each([
    ["var/lib/rpm/Packages", true],
    ["usr/lib/sysimage/rpm/rpmdb.sqlite", true],
    ["usr/share/rpm/Packages.db", true],
    [MANIFEST, true],
    ["var/lib/rpmmanifest/container-manifest-1", false],
    ["var/lib/rpm/Name", false],
    ["var/lib/rpm/old/Packages", false],
    ["home/var/lib/rpm/Packages", false],
    ["usr/lib/rpm/macros", false],
    ["usr/bin/rpm", false],
  ])("looks at %s: %s", (path, isWanted) => expect(rpm.wants({ path, size: 1, mode: 0o644 })).toBe(isWanted));

  it("says that a write-ahead log with content is not read", () => {
    const path = "var/lib/rpm/rpmdb.sqlite-wal";
    expect(analyzeFile(rpm, path, "")).toBeUndefined();
    expect(analyzeFile(rpm, path, "frames")).toEqual({
      problems: ["changes that SQLite has not yet written to the database are not read"],
    });
  });

  it("refuses what is no database", () =>
    expect(() => analyzeFile(rpm, "var/lib/rpm/Packages", "text")).toThrow(
      "var/lib/rpm/Packages: neither SQLite nor a Berkeley DB hash nor ndb at byte 0",
    ));
});

describe("os/rpm over a distroless manifest", () => {
  const analyze = (content: string): Reading | undefined => analyzeFile(rpm, MANIFEST, content);

  it("states what the database does, as far as it says", () => {
    const facts = [...(analyze(manifest)?.packages ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(withoutPlace({ packages: facts }).packages).toEqual(
      want.map(({ licenses: _, provides: __, requires: ___, qualifiers: ____, supplier, ...fact }) => ({
        ...fact,
        ...(supplier === vendor.supplier ? vendor : {}),
      })),
    );
    expect(facts.map(({ line }) => line).sort()).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it.each([
    { name: "nothing", content: "\n", want: undefined },
    { name: "only a key", content: manifest.split("\n", 1)[0] ?? "", want: undefined },
    { name: "too few columns", content: "a\t1-1\n", want: { problems: ["line 1 is no package"] } },
    {
      name: "a bad epoch",
      content: "a\t1-1\t0\t0\tV\t(none)\t0\tnoarch\tx\t(none)\n",
      want: { problems: ["line 1 is no package"] },
    },
    {
      name: "an epoch of none, line ends of Windows and a column too many",
      content: "a\t1-1\t0\t0\t\t(none)\t0\tnoarch\t(none)\t(none)\tx\r\n",
      want: { packages: [{ type: "rpm", name: "a", version: "1-1", architecture: "noarch", line: 1 }] },
    },
  ])("reads $name", ({ content, want }) => expect(analyze(content)).toEqual(want));

  it("reads no more lines than a distro has packages", () =>
    expect(analyze("\n".repeat(100_001))).toEqual({ problems: ["only the first 100000 lines are read"] }));

  it("survives damage", () => {
    fc.assert(
      fc.property(fc.nat(manifest.length), fc.string(), (at, noise) => {
        analyze(manifest.slice(0, at) + noise + manifest.slice(at));
      }),
    );
  });
});
