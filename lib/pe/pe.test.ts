// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { peArchitecture } from "./machines.ts";
import { peRanges, readPe } from "./index.ts";
import { readerOf } from "../read-at.ts";
import { readVersionStrings } from "./version-info.ts";

const sample = (name: string): Buffer => readFileSync(new URL(`testdata/${name}`, import.meta.url));
const dll = sample("answer.dll");
const delay = sample("delay.exe");

describe("readPe", () => {
  it("reads a DLL with a version resource", () =>
    expect(readPe(readerOf(dll))).toEqual({
      architecture: "amd64",
      kind: "library",
      needed: ["KERNEL32.dll", "USER32.dll"],
      versionStrings: new Map([
        ["CompanyName", "Example Grüße GmbH"],
        ["FileDescription", "Answers"],
        ["FileVersion", "2.5.0.7"],
        ["ProductName", "Example Answers"],
        ["ProductVersion", "2.5"],
      ]),
      problems: [],
    }));

  it("reads a program that loads a DLL late", () =>
    expect(readPe(readerOf(delay))).toEqual({
      architecture: "amd64",
      kind: "executable",
      needed: ["USER32.dll"],
      versionStrings: new Map(),
      problems: [],
    }));

  it.each([
    ["a script", Buffer.from("#!/bin/sh\n".padEnd(100))],
    ["a DOS program", Buffer.concat([Buffer.from("MZ"), Buffer.alloc(100)])],
    ["a header far behind a stub", farHeader()],
    ["a header cut short", dll.subarray(0, 0x90)],
  ])("does not read %s", (_, bytes) => {
    expect(readPe(readerOf(bytes))).toBeUndefined();
    expect(peRanges(readerOf(bytes))).toBeUndefined();
  });

  it.each([
    [300, ["the PE headers can't be read to their end", "the imported DLLs can't all be read"]],
    [1600, ["the imported DLLs can't all be read", "the version resource can't be read"]],
  ])("says what is missing of a file cut to %d bytes", (length, problems) =>
    expect(readPe(readerOf(dll.subarray(0, length)))?.problems).toEqual(problems),
  );

  it("asks for all that it reads", () => {
    for (const file of [dll, delay]) {
      const ranges = peRanges(readerOf(file)) ?? [];
      const read = (offset: number, length: number): Buffer =>
        offset < 1024 || ranges.some(({ start, end }) => offset >= start && offset + length <= end)
          ? readerOf(file)(offset, length)
          : Buffer.alloc(0);
      expect(readPe(read)).toEqual(readPe(readerOf(file)));
    }
  });

  it("survives any damage", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(dll, delay),
        fc.array(fc.tuple(fc.nat(5200), fc.nat(255)), { maxLength: 6 }),
        fc.nat(6000),
        (file, changes, length) => {
          const damaged = Buffer.from(file.subarray(0, length));
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          const [facts, ranges] = [readPe(readerOf(damaged)), peRanges(readerOf(damaged))];
          expect(ranges === undefined).toBe(facts === undefined);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function farHeader(): Buffer {
  const bytes = Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200_000)]);
  bytes.writeUInt32LE(100_000, 0x3c);
  dll.subarray(0x80, 0x800).copy(bytes, 100_000);
  return bytes;
}

describe("readVersionStrings", () => {
  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        readVersionStrings(Buffer.from(bytes));
      }),
    );
  });
});

describe("peArchitecture", () => {
  it.each([
    [0x14c, "386"],
    [0x8664, "amd64"],
    [0xaa64, "arm64"],
    [0x1c4, "arm"],
    [0xfd1d, "amd64"], // Linux code of .NET
    [0xd11d, "arm64"], // Linux code of .NET
    [0x200, "machine-512"],
  ])("names %d", (machine, want) => expect(peArchitecture(machine)).toBe(want));
});
