// SPDX-License-Identifier: Apache-2.0
/** Which ids advisories are reported under. */
import { expect, it } from "vitest";
import { primaryIds } from "./identity.ts";

it.each([
  {
    name: "a CVE names itself",
    of: [["CVE-2021-0002", ["GHSA-a", "CVE-2021-0001"]]],
    want: ["CVE-2021-0002"],
  },
  {
    name: "an alias that is a CVE wins",
    of: [["GHSA-a", ["CVE-2021-0001", "GO-1"]]],
    want: ["CVE-2021-0001"],
  },
  {
    name: "the oldest of several CVEs",
    of: [["GO-1", ["CVE-2018-17848", "CVE-2018-9999"]]],
    want: ["CVE-2018-9999"],
  },
  {
    name: "ids without a CVE follow one another to it",
    of: [
      ["PYSEC-1", ["GHSA-a"]],
      ["GHSA-a", ["CVE-2021-0001"]],
      ["OSV-1", ["PYSEC-1"]],
    ],
    want: ["CVE-2021-0001", "CVE-2021-0001", "CVE-2021-0001"],
  },
  {
    name: "with no CVE the best known id",
    of: [
      ["GO-1", ["GHSA-b"]],
      ["NSWG-ECO-1", []],
    ],
    want: ["GHSA-b", "NSWG-ECO-1"],
  },
  {
    name: "an id shared by many CVEs joins none of them",
    of: [
      ["CVE-2017-10920", ["XSA-224"]],
      ["CVE-2017-10921", ["XSA-224"]],
      ["XSA-224", ["CVE-2017-10921", "CVE-2017-10920"]],
    ],
    want: ["CVE-2017-10920", "CVE-2017-10921", "CVE-2017-10920"],
  },
] as const)("$name", ({ of, want }) => {
  const affected = [{ ecosystem: "npm", name: "x", ranges: [] }];
  const advisories = of.map(([id, aliases]) => ({ id, aliases, affected }));
  expect(advisories.map(primaryIds(advisories))).toEqual(want);
  const reversed = advisories.toReversed();
  expect(advisories.map(primaryIds(reversed))).toEqual(want);
});

it("lets nobody without packages of his own say what others mean", () => {
  const affected = [{ ecosystem: "npm", name: "x", ranges: [] }];
  const good = { id: "GHSA-b", aliases: [], affected };
  const bare = { id: "EVIL-1", aliases: ["GHSA-b", "CVE-2000-0001"], affected: [] };
  expect(primaryIds([good, bare])(good)).toBe("GHSA-b");
});
