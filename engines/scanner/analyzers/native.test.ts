// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dynamicSection, elfFile } from "#lib/elf/testing/elf-file.ts";
import { StellaError } from "#lib/errors.ts";
import type { BinaryFact, Reading } from "../facts.ts";
import { goBinary } from "../testing/go-binary.ts";
import { analyzeFile } from "../testing/images.ts";
import { native } from "./native.ts";

/** A file of `lib/FORMAT/testdata`, which holds the samples of all formats. */
const sample = (path: string): Buffer => {
  const [format = "", name = ""] = path.split("/");
  const bytes = readFileSync(new URL(`../../../lib/${format}/testdata/${name}`, import.meta.url));
  return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
};

const read = (bytes: Buffer, pieces?: number): Reading | undefined =>
  analyzeFile(native, "app/x", bytes, { mode: 0o755, ...(pieces === undefined ? {} : { pieces }) });

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const program: Omit<BinaryFact, "sha256"> = {
  format: "elf",
  architecture: "amd64",
  kind: "executable",
  isStatic: false,
  interpreter: "/lib64/ld-linux-x86-64.so.2",
  needed: ["libanswer.so.1", "libc.so.6"],
  runpath: ["$ORIGIN", "/usr/local/lib"],
  buildId: "8dea666182abf1241862a957a3af1228b9093425",
  symbolVersions: [
    { library: "libanswer.so.1", versions: ["STELLA_1.0"] },
    { library: "libc.so.6", versions: ["GLIBC_2.2.5", "GLIBC_2.34"] },
  ],
};

const real: readonly (readonly [path: string, want: Omit<BinaryFact, "sha256">])[] = [
  ["elf/program", program],
  [
    "elf/program-static-pie",
    {
      format: "elf",
      architecture: "amd64",
      kind: "executable",
      isStatic: true,
      needed: [],
      buildId: "98295b970ba01bcca646f07d52db724d8d61106b",
    },
  ],
  [
    "pe/answer.dll",
    {
      format: "pe",
      architecture: "amd64",
      kind: "library",
      isStatic: false,
      needed: ["KERNEL32.dll", "USER32.dll"],
      product: {
        name: "Example Answers",
        version: "2.5",
        fileVersion: "2.5.0.7",
        company: "Example Grüße GmbH",
      },
    },
  ],
  [
    "macho/libinside.dylib.gz",
    {
      format: "macho",
      architecture: "amd64,arm64",
      kind: "library",
      isStatic: false,
      needed: ["@rpath/liboutside.2.dylib"],
      soname: "@rpath/libinside.1.dylib",
      rpath: ["@loader_path/../lib", "/opt/lib"],
      buildId: "4c4c448f55553144a1f96eff7e79ce6d",
    },
  ],
];

const RUST = "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/fmt/mod.rs";

describe("native/binary", () => {
  it.each(
    real.flatMap(([path, want]) => [undefined, 7, 4096].map((pieces) => [path, pieces, want] as const)),
  )("reads %s in pieces of %s bytes", (path, pieces, want) => {
    const bytes = sample(path);
    expect(read(bytes, pieces)).toEqual({ binary: { ...want, sha256: sha256(bytes) } });
  });

  it.each([
    ["a script", Buffer.from("#!/bin/sh\n".padEnd(100))],
    ["a DOS program", Buffer.concat([Buffer.from("MZ"), Buffer.alloc(5000)])],
    ["a Java class", Buffer.from("cafebabe00000041".padEnd(10_000, "0"), "hex")],
    ["an ELF object file", elfFile({ type: 1, parts: [], size: 5000 })],
  ])("finds nothing in %s", (_, bytes) => expect(read(bytes)).toBeUndefined());

  it("reads no further than the head of what is no program", () => {
    const file = { path: "app/x", size: 1e6, mode: 0o755 };
    expect(native.open(file).data(Buffer.from("#!/bin/sh\n"))).toBe(false);
    expect(native.open(file).data(elfFile({ type: 1, parts: [], size: 5000 }))).toBe(false);
  });

  it("says that a fat file is cut before its first slice", () =>
    expect(() => read(sample("macho/libinside.dylib.gz").subarray(0, 200))).toThrow(
      "app/x: the binary's header is cut short",
    ));

  it("says what it can't read", () => {
    const bytes = sample("elf/program").subarray(0, 800);
    expect(read(bytes)?.problems).toEqual(["the dynamic section can't be read to its end"]);
  });

  it("keeps what it needs of a large library", () => {
    const strings = Buffer.from("\0libz.so.1\0");
    const size = 12_000_000;
    const parts = [
      { type: 1, offset: 0, bytes: size },
      { type: 2, offset: 11_000_000, bytes: dynamicSection([[1, 1], [5, 3_000_000], [10, strings.length]]) }, // prettier-ignore
      { type: 6, offset: 3_000_000, bytes: strings },
    ];
    expect(read(elfFile({ parts, size }), 256 * 1024)?.binary?.needed).toEqual(["libz.so.1"]);
  });
});

describe("native/binary language", () => {
  const padded = (text: string, at: number): Buffer =>
    Buffer.concat([sample("elf/program"), Buffer.alloc(at), Buffer.from(text), Buffer.alloc(200)]);

  it.each([
    ["rustc by a path of its library", padded(RUST, 10), "rustc"],
    ["rustc of Debian", padded("/usr/src/rustc-1.63.0/library/alloc/src/string.rs", 10), "rustc"],
    ["rustc of Alpine", padded("/aports/main/rust/src/rustc-1.78.0-src/library/std/src/lib.rs", 10), "rustc"],
    ["nothing by another path", padded("/rustc/README.md /home/rustc-wrapper/x", 10), undefined],
    ["go by its build information", goProgram(), "go"],
    ["go in a PE file", carved("hello-windows"), "go"],
    ["go in a Mach-O file", carved("hello-fat"), "go"],
    ["nothing of another compiler", sample("elf/program"), undefined],
  ])("is %s", (_, bytes, want) => expect(read(bytes)?.binary?.language).toBe(want));

  it("is seen wherever the pieces part", () => {
    const start = sample("elf/program").length;
    for (let pieces = start - 10; pieces < start + 90; pieces++) {
      expect(read(padded(RUST, 0), pieces)?.binary?.language).toBe("rustc");
    }
  });
});

function goProgram(): Buffer {
  const bytes = goBinary({ goVersion: "go1.22.1", modules: "" });
  bytes.writeUInt16LE(2, 16);
  return bytes;
}

function carved(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`testdata/go/${name}.gz`, import.meta.url)));
}

describe("native/binary wants", () => {
  it.each([
    ["usr/bin/x", 0o755, true],
    ["usr/bin/x", 0o644, false],
    ["usr/lib/libx.so", 0o644, true],
    ["usr/lib/libx.so.1.2.3", 0o644, true],
    ["usr/share/x.1.gz", 0o644, false],
    ["usr/share/page.3", 0o644, false],
    ["app/x.DLL", 0o644, true],
    ["app/x.exe", 0o644, true],
    ["app/build/addon.node", 0o644, true],
    ["usr/lib/x.o", 0o755, false],
    ["lib/modules/x.ko", 0o755, false],
    ["usr/lib/libx.a", 0o755, false],
  ])("%s with mode %o: %s", (path, mode, want) =>
    expect(native.wants({ path, mode, size: 1000 })).toBe(want),
  );

  it("no file shorter than any header", () =>
    expect(native.wants({ path: "bin/x", mode: 0o755, size: 63 })).toBe(false));
});

describe("native/binary on damaged files", () => {
  const files = real.map(([path]) => sample(path));

  it("gives facts or its own error", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { maxLength: 6 }),
        fc.nat(20_000),
        fc.integer({ min: 50, max: 9000 }),
        (file, changes, length, pieces) => {
          const damaged = Buffer.from(file.subarray(0, length));
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          try {
            read(damaged, pieces);
          } catch (error) {
            expect(error).toBeInstanceOf(StellaError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
