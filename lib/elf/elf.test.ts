// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elfRanges, readElf, readerOf, type ElfFacts } from "./index.ts";
import { dynamicSection, elfFile } from "./testing/elf-file.ts";

const sample = (name: string): Buffer => {
  const bytes = readFileSync(new URL(`testdata/${name}`, import.meta.url));
  return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
};

const none = { needed: [], versionNeeds: [], hasGoNote: false, problems: [] };
const LD_SO = "/lib64/ld-linux-x86-64.so.2";
const libcNeed = { library: "libc.so.6", versions: ["GLIBC_2.2.5"] };
const programNeeds = [
  { library: "libanswer.so.1", versions: ["STELLA_1.0"] },
  { library: "libc.so.6", versions: ["GLIBC_2.2.5", "GLIBC_2.34"] },
];

const real: readonly (readonly [name: string, want: ElfFacts])[] = [
  [
    "libanswer.so.1.0.0",
    {
      ...none,
      architecture: "amd64",
      kind: "library",
      needed: ["libm.so.6", "libc.so.6"],
      soname: "libanswer.so.1",
      rpath: ["$ORIGIN/../lib", "/opt/answer/lib"],
      buildId: "329e1561e6406f331cf12d659252b049973ef980",
      versionNeeds: [libcNeed, { library: "libm.so.6", versions: ["GLIBC_2.29"] }],
    },
  ],
  [
    "libanswer-patched.so",
    {
      ...none,
      architecture: "amd64",
      kind: "library",
      needed: ["libm-0123.so.6", "libc.so.6"],
      soname: "libanswer-a1b2c3.so.1",
      runpath: ["$ORIGIN/../answer.libs"],
      buildId: "329e1561e6406f331cf12d659252b049973ef980",
      versionNeeds: [libcNeed, { library: "libm-0123.so.6", versions: ["GLIBC_2.29"] }],
    },
  ],
  [
    "program",
    {
      ...none,
      architecture: "amd64",
      kind: "executable",
      interpreter: LD_SO,
      needed: ["libanswer.so.1", "libc.so.6"],
      runpath: ["$ORIGIN", "/usr/local/lib"],
      buildId: "8dea666182abf1241862a957a3af1228b9093425",
      versionNeeds: programNeeds,
    },
  ],
  [
    "program-exec",
    {
      ...none,
      architecture: "amd64",
      kind: "executable",
      interpreter: LD_SO,
      needed: ["libanswer.so.1", "libc.so.6"],
      buildId: "392349f446ac7da66cf2251890c80990d730bbcc",
      versionNeeds: programNeeds,
    },
  ],
  [
    "program-patched",
    {
      ...none,
      architecture: "amd64",
      kind: "executable",
      interpreter: "/opt/very/long/path/to/another/lib/ld-linux-x86-64.so.2",
      needed: ["libanswer.so.1", "libc.so.6"],
      runpath: ["/opt/very/long/path/to/another/lib"],
      buildId: "8dea666182abf1241862a957a3af1228b9093425",
      versionNeeds: programNeeds,
    },
  ],
  [
    "program-static",
    {
      ...none,
      architecture: "amd64",
      kind: "executable",
      buildId: "71872a0f770be0a38b2a0ef29457cfedf83c3c4c",
    },
  ],
  [
    "program-static-pie",
    {
      ...none,
      architecture: "amd64",
      kind: "executable",
      buildId: "98295b970ba01bcca646f07d52db724d8d61106b",
    },
  ],
  [
    "libbare32.so",
    { ...none, architecture: "386", kind: "library", buildId: "acfdb78e7dd8d36dd777500dac127dc3127fb685" },
  ],
  [
    "libbare-ppc.so.gz",
    {
      ...none,
      architecture: "ppc",
      kind: "library",
      needed: ["liboutside.so.2"],
      buildId: "df2498cc46d46bdac54ba8670fd516d5586d4cc9",
    },
  ],
  [
    "libbare-ppc64.so.gz",
    {
      ...none,
      architecture: "ppc64",
      kind: "library",
      needed: ["liboutside.so.2"],
      soname: "libbare.so.1",
      buildId: "d22b4d1f521fb0d1b88d818790c911dd3bb7fcc8",
    },
  ],
];

/** A library whose strings stand at `strings`, its dynamic section at `at`, the program headers at `headersAt`. */
function library({
  at,
  strings,
  headersAt = 64,
}: {
  at: number;
  strings: number;
  headersAt?: number;
}): Buffer {
  const text = Buffer.from("\0libz.so.1\0libme.so\0");
  const entries = [[1, 1], [14, 11], [5, strings], [10, text.length]] as const; // prettier-ignore
  const dynamic = dynamicSection(entries);
  const size = Math.max(at, strings, headersAt) + 4096;
  return elfFile({
    headersAt,
    size,
    parts: [
      { type: 1, offset: 0, bytes: size },
      { type: 2, offset: at, bytes: dynamic },
      { type: 6, offset: strings, bytes: text },
    ],
  });
}

/** Reads as a stream would: only what `elfRanges` asked for before it passed. */
function readInOnePass(file: Buffer): ElfFacts | undefined {
  const kept: { start: number; end: number }[] = [{ start: 0, end: 4096 }];
  const read = (passed: number) => (offset: number, length: number) => {
    const range = kept.find(({ start, end }) => offset >= start && offset < end);
    return file.subarray(offset, Math.max(offset, Math.min(offset + length, range?.end ?? 0, passed)));
  };
  for (let passed = 4096; passed < file.length + 4096; passed += 4096) {
    for (const range of elfRanges(read(passed)) ?? []) {
      if (range.end <= passed || kept.some(({ end }) => end === range.end)) continue;
      kept.push({ start: Math.max(range.start, passed), end: range.end });
      const [last, before] = [kept.at(-1), kept.find(({ end }) => end === passed)];
      if (last && before && last.start === passed) kept.push({ start: before.start, end: last.end });
    }
  }
  return readElf(read(file.length));
}

describe("readElf", () => {
  it.each(real)("reads %s as readelf does", (name, want) =>
    expect(readElf(readerOf(sample(name)))).toEqual(want),
  );

  it.each([
    ["no ELF file", Buffer.from("#!/bin/sh\n".padEnd(100))],
    ["an unknown class", Buffer.from(sample("program")).fill(3, 4, 5)],
    ["an unknown byte order", Buffer.from(sample("program")).fill(0, 5, 6)],
    ["an object file", elfFile({ type: 1, parts: [], size: 64 })],
    ["a core dump", elfFile({ type: 4, parts: [], size: 64 })],
    ["a header cut short", sample("program").subarray(0, 63)],
  ])("does not read %s", (_, bytes) => {
    expect(readElf(readerOf(bytes))).toBeUndefined();
    expect(elfRanges(readerOf(bytes))).toBeUndefined();
  });

  it.each([
    [100, "the ELF program headers can't be read"],
    [800, "the dynamic section can't be read to its end"],
  ])("says what is missing of a file cut to %d bytes", (length, problem) =>
    expect(readElf(readerOf(sample("program").subarray(0, length)))?.problems).toEqual([problem]),
  );

  it("says that names are missing", () => {
    const file = library({ at: 512, strings: 8192 });
    expect(readElf(readerOf(file.subarray(0, 8000)))).toEqual({
      ...none,
      architecture: "amd64",
      kind: "library",
      problems: ["the names in the dynamic section can't all be read"],
    });
  });

  it("takes a library with an interpreter for a library, as it has a name of its own", () => {
    const file = library({ at: 512, strings: 1024 });
    const interpreter = { type: 3, offset: 1200, bytes: Buffer.from("/lib/ld.so\0") };
    const parts = [...segmentsOf(file), interpreter];
    const got = readElf(readerOf(elfFile({ parts, size: file.length })));
    expect(got).toMatchObject({ kind: "library", interpreter: "/lib/ld.so", soname: "libme.so" });
  });
});

function segmentsOf(file: Buffer): { type: number; offset: number; bytes: Buffer | number }[] {
  return [
    { type: 1, offset: 0, bytes: file.length },
    { type: 2, offset: 512, bytes: file.subarray(512, 512 + 80) },
    { type: 6, offset: 1024, bytes: file.subarray(1024, 1044) },
  ];
}

describe("elfRanges", () => {
  const MiB = 1024 * 1024;
  it.each([
    ["strings in front, as ld has them", { at: 20 * MiB, strings: 2 * MiB }],
    ["strings right before the dynamic section, as Go has them", { at: 20 * MiB, strings: 20 * MiB - 4096 }],
    ["strings behind the dynamic section, as patchelf has them", { at: 2 * MiB, strings: 22 * MiB }],
    [
      "program headers behind all else, as BOLT has them",
      { at: 20 * MiB, strings: MiB, headersAt: 21 * MiB },
    ],
  ])("asks for %s", (_, places) =>
    expect(readInOnePass(library(places))).toEqual({
      ...none,
      architecture: "amd64",
      kind: "library",
      needed: ["libz.so.1"],
      soname: "libme.so",
    }),
  );

  it("can't tell where strings stand that no linker puts there", () =>
    expect(readInOnePass(library({ at: 20 * MiB, strings: 18 * MiB }))?.problems).toEqual([
      "the names in the dynamic section can't all be read",
    ]));
});

describe("damaged ELF files", () => {
  const files = real.map(([name]) => sample(name));

  it("give facts, or none", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { maxLength: 6 }),
        fc.nat(20_000),
        (file, changes, length) => {
          const damaged = Buffer.from(file.subarray(0, length));
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          const [facts, ranges] = [readElf(readerOf(damaged)), elfRanges(readerOf(damaged))];
          expect(ranges === undefined).toBe(facts === undefined);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("are read within bounds when they say that they are vast", () => {
    const file = Buffer.from(sample("program"));
    file.writeUInt16LE(0xffff, 56);
    file.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 32);
    expect(readElf(readerOf(file))?.needed).toEqual([]);
  });
});
