// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { cvssVersion } from "#lib/cvss/index.ts";
import { chooseSeverity, severityOfScore, severityOfWord, worstKnown } from "./severity-words.ts";

const V4_HIGH = "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N"; // 7.1
const V4_LOW = "CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N"; // 0.9
const V31_CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"; // 9.8
const V31_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"; // 3.1
const V30_MEDIUM = "CVSS:3.0/AV:L/AC:L/PR:H/UI:N/S:C/C:H/I:N/A:N"; // 6.0
const V2_CRITICAL = "AV:N/AC:L/Au:N/C:C/I:C/A:C"; // 10.0
const BROKEN = "CVSS:4.0/AV:N";

it.each([
  { name: "the newest version", vectors: [V2_CRITICAL, V31_CRITICAL, V4_HIGH], want: "high" },
  { name: "3.1 before 3.0", vectors: [V31_LOW, V30_MEDIUM], want: "low" },
  { name: "3.0 before 2.0", vectors: [V2_CRITICAL, V30_MEDIUM], want: "medium" },
  { name: "the worst of one version", vectors: [V4_LOW, V31_CRITICAL, V4_HIGH], want: "high" },
  { name: "2.0 by the bounds of 3.x", vectors: [V2_CRITICAL], want: "critical" },
  { name: "what is a vector at all", vectors: [BROKEN, V31_LOW], want: "low" },
  { name: "the word without a vector that is one", vectors: [BROKEN], word: "Important", want: "high" },
  { name: "no word of its source before a score", vectors: [V31_LOW], word: "critical", want: "low" },
  { name: "nothing where nothing is said", vectors: [], want: "unknown" },
])("$name counts", ({ vectors, word, want }) => {
  const cvss = vectors.map((vector) => ({ version: cvssVersion(vector), vector, source: "test" }));
  expect(chooseSeverity(cvss, word)).toBe(want);
  expect(chooseSeverity(cvss.toReversed(), word)).toBe(want);
});

it("reads words of any case, and no unknown ones", () => {
  expect(["HIGH", " Moderate ", "negligible", "urgent"].map(severityOfWord)).toEqual([
    "high",
    "medium",
    "none",
    "unknown",
  ]);
});

it("has a severity for a score, and the worst that is known", () => {
  expect([0, 3.9, 4, 9].map(severityOfScore)).toEqual(["none", "low", "medium", "critical"]);
  expect(worstKnown(["unknown", "low", "high"])).toBe("high");
  expect(worstKnown(["unknown"])).toBe("unknown");
});
