// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { analyzeFile } from "../testing/images.ts";
import { dpkg } from "./dpkg.ts";

const STATUS = "var/lib/dpkg/status";
const libstdc = `Package: libstdc++6
Status: install ok installed
Priority: optional
Architecture: amd64
Multi-Arch: same
Source: gcc-12 (12.2.0-14)
Version: 12.2.0-14+deb12u1
Maintainer: Debian GCC Maintainers <debian-gcc@lists.debian.org>
Provides: libstdc++6-abi (= 1), other
Pre-Depends: libgcc-s1 (>= 4.2)
Depends: gcc-12-base (= 12.2.0-14+deb12u1), libc6:any (>= 2.36) | libc6-alt [amd64],
 libgcc-s1 (>= 4.2) <!nocheck>,, not_a_name
Built-Using: binutils (= 2.40-2)
Description: GNU Standard C++ Library v3
 This package contains an additional runtime library.
 Version: not a field
`;

const inPlace = new Set(["installed", "triggers-awaited", "triggers-pending", "half-configured", "unpacked"]);

/** The names of dpkg-query's relationship text, the simple way. */
const namesOf = (text: string): string[] =>
  [...new Set(text.replaceAll(/\([^)]*\)|:[a-z]+/g, "").split(/[,|\s]+/))]
    .filter((name) => name !== "")
    .sort();

describe("os/dpkg", () => {
  it.each([
    {
      name: "reads an installed package and its source",
      text: libstdc,
      want: [
        {
          type: "deb",
          name: "libstdc++6",
          version: "12.2.0-14+deb12u1",
          architecture: "amd64",
          sourcePackage: { name: "gcc-12", version: "12.2.0-14" },
          line: 1,
          supplier: "Debian GCC Maintainers <debian-gcc@lists.debian.org>",
          provides: ["libstdc++6-abi", "other"],
          requires: ["gcc-12-base", "libc6", "libc6-alt", "libgcc-s1"],
        },
      ],
    },
    {
      name: "gives the line of a later paragraph",
      text: "\n\nPackage: a\nStatus: install ok installed\nVersion: 1\n",
      want: [{ type: "deb", name: "a", version: "1", sourcePackage: { name: "a", version: "1" }, line: 3 }],
    },
    {
      name: "skips what is removed",
      text: "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n",
      want: undefined,
    },
    { name: "skips an empty database", text: "", want: undefined },
  ])("$name", ({ text, want }) => {
    expect(analyzeFile(dpkg, STATUS, text)?.packages).toEqual(want);
  });

  it.each([
    { state: "install ok installed", names: ["a"] },
    { state: "hold ok installed", names: ["a"] },
    { state: "install reinstreq installed", names: ["a"] },
    { state: "install ok triggers-awaited", names: ["a"] },
    { state: "install ok triggers-pending", names: ["a"] },
    { state: "install ok half-configured", names: ["a"] },
    { state: "install ok unpacked", names: ["a"] },
    { state: "deinstall ok config-files" },
    { state: "purge ok not-installed" },
    { state: "install" },
    {
      state: "install reinstreq half-installed",
      problems: ["the package at line 1 is only half installed"],
    },
  ])("takes $state by whether the files are in place", ({ state, names, problems }) => {
    const found = analyzeFile(dpkg, STATUS, `Package: a\nStatus: ${state}\nVersion: 1\n`);
    expect(found?.packages?.map(({ name }) => name)).toEqual(names);
    expect(found?.problems).toEqual(problems);
  });

  it("keeps a bounded number of names, and says so", () => {
    const many = Array.from({ length: 5000 }, (_, i) => `lib${i} (>= 1)`).join(", ");
    const found = analyzeFile(dpkg, STATUS, `Package: a\nVersion: 1\nDepends: ${many}\n`);
    expect(found?.packages?.[0]?.requires).toHaveLength(4000);
    expect(found?.problems).toEqual(["the paragraph at line 1 names more packages than are kept"]);
  });

  it("reads a distroless paragraph without a state, and its md5sums", () => {
    const at = "var/lib/dpkg/status.d/tzdata";
    expect(analyzeFile(dpkg, at, "Package: tzdata\nVersion: 2024a-0\n")?.packages?.[0]?.name).toBe("tzdata");
    const sums = `${"0".repeat(32)}  usr/bin/x\n${"1".repeat(32)}  usr/share/doc/tzdata/copyright\n`;
    expect(analyzeFile(dpkg, `${at}.md5sums`, sums)?.ownership).toEqual([
      { package: "tzdata", paths: "usr/bin/x" },
    ]);
  });

  it("reads a file list without directories and documentation", () => {
    const list =
      "/.\n/usr\n/usr/bin\n/usr/bin/x\n/usr/share\n/usr/share/doc\n/usr/share/doc/x\n/usr/share/doc/x/copyright\n/usr/bin-y\n";
    expect(analyzeFile(dpkg, "var/lib/dpkg/info/libc6:amd64.list", list)?.ownership).toEqual([
      { package: "libc6", architecture: "amd64", paths: "usr/bin/x\nusr/bin-y" },
    ]);
  });

  it.each([
    {
      name: "machine-readable",
      text: "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nLicense: MIT\n\nFiles: *\nCopyright: x\nLicense: GPL-2+\n text\n\nLicense: GPL-2+\n the text\n",
      want: { license: { package: "bash", licenses: ["GPL-2+", "MIT"] } },
    },
    { name: "prose", text: "This is free software.\nLicense: maybe\n", want: undefined },
  ])("reads a $name copyright file", ({ text, want }) => {
    expect(analyzeFile(dpkg, "usr/share/doc/bash/copyright", text)).toEqual(want);
  });

  it.each([
    { name: "without a version", bad: "Package: b\nStatus: install ok installed\n" },
    {
      name: "with an endless name",
      bad: `Package: ${"b".repeat(2000)}\nStatus: a b installed\nVersion: 1\n`,
    },
  ])("leaves out an installed paragraph $name, and says so", ({ bad }) => {
    const good = "Package: a\nStatus: install ok installed\nVersion: 1\n";
    const found = analyzeFile(dpkg, STATUS, `${bad}\n${good}`);
    expect(found?.packages?.map(({ name }) => name)).toEqual(["a"]);
    expect(found?.problems).toEqual(["the paragraph at line 1 has no usable package name or version"]);
  });

  it.skipIf(!existsSync("/var/lib/dpkg/status"))("finds on a Debian machine what dpkg-query lists", () => {
    const fields = ["Status-Status", "Package", "Version", "Architecture", "source:Package", "source:Version"]
      .map((field) => (field === "Status-Status" ? `\${db:${field}}` : `\${${field}}`))
      .concat("${Maintainer}", "${Provides}", "${Pre-Depends}, ${Depends}");
    const query = spawnSync("dpkg-query", ["-W", "-f", `${fields.join("\\t")}\\n`]);
    const want = query.stdout
      .toString()
      .split("\n")
      .map((row) => row.split("\t"))
      .filter(([state]) => state !== undefined && inPlace.has(state))
      .map(([, ...values]) => [...values.slice(0, 6), namesOf(values[6] ?? ""), namesOf(values[7] ?? "")]);
    const found = analyzeFile(dpkg, STATUS, readFileSync("/var/lib/dpkg/status"))?.packages ?? [];
    const got = found.map((fact) => [
      ...[fact.name, fact.version, fact.architecture, fact.sourcePackage?.name, fact.sourcePackage?.version],
      ...[fact.supplier, fact.provides ?? [], fact.requires ?? []],
    ]);
    expect(got.map((row) => JSON.stringify(row)).sort()).toEqual(
      want.map((row) => JSON.stringify(row)).sort(),
    );
  });

  it("keeps a bounded number of a package's files, and says so", () => {
    const many = analyzeFile(dpkg, "var/lib/dpkg/info/a.list", "/bc\n".repeat(600_000));
    expect(many?.ownership?.[0]?.paths).toHaveLength(3 * 500_000 - 1);
    expect(many?.problems).toEqual(["a owns more files than are kept"]);
  });

  it("takes linear time for lines without a colon, and for a field of many lines", () => {
    expect(analyzeFile(dpkg, STATUS, "a\n".repeat(2_000_000))?.problems).toHaveLength(1);
    const folded = `Package: a\nVersion: 1\nDescription: x\nDepends: b\n${" c\n".repeat(2_000_000)}`;
    expect(analyzeFile(dpkg, STATUS, folded)?.packages).toHaveLength(1);
  });

  it("survives damage with its own error", () => {
    fc.assert(
      fc.property(fc.nat(libstdc.length), fc.string(), (at, noise) => {
        try {
          analyzeFile(dpkg, STATUS, libstdc.slice(0, at) + noise + libstdc.slice(at));
        } catch (error) {
          expect(error).toBeInstanceOf(StellaError);
        }
      }),
    );
  });
});
