// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageDigest } from "#lib/digest.ts";
import { richSbom } from "../formats/testing/rich-sbom.ts";
import { ImageBomIndex, imageBomIndex } from "./image-index.ts";
import { mergeBomIndexes } from "./merge.ts";
import { MergedBomIndex } from "./merged-index.ts";
import { imageDigest, indexOf, type Small } from "./testing/small-images.ts";

const merged = (...images: readonly Small[]): MergedBomIndex =>
  new MergedBomIndex(mergeBomIndexes({ add: images.map(indexOf) }));

describe("image index", () => {
  it("answers by layer, type and use", () => {
    const index = new ImageBomIndex(imageBomIndex(richSbom));
    const purls = [...index.purls()];
    const named = (rows: Set<number>): string[] =>
      [...rows].map((row) => purls[row]?.replace(/[@?].*/, "") ?? "");
    expect({
      image: index.imageDigest,
      diffIds: index.diffIds,
      isPartial: index.isPartial,
      isTraced: index.isTraced,
      top: named(index.rowsOfLayer(2)),
      noLayer: named(index.rowsOfLayer(3)),
      pypi: named(index.rowsOfType("pypi")),
      cargo: named(index.rowsOfType("cargo")),
      used: named(index.usedRows()),
    }).toEqual({
      image: richSbom.imageDigest,
      diffIds: richSbom.layers.map(({ diffId }) => diffId),
      isPartial: true,
      isTraced: true,
      top: ["pkg:generic/Setup", "pkg:generic/tool", "pkg:maven/org.example/a"],
      noLayer: [],
      pypi: ["pkg:pypi/six"],
      cargo: [],
      used: ["pkg:deb/debian/glibc", "pkg:deb/debian/libc6", "pkg:generic/tool", "pkg:npm/%40x/y"],
    });
  });

  it("leaves out a purl that is none or too long, and says so", () => {
    const purls = ["pkg:npm/a@1", "pkg:npm/ü", `pkg:npm/${"x".repeat(20_000)}`];
    const index = new ImageBomIndex(indexOf({ name: "a", purls }));
    expect([[...index.purls()], index.isPartial]).toEqual([["pkg:npm/a@1"], true]);
  });

  it("is empty for an empty image", () => {
    const index = new ImageBomIndex(indexOf({ name: "empty", purls: [], isTraced: false }));
    expect([[...index.purls()], index.types, index.isTraced]).toEqual([[], [], false]);
  });
});

describe("imagesWith", () => {
  const index = merged(
    { name: "one", purls: ["pkg:npm/a@1!", "pkg:npm/a-b@1", "pkg:npm/a@2?x=y"] },
    { name: "two", purls: ["pkg:npm/a@10", "pkg:npm/ab@1!"] },
    { name: "three", purls: ["pkg:npm/a#dist", "pkg:npm/%40a/a@1"], isTraced: false },
    { name: "four", purls: ["pkg:npm/a.b@1", "pkg:npm/a?x=y"], isPartial: true },
    { name: "five", purls: [] },
  );
  const sorted = (...names: string[]): ImageDigest[] => names.map(imageDigest).sort();

  it.each([
    { purls: ["pkg:npm/a"], want: ["one", "two", "three", "four"] },
    { purls: ["pkg:npm/a@1"], want: ["one"] },
    { purls: ["pkg:npm/a@2"], want: ["one"] },
    { purls: ["pkg:npm/a@2?x=y"], want: ["one"] },
    { purls: ["pkg:npm/a@2?x"], want: [] },
    { purls: ["pkg:npm/a?x=y"], want: ["four"] },
    { purls: ["pkg:npm/a#dist"], want: ["three"] },
    { purls: ["pkg:npm/a-b"], want: ["one"] },
    { purls: ["pkg:npm/ab", "pkg:npm/%40a/a", "pkg:npm/zz"], want: ["two", "three"] },
    { purls: ["pkg:npm", "pkg:npm/", "", "zzz"], want: [] },
    { purls: [], want: [] },
  ])("$purls", ({ purls, want }) => expect(index.imagesWith(purls)).toEqual(sorted(...want)));

  it.each([
    { usage: "any", want: ["one", "two", "three", "four"] },
    { usage: "used", want: ["one"] },
    { usage: "used-or-unknown", want: ["one", "three"] },
  ] as const)("use: $usage", ({ usage, want }) =>
    expect(index.imagesWith(["pkg:npm/a"], usage)).toEqual(sorted(...want)),
  );

  it("tells which images were read in part", () => {
    const partial: ImageDigest[] = [];
    index.forEachPartial((position) => partial.push(index.imageAt(position)));
    expect([index.size, partial]).toEqual([5, sorted("four")]);
  });
});

/** Few names and versions, so that images share them and blocks have neighbours. */
const purl = fc
  .tuple(
    fc.constantFrom("a", "a-b", "ab", "%40s/a", "b"),
    fc.nat(12),
    fc.constantFrom("", "?x=y", "#s"),
    fc.constantFrom("", "!"),
  )
  .map(([name, version, rest, used]) => `pkg:npm/${name}@${version}${rest}${used}`);
const NAMES = "a b c d e f g h i j".split(" ");
const image = fc.record({
  name: fc.constantFrom(...NAMES),
  purls: fc.uniqueArray(purl, { maxLength: 40 }),
  isTraced: fc.boolean(),
  isPartial: fc.boolean(),
});

describe("mergeBomIndexes", () => {
  it("depends on the set of images only, and a plain search gives the same answers", () => {
    fc.assert(
      fc.property(
        fc.array(image, { maxLength: 12 }),
        fc.array(image, { maxLength: 6 }),
        fc.nat(9),
        (first, second, gone) => {
          const remove = new Set([imageDigest(NAMES[gone] ?? "")]);
          const base = mergeBomIndexes({ add: first.map(indexOf) });
          const inSteps = mergeBomIndexes({ base, add: second.map(indexOf), remove });
          const last = new Map(first.map((one) => [one.name, one]));
          last.delete(NAMES[gone] ?? "");
          for (const one of second) last.set(one.name, one);
          const atOnce = mergeBomIndexes({ add: [...last.values()].reverse().map(indexOf) });
          expect(Buffer.from(inSteps).equals(atOnce)).toBe(true);

          const index = new MergedBomIndex(atOnce);
          for (const asked of ["pkg:npm/a", "pkg:npm/%40s/a", "pkg:npm/a@1"]) {
            const has = ({ purls }: Small): boolean =>
              purls.some((one) => one.startsWith(asked) && /^([@?#!]|$)/.test(one.slice(asked.length)));
            const want = [...last.values()].filter(has).map(({ name }) => imageDigest(name));
            expect(index.imagesWith([asked])).toEqual(want.sort());
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives an empty index for nothing, and when all is taken out", () => {
    const nothing = mergeBomIndexes({});
    const base = mergeBomIndexes({ add: [indexOf({ name: "a", purls: ["pkg:npm/a@1"] })] });
    const remove = new Set([imageDigest("a")]);
    expect(Buffer.from(mergeBomIndexes({ base, remove })).equals(nothing)).toBe(true);
    expect(new MergedBomIndex(nothing).imagesWith(["pkg:npm/a"])).toEqual([]);
  });
});
