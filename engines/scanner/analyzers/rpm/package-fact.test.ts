// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { headerBlob, stringArray, text, uint32s } from "#lib/rpmdb/testing/header-blob.ts";
import { ndbOf } from "#lib/rpmdb/testing/ndb.ts";
import type { Reading } from "../../facts.ts";
import { analyzeFile } from "../../testing/images.ts";
import { rpm } from "../rpm.ts";

describe("os/rpm over headers of a test's own", () => {
  const minimal = [text(1000, "a"), text(1001, "1"), text(1002, "2")];
  const analyze = (...headers: Buffer[]): Reading | undefined =>
    analyzeFile(rpm, "var/lib/rpm/Packages.db", ndbOf(headers));

  it("finds nothing in an empty database", () => expect(analyze()).toBeUndefined());

  it("states no more than the header does", () =>
    expect(analyze(headerBlob(minimal))).toEqual({
      packages: [{ type: "rpm", name: "a", version: "1-2", offset: 4096 + 16 }],
    }));

  it("sorts, and leaves out a header without a version as a problem", () => {
    const other = headerBlob([text(1000, "A"), ...minimal.slice(1)]);
    const found = analyze(headerBlob(minimal), headerBlob(minimal.slice(0, 1)), other);
    expect(found?.packages?.map(({ name }) => name)).toEqual(["A", "a"]);
    expect(found?.problems).toEqual([
      expect.stringMatching(/^a header has no name, version or release at byte \d+$/),
    ]);
  });

  it.each([
    { sourceRpm: "x-1-2.src.rpm", want: { name: "x", version: "3:1-2" } },
    { sourceRpm: "x-1-3.src.rpm", want: { name: "x", version: "1-3" } },
    { sourceRpm: "a-b-c-1~rc1-2.el9.nosrc.rpm", want: { name: "a-b-c", version: "1~rc1-2.el9" } },
    { sourceRpm: "x-1.src.rpm", want: undefined },
    { sourceRpm: "x-1-2.x86_64.rpm", want: undefined },
  ])("reads the source package of $sourceRpm", ({ sourceRpm, want }) => {
    const found = analyze(headerBlob([...minimal, uint32s(1003, [3]), text(1044, sourceRpm)]));
    expect(found?.packages?.[0]?.sourcePackage).toEqual(want);
  });

  it.each([
    { requires: ["b", "a", "b"], want: ["a", "b"] },
    { requires: ["/bin/sh", "rpmlib(X)", "config(a)"], want: undefined },
    { requires: ["((a or b) if (c and d))"], want: ["a", "b"] },
    { requires: ["(a if b else c)", "(d unless e)", "(f without g)"], want: ["a", "c", "d", "f"] },
    {
      requires: ["(a >= 1 with a < 2)", "(perl(X::Y) >= 0:1 and x.so.1(V)(64bit))"],
      want: ["a", "perl(X::Y)", "x.so.1(V)(64bit)"],
    },
    { requires: ["(bundled(npm(x)) or y)", "(a(((b or"], want: ["a", "b", "bundled(npm(x))", "y"] },
    { requires: ["(((a", "b)", "(c ("], want: ["a", "b)", "c"] },
  ])("requires $want for $requires", ({ requires, want }) => {
    const found = analyze(headerBlob([...minimal, stringArray(1049, requires)]));
    expect(found?.packages?.[0]?.requires).toEqual(want);
  });

  it("leaves out texts that are too long, and says so", () => {
    const long = "x".repeat(20_000);
    const named = headerBlob([text(1000, long), ...minimal.slice(1)]);
    const licensed = headerBlob([...minimal, text(1014, long), stringArray(1047, [long, "a"])]);
    expect(analyze(named, licensed)).toEqual({
      packages: [
        { type: "rpm", name: "a", version: "1-2", provides: ["a"], offset: expect.any(Number) as number },
      ],
      problems: [
        expect.stringMatching(/^the header at byte \d+ has no usable package name or version$/),
        expect.stringMatching(/^not all names that the header at byte \d+ provides or requires are kept$/),
        expect.stringMatching(/^a text of 20000 characters in the header at byte \d+ is left out$/),
      ],
    });
  });

  it("can't be made to multiply long folder names", () => {
    const files = [
      stringArray(1117, Array(50_000).fill("f") as string[]),
      stringArray(1118, [`/${"d".repeat(1_000_000)}/`, `/${"e".repeat(4000)}/`]),
      uint32s(
        1116,
        Array.from({ length: 50_000 }, (_, i) => i % 2),
      ),
    ];
    const found = analyze(headerBlob([...minimal, ...files]));
    expect(found?.ownership?.[0]?.paths.length).toBeLessThan(64 * 1024 * 1024);
    expect(found?.problems).toEqual([expect.stringMatching(/^\d+ paths of packages' files are left out$/)]);
  });
});
