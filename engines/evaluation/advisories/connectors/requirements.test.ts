// SPDX-License-Identifier: Apache-2.0
/** Requirements in each notation, as the ranges that advisories have. */
import { describe, expect, it } from "vitest";
import { versionErrors, versionOrder } from "#lib/versions/index.ts";
import { gemNotation } from "./gem-notation.ts";
import { complement } from "./intervals.ts";
import { nextRelease, versionBehind } from "./next-version.ts";
import { comparatorNotation, rangesOf, readAll, unmended } from "./requirements.ts";
import type { Notation } from "./requirements.ts";
import { cargoNotation, npmNotation } from "./semver-notation.ts";

const gem = gemNotation("gem");

function readable(notation: Notation, texts: readonly string[]) {
  return texts.flatMap((text) => notation.read(text));
}

/** `>=0 <1.0`, `>=2 <=2.1 (3.0)`: the fix that is named behind a range's last version stands in brackets. */
function shown(notation: Notation, bad: readonly string[], good: readonly string[] = []): readonly string[] {
  return rangesOf(notation, readable(notation, bad), readable(notation, good)).map(
    ({ introduced, fixed, lastAffected }) =>
      lastAffected === undefined
        ? `>=${introduced}${fixed === undefined ? "" : ` <${fixed}`}`
        : `>=${introduced} <=${lastAffected}${fixed === undefined ? "" : ` (${fixed})`}`,
  );
}

describe("bad versions", () => {
  it.each([
    {
      notation: npmNotation,
      bad: ["<=2.15.0 || >=3.0.0 <=3.8.2"],
      good: [">=3.8.3"],
      want: [">=0 <=2.15.0 (3.8.3)", ">=3.0.0 <=3.8.2 (3.8.3)"],
    },
    { notation: npmNotation, bad: ["<2.0.1 || <1.1.7"], want: [">=0 <2.0.1"] },
    { notation: npmNotation, bad: ["*"], want: [">=0"] },
    { notation: npmNotation, bad: ["5.x"], good: ["^6.11.1"], want: [">=5.0.0 <=6.0.0-0 (6.11.1)"] },
    { notation: npmNotation, bad: ["<=0.7.0"], good: [">0.7.0"], want: [">=0 <=0.7.0 (0.7.1)"] },
    { notation: npmNotation, bad: [">1.2.3"], want: [">=1.2.4-0"] },
    { notation: npmNotation, bad: ["<0.0.0"], want: [] },
    { notation: cargoNotation, bad: ["0.54.2"], want: [">=0.54.2 <=0.55.0-0"] },
    { notation: cargoNotation, bad: ["^ 2.2.1, < 2.4"], want: [">=2.2.1 <=2.4.0-0"] },
    { notation: gem, bad: ["~> 5.2.4, >= 5.2.4.3"], want: [">=5.2.4.3 <=5.3.a"] },
    { notation: gem, bad: ["~> 2"], want: [">=2 <=3.a"] },
    { notation: gem, bad: ["~> 2.2.0.preview.1"], want: [">=2.2.0.preview.1 <=2.3.a"] },
    { notation: gem, bad: ["!= 1.0"], want: [">=0 <1.0", ">=1.0.0.1"] },
    { notation: gem, bad: ["> 2", "< 1"], want: [">=0 <1", ">=2.0.1"] },
    { notation: gem, bad: [">= 2, < 1"], want: [] },
  ])("$notation.ecosystem $bad", ({ notation, bad, good, want }) => {
    expect(shown(notation, bad, good)).toEqual(want);
  });

  it.each([
    { ecosystem: "composer", bad: [">=2.0,<2.1", ">=2.1,<2.3.5"], want: [">=2.0 <2.3.5"] },
    {
      ecosystem: "maven",
      bad: [">= 1.5.0, <= 1.5.9"],
      good: [">= 1.5.10"],
      want: [">=1.5.0 <=1.5.9 (1.5.10)"],
    },
    { ecosystem: "nuget", bad: ["> 4.0.0, < 4.5"], want: [">=4.0.0.1-0 <4.5"] },
    { ecosystem: "pypi", bad: ["= 1.2"], want: [">=1.2 <=1.2"] },
    { ecosystem: "golang", bad: ["> 1.2.3"], want: [">=1.2.4-0"] },
  ])("$ecosystem $bad", ({ ecosystem, bad, good, want }) => {
    expect(shown(comparatorNotation(ecosystem)!, bad, good)).toEqual(want);
  });
});

describe("what is neither patched nor unaffected", () => {
  it.each([
    {
      notation: gem,
      good: ["~> 5.2.4, >= 5.2.4.3", ">= 6.0.3.1"],
      want: [">=0 <5.2.4.3", ">=5.3.a <6.0.3.1"],
    },
    { notation: gem, good: ["> 3.0.4"], want: [">=0 <=3.0.4"] },
    { notation: gem, good: [], want: [">=0"] },
    {
      notation: cargoNotation,
      good: [">= 0.10.2", "< 0.10.0, >= 0.9.18"],
      want: [">=0 <0.9.18", ">=0.10.0 <0.10.2"],
    },
    { notation: cargoNotation, good: ["^0.10.4", ">=0.11.2"], want: [">=0 <0.10.4", ">=0.11.0-0 <0.11.2"] },
    { notation: cargoNotation, good: ["> 0.7.19"], want: [">=0 <=0.7.19 (0.7.20)"] },
    { notation: cargoNotation, good: [">= 0.0.0"], want: [] },
  ])("$notation.ecosystem $good", ({ notation, good, want }) => {
    const allowed = readable(notation, good);
    const bad = complement(notation.order, allowed);
    const ranges = rangesOf(notation, bad, allowed);
    const text = ranges.map(
      ({ introduced, fixed, lastAffected }) =>
        `>=${introduced}${lastAffected === undefined ? (fixed === undefined ? "" : ` <${fixed}`) : ` <=${lastAffected}${fixed === undefined ? "" : ` (${fixed})`}`}`,
    );
    expect(text).toEqual(want);
  });
});

it("keeps a version bad that the bad ones name, where the good ones hold it too", () => {
  const { order } = npmNotation;
  const read = (text: string) => npmNotation.read(text);
  const bad = unmended(order, read("<=2.15.0 || >=3.0.0 <=3.8.2"), read(">=2.15.1 <=3.0.0 || >=3.8.3"));
  expect(rangesOf(npmNotation, bad, [])).toEqual([
    { introduced: "0", lastAffected: "2.15.0" },
    { introduced: "3.0.0", lastAffected: "3.8.2" },
  ]);
});

describe("what is no requirement", () => {
  it.each([
    [gem, "1.0 beta"],
    [gem, ""],
    [gem, "~>"],
    [gem, ">= x y"],
    [gem, `${">= 1,".repeat(40)}< 2`],
    [gem, "9".repeat(3000)],
    [npmNotation, ">=not-a-version"],
    [cargoNotation, ">= 1.0, banana"],
    [comparatorNotation("composer")!, "^1.0"],
  ])("%#", (notation, text) => {
    const faults: [number, string][] = [];
    expect(
      readAll(notation, [">= 1.0.0", text], (index, reason) => faults.push([index, reason])),
    ).toBeUndefined();
    expect(faults).toEqual([[1, expect.stringMatching(/is no /)]]);
  });

  it("an ecosystem without an order of versions has no notation", () => {
    expect(comparatorNotation("conda")).toBeUndefined();
  });

  it("many requirements that all exclude something are read at once", () => {
    const text = Array.from({ length: 32 }, (_, i) => `!= ${i}`).join(",");
    expect(gem.read(text)).toHaveLength(33);
  });
});

describe("behind a version", () => {
  it.each([
    ["npm", "1.2.3", "1.2.4-0"],
    ["npm", "1.2", "1.2.1-0"],
    ["npm", "1.2.3-rc.1", "1.2.3-rc.1.0"],
    ["npm", "1.2.99999999999999999999", "1.2.100000000000000000000-0"],
    ["golang", "v1.2.3", "1.2.4-0"],
    ["hex", "1.2.3", "1.2.4-0"],
    ["swift", "1.2.3", "1.2.4-0"],
    ["nuget", "1.2.3.4", "1.2.3.5-0"],
    ["nuget", "1.2", "1.2.0.1-0"],
    ["nuget", "1.2-beta", "1.2-beta.0"],
    ["gem", "1.2.rc1", "1.2.rc1.0.1"],
    ["maven", "1.2.Final", "1.2.Final.0.1"],
    ["composer", "1.2.3.4", "1.2.3.4.0.1"],
    ["pypi", "1.2", "1.2.0.1"],
  ])("%s %s is %s", (ecosystem, version, want) => {
    expect(versionBehind(ecosystem, versionOrder(ecosystem)!, version)).toBe(want);
  });

  it("is refused where it can't be written", () => {
    expect(() => versionBehind("pypi", versionOrder("pypi")!, "1.2rc1")).toThrow(
      expect.objectContaining({ code: "VERSION_INVALID" }),
    );
    expect(versionErrors.is(new Error("x"))).toBe(false);
  });

  it.each([
    ["npm", "1.2.3", "1.2.4"],
    ["npm", "1.2.3-rc.1", undefined],
    ["gem", "1.2.3", undefined],
  ])("the next release of %s %s is %s", (ecosystem, version, want) => {
    expect(nextRelease(ecosystem, version)).toBe(want);
  });
});
