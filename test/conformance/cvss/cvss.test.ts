// SPDX-License-Identifier: Apache-2.0
/** CVSS against the examples of FIRST's documents, and against tables of made-up vectors (testdata/README.md). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cvssScores, parseCvss } from "#lib/cvss/index.ts";
import type { CvssScores } from "#lib/cvss/index.ts";

const scores = (text: string): CvssScores => cvssScores(parseCvss(text));

describe.each(["2.0", "3.0", "3.1", "4.0"])("CVSS %s", (version) => {
  const text = readFileSync(new URL(`testdata/cvss-${version}.txt`, import.meta.url), "utf8");
  const rows = text.trimEnd().split("\n");

  it("has a table", () => {
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each(rows)("%s", (row) => {
    const [vector = "", base, threat, environmental] = row.split(" ");
    expect(scores(vector)).toEqual({
      base: Number(base),
      ...(threat === "-" ? {} : { threat: Number(threat) }),
      ...(environmental === "-" ? {} : { environmental: Number(environmental) }),
    });
  });
});

/** Section 3.3 of the 2.0 guide: each with the least and the greatest environmental score that it gives. */
describe("the guide of 2.0", () => {
  it.each([
    ["CVE-2002-0392", "AV:N/AC:L/Au:N/C:N/I:N/A:C", "E:F/RL:OF/RC:C", "CR:M/IR:M/AR:H", [7.8, 6.4, 0, 9.2]],
    ["CVE-2003-0818", "AV:N/AC:L/Au:N/C:C/I:C/A:C", "E:F/RL:OF/RC:C", "CR:M/IR:M/AR:L", [10, 8.3, 0, 9]],
    ["CVE-2003-0062", "AV:L/AC:H/Au:N/C:C/I:C/A:C", "E:POC/RL:OF/RC:C", "CR:M/IR:M/AR:M", [6.2, 4.9, 0, 7.5]],
  ] as const)("%s", (_, vector, temporal, requirements, [base, threat, least, greatest]) => {
    const text = `${vector}/${temporal}/${requirements}`;
    expect(scores(`${text}/CDP:N/TD:N`)).toEqual({ base, threat, environmental: least });
    expect(scores(`${text}/CDP:H/TD:H`)).toEqual({ base, threat, environmental: greatest });
  });
});

/** https://www.first.org/cvss/v3-1/examples */
describe("the examples of 3.1", () => {
  it.each([
    ["CVE-2013-1937", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1],
    ["CVE-2013-0375", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4],
    ["CVE-2014-3566", "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1],
    ["CVE-2012-1516", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9],
    ["CVE-2014-0160", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5],
    ["CVE-2014-6271", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8],
    ["CVE-2008-1447", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8],
  ])("%s", (_, vector, base) => {
    expect(scores(vector)).toEqual({ base });
  });
});

/** https://www.first.org/cvss/v4-0/examples: vectors for which that page prints a score. */
describe("the examples of 4.0", () => {
  it.each<[string, Partial<CvssScores>]>([
    ["AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", { base: 7.7, threat: 5.2 }],
    [
      "AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:L/MAV:N/MAC:H/MVC:H/MVI:L/MVA:L",
      { base: 8.3, environmental: 8.1 },
    ],
    ["AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:L/E:U", { base: 8.7, threat: 6.6 }],
    ["AV:L/AC:L/AT:N/PR:H/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N/E:U", { base: 8.3, threat: 5.6 }],
    ["AV:A/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N/MSI:S/S:P", { base: 8.6, environmental: 9.7 }],
    ["AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N/V:C", { base: 8.7 }],
    [
      "AV:N/AC:L/AT:N/PR:L/UI:N/VC:N/VI:N/VA:N/SC:H/SI:L/SA:H/E:U/MAV:A/R:U/V:C",
      { base: 6.4, environmental: 2.4 },
    ],
    [
      "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A/CR:H/IR:H/AR:H/MAV:L/MAT:P",
      { base: 10, environmental: 8.9 },
    ],
    [
      "AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A/MVC:N/MVI:N/MVA:N",
      { base: 8.5, environmental: 0 },
    ],
    ["AV:N/AC:L/AT:N/PR:L/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N", { base: 7.1 }],
  ])("%s", (vector, printed) => {
    expect(scores(`CVSS:4.0/${vector}`)).toMatchObject(printed);
  });
});

/** 4.0 specification, section 7: vectors that it shows, the last of them for an order that we read all the same. */
describe("the vectors of the 4.0 specification", () => {
  it.each([
    "AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N",
    "AV:A/AC:H/AT:P/PR:L/UI:P/VC:H/VI:H/VA:H/SC:L/SI:L/SA:L/E:P",
    "AV:L/AC:H/AT:N/PR:N/UI:A/VC:N/VI:N/VA:L/SC:H/SI:H/SA:H/CR:H/IR:H/AR:M/MAV:N/MAC:L/MAT:P/MPR:L/MUI:A/MVC:N/MVI:H/MVA:L/MSC:L/MSI:S/MSA:H",
    "AV:P/AC:H/AT:P/PR:L/UI:P/VC:H/VI:H/VA:H/SC:L/SI:L/SA:L/E:A/S:P/AU:Y/R:A/V:D/RE:L/U:Red",
    "AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N/E:U/CR:L/IR:X/AR:L/MAV:A/MAC:H/MAT:N/MPR:N/MUI:P/MVC:X/MVI:N/MVA:H/MSC:N/MSI:L/MSA:S/S:N/AU:N/R:I/V:C/RE:H/U:Green",
    "AC:L/AV:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N/CR:L/IR:X/AR:L/RE:H/MAV:A/MAC:H/MAT:N/MPR:N/MUI:P/AT:N/MVC:X/MVI:N/MVA:H/MSC:N/MSI:L/MSA:S/E:U/S:N/AU:N/R:I/V:C/U:Green",
  ])("valid: %s", (vector) => {
    expect(scores(`CVSS:4.0/${vector}`).base).toBeGreaterThan(0);
  });

  it.each([
    "CVSS:4.0/AV:F/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/E:A/E:X",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/ui:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N",
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/SC:N/SI:N/SA:N",
  ])("invalid: %s", (vector) => {
    expect(() => parseCvss(vector)).toThrow(expect.objectContaining({ code: "CVSS_INVALID" }) as Error);
  });
});
