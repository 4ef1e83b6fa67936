// SPDX-License-Identifier: Apache-2.0
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
`;

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
