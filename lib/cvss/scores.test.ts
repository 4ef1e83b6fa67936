// SPDX-License-Identifier: Apache-2.0
/** Scores and severities where a rule shows; tables of whole vectors are in test/conformance/cvss. */
import { describe, expect, it } from "vitest";
import { cvssScores, cvssSeverity, parseCvss } from "./index.ts";
import type { CvssScores } from "./index.ts";

const scores = (text: string): CvssScores => cvssScores(parseCvss(text));

it("gives a score of the groups that a vector defines", () => {
  const vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  expect(scores(vector)).toEqual({ base: 9.8 });
  expect(scores(`${vector}/E:X/RL:X/CR:X`)).toEqual({ base: 9.8 });
  expect(scores(`${vector}/E:P/RL:O/RC:C`)).toEqual({ base: 9.8, threat: 8.8 });
  expect(scores(`${vector}/MPR:H`)).toEqual({ base: 9.8, environmental: 7.2 });
});

describe("2.0", () => {
  it.each([
    // Full impact is 10.00084, of which the adjusted one alone is cut.
    ["AV:L/AC:L/Au:N/C:C/I:C/A:C", { base: 7.2 }],
    ["AV:L/AC:L/Au:N/C:C/I:C/A:C/CR:M", { base: 7.2, environmental: 7.1 }],
    ["AV:N/AC:L/Au:N/C:N/I:N/A:N", { base: 0 }],
    // The adjusted base score is -0.2 here.
    ["AV:L/AC:H/Au:M/C:P/I:N/A:N/CR:L", { base: 0.8, environmental: 0 }],
    ["AV:L/AC:H/Au:M/C:P/I:N/A:N/CR:L/CDP:H", { base: 0.8, environmental: 4.9 }],
  ])("%s", (text, want) => {
    expect(scores(text)).toEqual(want);
  });
});

describe("3.x", () => {
  it("differ where the modified scope changes", () => {
    const of = (version: string): CvssScores =>
      scores(`CVSS:${version}/AV:A/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H/CR:M`);
    expect(of("3.0")).toEqual({ base: 9, environmental: 9 });
    expect(of("3.1")).toEqual({ base: 9, environmental: 9.1 });
  });

  it("weigh privileges by the scope that counts", () => {
    const vector = "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:N/A:N";
    expect(scores(`${vector}/MS:C`)).toEqual({ base: 4.9, environmental: 6.8 });
  });
});

/** One highest vector for each level of a set: these have the scores of FIRST's table as they are. */
const HIGHEST = {
  eq1: ["AV:N/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:A/PR:L/UI:P"],
  eq2: ["AC:L/AT:N", "AC:H/AT:N"],
  eq36: [
    "VC:H/VI:H/VA:H/CR:H/IR:H/AR:H",
    "VC:H/VI:H/VA:L/CR:M/IR:M/AR:H",
    "VC:L/VI:H/VA:H/CR:H/IR:H/AR:H",
    "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M",
    "VC:L/VI:L/VA:L/CR:H/IR:H/AR:H",
  ],
  eq4: ["SC:H/SI:H/SA:H/MSI:S/MSA:S", "SC:H/SI:H/SA:H", "SC:L/SI:L/SA:L"],
  eq5: ["E:A", "E:P", "E:U"],
};

describe("4.0", () => {
  it.each([
    [0, 0, 0, 0, 0, 10],
    [0, 1, 1, 1, 1, 8.3],
    [1, 0, 4, 2, 0, 5.3],
    [1, 1, 4, 0, 0, 7.1],
    [2, 0, 0, 1, 0, 8.6],
    [0, 0, 3, 2, 2, 4.8],
    [2, 1, 4, 2, 2, 0.1],
  ])("a highest vector of levels %d %d %d %d %d scores %d", (eq1, eq2, eq36, eq4, eq5, want) => {
    const parts = [
      HIGHEST.eq1[eq1],
      HIGHEST.eq2[eq2],
      HIGHEST.eq36[eq36],
      HIGHEST.eq4[eq4],
      HIGHEST.eq5[eq5],
    ];
    expect(scores(`CVSS:4.0/${parts.join("/")}`).environmental).toBe(want);
  });

  it.each([
    ["has no score without impact", "AV:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0],
    ["rounds a half up that is 8.549999 in binary fractions", "AV:A/VC:H/VI:L/VA:N/SC:H/SI:H/SA:H", 8.6],
    ["takes the shorter of two ways down from EQ3+EQ6 00", "AV:N/VC:H/VI:H/VA:N/SC:H/SI:N/SA:N", 9.9],
  ])("%s", (_, metrics, want) => {
    expect(scores(`CVSS:4.0/AC:L/AT:N/PR:N/UI:N/${metrics}`)).toEqual({ base: want });
  });

  it("counts Safety above High, and supplemental metrics for nothing", () => {
    const vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    expect(scores(`${vector}/MSI:H`).environmental).toBeLessThan(
      scores(`${vector}/MSI:S`).environmental ?? 0,
    );
    expect(scores(`${vector}/S:P/AU:Y/R:I/V:C/RE:H/U:Red`)).toEqual(scores(vector));
  });
});

it.each([
  ["2.0", ["low", "low", "medium", "medium", "high", "high", "high"]],
  ["3.0", ["none", "low", "medium", "medium", "high", "high", "critical"]],
  ["3.1", ["none", "low", "medium", "medium", "high", "high", "critical"]],
  ["4.0", ["none", "low", "medium", "medium", "high", "high", "critical"]],
] as const)("severities of %s", (version, want) => {
  expect([0, 0.1, 4, 6.9, 7, 8.9, 9].map((score) => cvssSeverity(version, score))).toEqual(want);
});
