// SPDX-License-Identifier: Apache-2.0
/** Scores against the worked examples of FIRST's documents (v2 guide section 3.3, v3.1 examples) and published base scores. */
import { expect, it } from "vitest";
import { cvssBaseScore, cvssVersion, severityOfScore } from "./cvss.ts";

it.each([
  // v3.1 examples document
  ["CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N", 5.4],
  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5],
  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5], // CVE-2014-0160
  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8], // CVE-2014-6271
  ["CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8], // CVE-2008-1447
  ["CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 4.6],
  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1], // CVE-2013-1937
  ["CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4], // CVE-2013-0375
  ["CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1], // CVE-2014-3566
  ["CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9], // CVE-2012-1516
  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10], // CVE-2021-44228
  ["CVSS:3.0/AV:L/AC:L/PR:H/UI:N/S:C/C:H/I:N/A:N", 6],
  ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0],
  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C", 9.8],
  // v2 guide, section 3.3
  ["AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8], // CVE-2002-0392
  ["AV:N/AC:L/Au:N/C:C/I:C/A:C", 10], // CVE-2003-0818
  ["AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2], // CVE-2003-0062
  ["(AV:N/AC:M/Au:N/C:P/I:N/A:N)", 4.3],
] as const)("%s scores %d", (vector, score) => {
  expect(cvssBaseScore(vector)).toBe(score);
});

it.each([
  "",
  "CVSS:3.1/",
  "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
  "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X",
  "CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
  "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:constructor/I:H/A:H",
  "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
  "high",
  "AV:N/".repeat(100),
])("%j has no score", (vector) => {
  expect(cvssBaseScore(vector)).toBeUndefined();
});

it.each([
  [0, "none"],
  [0.1, "low"],
  [3.9, "low"],
  [4, "medium"],
  [6.9, "medium"],
  [7, "high"],
  [8.9, "high"],
  [9, "critical"],
] as const)("%d is %s", (score, severity) => {
  expect(severityOfScore(score)).toBe(severity);
});

it("names the version of a vector", () => {
  expect(["CVSS:3.1/AV:N", "CVSS:4.0/AV:N", "AV:N/AC:L"].map(cvssVersion)).toEqual(["3.1", "4.0", "2.0"]);
});
