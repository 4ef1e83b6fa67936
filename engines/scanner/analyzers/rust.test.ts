// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { deflateSync, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elfFile } from "#lib/elf/testing/elf-file.ts";
import { StellaError } from "#lib/errors.ts";
import type { PackageFact, Reading } from "../facts.ts";
import { analyzeFile } from "../testing/images.ts";
import { rust } from "./rust.ts";

const sample = (name: string): Buffer => {
  const bytes = readFileSync(new URL(`testdata/rust/${name}`, import.meta.url));
  return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
};
const so = sample("libtiny_audited.so");
const dll = sample("tiny_audited.dll");
const dylib = sample("libtiny_audited.dylib.gz");

const read = (bytes: Buffer, pieces?: number): Reading | undefined =>
  analyzeFile(rust, "app/x", bytes, { mode: 0o755, ...(pieces === undefined ? {} : { pieces }) });

/** Of the workspace itself, and not of crates.io. */
const LOCAL = { source: "local" };

const tiny = (offset: number): PackageFact[] => [
  { type: "cargo", name: "cfg-if", version: "1.0.0", offset },
  { type: "cargo", name: "itoa", version: "1.0.9", offset },
  {
    type: "cargo",
    name: "tiny-audited",
    version: "0.3.1",
    qualifiers: LOCAL,
    offset,
    requires: ["cfg-if", "itoa"],
  },
];

/** An ELF file of 8 KiB, loaded up to 5000, with bytes at a place. */
function withData(data: Buffer, at = 6000): Buffer {
  const parts = [
    { type: 1, offset: 0, bytes: 5000 },
    { type: 6, offset: at, bytes: data },
  ];
  return elfFile({ parts, size: Math.max(8192, at + data.length + 64) });
}

const list = (packages: readonly unknown[], level = 7): Buffer =>
  deflateSync(JSON.stringify({ packages, format: 1 }), { level });

const many = Array.from({ length: 2000 }, (_, index) => ({
  name: `crate-${(index * 7919) % 100_003}`,
  version: `${index}.${(index * 31) % 17}.0`,
  source: "crates.io",
  ...(index === 0 ? { root: true } : { dependencies: [index - 1] }),
}));

describe("language/rust", () => {
  it.each(
    [
      ["an ELF library", so, 1203],
      ["a PE library", dll, 1536],
      ["a Mach-O library", dylib, 16384],
    ].flatMap(([name, bytes, offset]) =>
      [undefined, 1, 100, 4096].map((pieces) => ({ name, bytes, offset, pieces }) as never),
    ) as { name: string; bytes: Buffer; offset: number; pieces: number | undefined }[],
  )("finds what rust-audit-info finds in $name in pieces of $pieces", ({ bytes, offset, pieces }) =>
    expect(read(bytes, pieces)).toEqual({ packages: tiny(offset) }),
  );

  it.each([
    ["large data in small pieces", withData(list(many)), 1000],
    ["data of small tables", withData(list(many, 1)), 5000],
    ["data right behind what is loaded", withData(list(many), 5000), 4097],
    ["data behind things that look like it", withData(Buffer.concat([decoys(), list(many)])), 4096],
    ["data far behind, as in a file with debug information", withData(list(many), 3_000_000), 256 * 1024],
  ])("finds %s", (_, bytes, pieces) => expect(read(bytes, pieces)?.packages).toHaveLength(2000));

  it("finds data of fixed codes and of stored bytes", () => {
    const one = [{ name: "a", version: "1.0.0", source: "local", root: true }];
    const want = [{ type: "cargo", name: "a", version: "1.0.0", qualifiers: LOCAL, offset: 6000 }];
    for (const level of [0, 9]) expect(read(withData(list(one, level)))).toEqual({ packages: want });
  });

  it("finds nothing in a part that is loaded, nor in other files", () => {
    expect(read(withData(list(many.slice(0, 5)), 4200))).toBeUndefined();
    expect(read(withData(Buffer.from("nothing")))).toBeUndefined();
    expect(read(Buffer.from("#!/bin/sh\n".padEnd(200)))).toBeUndefined();
  });

  it("leaves out build dependencies, also among requirements", () => {
    const packages = [
      { name: "b", version: "1.0.0", source: "crates.io", kind: "build" },
      { name: "a", version: "1.0.0", source: "local", root: true, dependencies: [0, 2, 2, 7, -1, "x"] },
      { name: "c", version: "2.0.0", source: "git", kind: "runtime" },
    ];
    expect(read(withData(list(packages)))).toEqual({
      packages: [
        { type: "cargo", name: "a", version: "1.0.0", qualifiers: LOCAL, offset: 6000, requires: ["c"] },
        { type: "cargo", name: "c", version: "2.0.0", qualifiers: { source: "git" }, offset: 6000 },
      ],
    });
  });

  it("says that entries are of no use", () => {
    const packages = [{ name: "a", version: "1.0.0" }, { name: "b" }, { name: "", version: "1" }, null, "x"];
    expect(read(withData(list(packages)))).toEqual({
      packages: [{ type: "cargo", name: "a", version: "1.0.0", offset: 6000 }],
      problems: ["4 entries of the cargo-auditable data have no usable name or version"],
    });
  });

  it.each([
    ["is cut short", withData(list(many)).subarray(0, 9000), "at byte 6000 can't be inflated"],
    ["is damaged", withData(damagedList()), "at byte 6000 can't be inflated"],
    [
      "is no list",
      withData(deflateSync(`{"packages":{}}${" ".repeat(99)}`)),
      "at byte 6000 is no package list",
    ],
    ["is no JSON", withData(deflateSync('{"packages":[[[')), "at byte 6000 is no package list"],
  ])("says that data %s", (_, bytes, message) => expect(() => read(bytes, 3000)).toThrow(message));

  it("gives up on a file full of other zlib streams, and says so", () => {
    const bombs = Buffer.concat(Array.from({ length: 6000 }, () => deflateSync("{".repeat(100))));
    const problems = ["too much looks like cargo-auditable data; not all was tried"];
    expect(read(withData(bombs), 65536)).toEqual({ problems });
  });

  it("survives any damage with its own error", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(so, dll, dylib, withData(list(many.slice(0, 20)))),
        fc.array(fc.tuple(fc.nat(7000), fc.nat(255)), { maxLength: 6 }),
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

/** Other zlib streams, and what begins like one. */
function decoys(): Buffer {
  const heads = [0x01, 0x5e, 0x9c, 0xda].flatMap((flags) =>
    Array.from({ length: 256 }, (_, byte) => [0x78, flags, byte, (byte * 7) & 255]),
  );
  return Buffer.concat([
    deflateSync("x".repeat(100)),
    deflateSync('{"package":[]}'),
    Buffer.from(heads.flat()),
  ]);
}

function damagedList(): Buffer {
  const data = list(many);
  data.fill(0xff, 3000, 3100);
  return data;
}
