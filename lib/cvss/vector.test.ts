// SPDX-License-Identifier: Apache-2.0
/** Vectors as text: what is read, what is refused and why, and the one text for all that say the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalCvss, cvssBaseScore, cvssErrors, cvssScores, cvssVersion, parseCvss } from "./index.ts";
import { rulesOf } from "./vector.ts";
import type { CvssVersion } from "./metric.ts";

const BASE: Readonly<Record<CvssVersion, string>> = {
  "2.0": "AV:N/AC:L/Au:N/C:P/I:P/A:P",
  "3.0": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
  "3.1": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
  "4.0": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
};
const versions = Object.keys(BASE) as CvssVersion[];

const reasonOf = (text: string): unknown => {
  try {
    return parseCvss(text);
  } catch (error) {
    if (!cvssErrors.is(error, "CVSS_INVALID")) throw error;
    return error.data["reason"];
  }
};

/** Vectors of a version, of all metrics and in any order. */
function vectors(version: CvssVersion): fc.Arbitrary<string> {
  const { prefix, metrics } = rulesOf(version);
  const parts = metrics.map(({ name, group, values }) => {
    const part = fc.constantFrom(...values).map((value) => `${name}:${value}`);
    return group === "base" ? part : fc.option(part, { nil: undefined });
  });
  return fc.tuple(...parts).chain((chosen) => {
    const given = chosen.filter((part) => part !== undefined);
    return fc.shuffledSubarray(given, { minLength: given.length }).map((all) => prefix + all.join("/"));
  });
}

describe.each(versions)("a vector of %s", (version) => {
  it("is read, and written as it was where it stood in order", () => {
    expect(parseCvss(BASE[version]).version).toBe(version);
    expect(canonicalCvss(parseCvss(BASE[version]))).toBe(BASE[version]);
  });

  it("has one canonical text and the scores of it", () => {
    fc.assert(
      fc.property(vectors(version), (text) => {
        const vector = parseCvss(text);
        const canonical = canonicalCvss(vector);
        expect(parseCvss(canonical)).toEqual(vector);
        expect(cvssScores(parseCvss(canonical))).toEqual(cvssScores(vector));
        expect(cvssBaseScore(text)).toBe(cvssScores(vector).base);
      }),
    );
  });

  it("has scores from 0 to 10 with one decimal", () => {
    fc.assert(
      fc.property(vectors(version), (text) => {
        for (const score of Object.values<number>({ ...cvssScores(parseCvss(text)) })) {
          expect(score === 0 ? Object.is(score, 0) : score > 0 && score <= 10).toBe(true);
          expect(Number(score.toFixed(1))).toBe(score);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

it.each([
  ["CVSS:4.0/SA:N/AC:L/AT:N/PR:N/UI:N/VC:H/SC:N/VI:H/SI:N/VA:H/AV:N", BASE["4.0"]],
  ["CVSS:3.1/A:H/AC:L/AV:N/C:H/I:H/PR:N/S:U/UI:N", BASE["3.1"]],
  [`${BASE["3.1"]}/RL:X/MA:N/E:P/CR:X`, `${BASE["3.1"]}/E:P/MA:N`],
  [`${BASE["4.0"]}/E:X/U:Amber/S:X/MSI:S`, `${BASE["4.0"]}/MSI:S/U:Amber`],
  [`${BASE["4.0"]}/`, BASE["4.0"]],
  [`(${BASE["2.0"]}/E:ND/RC:C/CDP:N)`, `${BASE["2.0"]}/RC:C/CDP:N`],
])("%s is %s", (text, canonical) => {
  expect(canonicalCvss(parseCvss(text))).toBe(canonical);
});

it.each([
  ["", '"" is no metric of CVSS 2.0'],
  ["high", '"high" is no metric of CVSS 2.0'],
  ["CVSS:3.1", "its version is unknown"],
  ["CVSS:3.2/AV:N", "its version is unknown"],
  ["CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P", "its version is unknown"],
  ["cvss:3.1/AV:N", '"cvss:3.1" is no metric of CVSS 2.0'],
  ["CVSS:3.1/", "it lacks AV, AC, PR, UI, S, C, I, A"],
  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "it lacks A"],
  ["CVSS:4.0/AV:N/AC:L", "it lacks AT, PR, UI, VC, VI, VA, SC, SI, SA"],
  [`${BASE["3.1"]}//`, '"" is no metric of CVSS 3.1'],
  [`${BASE["3.1"]}//E:P`, '"" is no metric of CVSS 3.1'],
  [` ${BASE["3.1"]}`, '" CVSS:3.1" is no metric of CVSS 2.0'],
  [`${BASE["3.1"]} `, '"A:H " has no value of that metric'],
  [`${BASE["3.1"]}/AT:N`, '"AT:N" is no metric of CVSS 3.1'],
  [`${BASE["3.1"]}/AV:N`, '"AV:N" is a metric that it has already'],
  [`${BASE["3.1"]}/E:X/E:X`, '"E:X" is a metric that it has already'],
  [`${BASE["3.1"]}/E:POC`, '"E:POC" has no value of that metric'],
  [`${BASE["3.1"]}/E:`, '"E:" has no value of that metric'],
  [`${BASE["3.1"]}/E:P:P`, '"E:P:P" has no value of that metric'],
  [`${BASE["3.1"]}/E`, '"E" is no metric of CVSS 3.1'],
  [`${BASE["3.1"]}/constructor:x`, '"constructor:x" is no metric of CVSS 3.1'],
  [`(${BASE["2.0"]}`, '"(AV:N" is no metric of CVSS 2.0'],
  [`${BASE["4.0"]}/${"MAV:N/".repeat(40)}`, "it is longer than 256 characters"],
])("refuses %j: %s", (text, reason) => {
  expect(reasonOf(text)).toBe(reason);
  expect(cvssBaseScore(text)).toBeUndefined();
});

it("reads or refuses any text", () => {
  const piece = fc.constantFrom("CVSS:3.1/", "AV:N", "/", ":", "(", ")", "A:", "constructor:name", "S:U");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.array(piece).map((all) => all.join("")),
      ),
      (text) => {
        const found = reasonOf(text);
        expect(typeof found === "string").toBe(cvssBaseScore(text) === undefined);
      },
    ),
  );
});

it("names the version of a text", () => {
  expect(["CVSS:3.1/AV:N", "CVSS:4.0/AV:N", "AV:N/AC:L"].map(cvssVersion)).toEqual(["3.1", "4.0", "2.0"]);
});
