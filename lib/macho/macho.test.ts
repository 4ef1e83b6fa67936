// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { machRanges, machSegments, readCommands, readMach, readMachFile } from "./index.ts";
import { readerOf } from "../read-at.ts";

const sample = (name: string): Buffer =>
  gunzipSync(readFileSync(new URL(`testdata/${name}.gz`, import.meta.url)));
const fat = sample("libinside.dylib");
const program = sample("inside-arm64");

describe("readMach", () => {
  it("reads the first slice of a fat dylib", () =>
    expect(readMach(readerOf(fat))).toEqual({
      architectures: ["amd64", "arm64"],
      kind: "library",
      needed: ["@rpath/liboutside.2.dylib"],
      installName: "@rpath/libinside.1.dylib",
      rpath: ["@loader_path/../lib", "/opt/lib"],
      uuid: "4c4c448f55553144a1f96eff7e79ce6d",
      problems: [],
    }));

  it("reads a program with a weak dylib", () =>
    expect(readMach(readerOf(program))).toEqual({
      architectures: ["arm64"],
      kind: "executable",
      interpreter: "/usr/lib/dyld",
      needed: ["@rpath/liboutside.2.dylib"],
      rpath: ["@executable_path/../lib"],
      uuid: "4c4c446755553144a180803afbd02472",
      problems: [],
    }));

  it.each([
    ["a script", Buffer.from("#!/bin/sh\n".padEnd(100))],
    ["a Java class", Buffer.from("cafebabe00000041".padEnd(200, "0"), "hex")],
    ["a fat archive", Buffer.from(fat).fill("!<arch>\n", 4096, 4104)],
    ["an object file", Buffer.from(program).fill(1, 12, 13)],
  ])("does not read %s", (_, bytes) => {
    expect(readMach(readerOf(bytes))).toBeUndefined();
    expect(machRanges(readerOf(bytes))).toBeUndefined();
  });

  it("says that a slice is missing", () => {
    const cut = readerOf(fat.subarray(0, 100));
    expect(readMach(cut)).toBe("cut");
    expect(machRanges(cut)).toEqual([{ start: 4096, end: 4128 }]);
  });

  it("says that load commands are missing", () =>
    expect(readMach(readerOf(program.subarray(0, 900)))).toMatchObject({
      problems: ["the load commands can't all be read"],
    }));

  it("gives segments and their sections with places in the whole file", () => {
    const first = readMachFile(readerOf(fat))?.first;
    const segments = first ? machSegments(first, readCommands(first, readerOf(fat)).commands) : [];
    expect(segments.map(({ name, isWritable, range }) => [name, isWritable, range.start])).toEqual([
      ["__TEXT", false, 4096],
      ["__DATA_CONST", true, 12288],
      ["__DATA", true, 16384],
      ["__LINKEDIT", false, 20480],
    ]);
    expect(segments[1]?.sections).toEqual([{ name: "__got", range: { start: 12288, end: 12296 } }]);
  });

  it("survives any damage", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(fat, program),
        fc.array(fc.tuple(fc.oneof(fc.nat(60), fc.nat(6000)), fc.nat(255)), { maxLength: 6 }),
        fc.nat(7000),
        (file, changes, length) => {
          const damaged = Buffer.from(file.subarray(0, length));
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          const read = readerOf(damaged);
          expect(machRanges(read) === undefined).toBe(readMach(read) === undefined);
          const first = readMachFile(read)?.first;
          if (first) machSegments(first, readCommands(first, read).commands);
        },
      ),
      { numRuns: 500 },
    );
  });
});
