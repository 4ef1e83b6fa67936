// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { analyzeFile } from "../testing/images.ts";
import { apk } from "./apk.ts";

const DB = "lib/apk/db/installed";
const musl = `C:Q1abc=
P:musl
V:1.2.5-r0
A:x86_64
T:the musl c library (libc) implementation
L:MIT
o:musl
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1xyz=
F:
R:top

P:libcrypto3
V:3.3.1-r3
A:x86_64
L:Apache-2.0
o:openssl
m:Ariadne Conill <ariadne@dereferenced.org>
D:so:libc.musl-x86_64.so.1 !libcrypto2 musl>=1.2 musl>1.2.1 ca-certificates@edge base~3.20 /bin/sh
p:so:libcrypto.so.3=3.3.1 cmd:openssl=3.3.1-r3 pc:libcrypto=3.3.1 crypto
`;
const realDatabase = readFileSync(new URL("testdata/apk/installed", import.meta.url));

describe("os/apk", () => {
  it("reads packages, origins and files", () => {
    expect(analyzeFile(apk, DB, musl)).toEqual({
      packages: [
        {
          type: "apk",
          name: "musl",
          version: "1.2.5-r0",
          architecture: "x86_64",
          licenses: ["MIT"],
          sourcePackage: { name: "musl", version: "1.2.5-r0" },
          line: 1,
        },
        {
          type: "apk",
          name: "libcrypto3",
          version: "3.3.1-r3",
          architecture: "x86_64",
          licenses: ["Apache-2.0"],
          sourcePackage: { name: "openssl", version: "3.3.1-r3" },
          line: 15,
          supplier: "Ariadne Conill <ariadne@dereferenced.org>",
          provides: ["cmd:openssl", "crypto", "pc:libcrypto", "so:libcrypto.so.3"],
          requires: ["/bin/sh", "base", "ca-certificates", "musl", "so:libc.musl-x86_64.so.1"],
        },
      ],
      ownership: [{ package: "musl", paths: "lib/ld-musl-x86_64.so.1\ntop" }],
    });
  });

  it.each([
    { name: "an empty database", path: DB, text: "\n\n", want: undefined },
    { name: "another file", path: "opt/lib/apk/db/installed", text: musl, want: undefined },
  ])("finds nothing in $name", ({ path, text, want }) => expect(analyzeFile(apk, path, text)).toEqual(want));

  it("reads the newer place", () => expect(analyzeFile(apk, `usr/${DB}`, musl)?.packages).toHaveLength(2));

  it("leaves out a record without a version, and says so", () => {
    const found = analyzeFile(apk, DB, `P:a\n\n${musl}`);
    expect(found?.packages).toHaveLength(2);
    expect(found?.problems).toEqual(["the record at line 1 has no usable package name or version"]);
  });

  it("keeps a bounded number of names, and says so", () => {
    const many = Array.from({ length: 5000 }, (_, i) => `so:lib${i}.so=1`).join(" ");
    const found = analyzeFile(apk, DB, `P:a\nV:1\np:${many}\n`);
    expect(found?.packages?.[0]?.provides).toHaveLength(4000);
    expect(found?.problems).toEqual(["the record at line 1 names more packages than are kept"]);
  });

  it("leaves out paths that no file can have, and lists that are too long", () => {
    const folder = (length: number, files: number): string =>
      `P:a\nV:1\nF:${"d".repeat(length)}\n${"R:x\n".repeat(files)}\n`;
    const long = analyzeFile(apk, DB, folder(5000, 10));
    expect([long?.ownership, long?.problems]).toEqual([
      [],
      ["10 files of the package at line 1 are left out"],
    ]);
    const many = analyzeFile(apk, DB, folder(4000, 17_000) + folder(10, 1));
    expect(many?.packages).toHaveLength(2);
    expect(many?.ownership?.[0]?.paths.length).toBeLessThan(64 * 1024 * 1024);
    expect(many?.problems).toEqual(["236 files of the package at line 1 are left out"]);
  });

  it("reads a real database: every need but a conflict is provided in it", () => {
    const packages = analyzeFile(apk, DB, realDatabase)?.packages ?? [];
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "alpine-baselayout-data 3.2.0-r22",
      "musl 1.2.3-r0",
      "busybox 1.35.0-r17",
      "alpine-baselayout 3.2.0-r22",
      "alpine-keys 2.4-r1",
      "ca-certificates-bundle 20220614-r0",
      "libcrypto1.1 1.1.1q-r0",
      "libssl1.1 1.1.1q-r0",
      "ssl_client 1.35.0-r17",
      "zlib 1.2.12-r3",
      "apk-tools 2.12.9-r3",
      "scanelf 1.3.4-r0",
      "musl-utils 1.2.3-r0",
      "libc-utils 0.7.2-r3",
    ]);
    expect(packages.filter(({ supplier }) => supplier === undefined)).toEqual([]);
    expect(packages.find(({ name }) => name === "busybox")).toEqual({
      type: "apk",
      name: "busybox",
      version: "1.35.0-r17",
      architecture: "aarch64",
      licenses: ["GPL-2.0-only"],
      sourcePackage: { name: "busybox", version: "1.35.0-r17" },
      line: 69,
      supplier: "Sören Tempel <soeren+alpine@soeren-tempel.net>",
      provides: ["/bin/sh", "cmd:busybox", "cmd:sh"],
      requires: ["so:libc.musl-aarch64.so.1"],
    });
    const provided = new Set(packages.flatMap(({ name, provides = [] }) => [name, ...provides]));
    expect(packages.flatMap(({ requires = [] }) => requires).filter((need) => !provided.has(need))).toEqual(
      [],
    );
  });

  it("survives damage with its own error", () => {
    fc.assert(
      fc.property(fc.nat(musl.length), fc.string(), (at, noise) => {
        try {
          analyzeFile(apk, DB, musl.slice(0, at) + noise + musl.slice(at));
        } catch (error) {
          expect(error).toBeInstanceOf(StellaError);
        }
      }),
    );
  });
});
