// SPDX-License-Identifier: Apache-2.0
/** Which ids advisories are reported under. */
import fc from "fast-check";
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
  {
    name: "an id follows the CVE whose record names it",
    of: [
      ["CVE-2024-1111", ["GHSA-a"]],
      ["GHSA-a", []],
      ["PYSEC-1", ["GHSA-a"]],
    ],
    want: ["CVE-2024-1111", "CVE-2024-1111", "CVE-2024-1111"],
  },
  {
    name: "each id that a CVE's record names, though they don't name each other",
    of: [
      ["CVE-2024-1111", ["GHSA-a", "PYSEC-1"]],
      ["GHSA-a", []],
      ["PYSEC-1", []],
    ],
    want: ["CVE-2024-1111", "CVE-2024-1111", "CVE-2024-1111"],
  },
  {
    name: "the CVE that it names itself, whatever another's record says",
    of: [
      ["CVE-2024-1111", ["GHSA-a"]],
      ["GHSA-a", ["CVE-2024-2222"]],
      ["PYSEC-1", ["GHSA-a"]],
    ],
    want: ["CVE-2024-1111", "CVE-2024-2222", "CVE-2024-2222"],
  },
  {
    name: "none of several CVEs whose records name it, nor a namesake of one of them",
    of: [
      ["CVE-2017-10920", ["XSA-224", "GHSA-a"]],
      ["CVE-2017-10921", ["XSA-224", "GHSA-b"]],
      ["XSA-224", []],
      ["GHSA-a", []],
      ["GHSA-b", []],
    ],
    want: ["CVE-2017-10920", "CVE-2017-10921", "XSA-224", "CVE-2017-10920", "CVE-2017-10921"],
  },
  {
    name: "none of two CVEs of which one's record names both",
    of: [
      ["CVE-2024-1111", ["CVE-2024-2222", "GHSA-a"]],
      ["GHSA-a", []],
    ],
    want: ["CVE-2024-1111", "GHSA-a"],
  },
  {
    name: "the CVE of a record that names itself among its aliases",
    of: [
      ["CVE-2024-1111", ["CVE-2024-1111", "GHSA-a"]],
      ["GHSA-a", []],
    ],
    want: ["CVE-2024-1111", "CVE-2024-1111"],
  },
] as const)("$name", ({ of, want }) => {
  const affected = [{ ecosystem: "npm", name: "x", ranges: [] }];
  const advisories = of.map(([id, aliases]) => ({ id, aliases, affected }));
  expect(advisories.map(primaryIds(advisories))).toEqual(want);
  const reversed = advisories.toReversed();
  expect(advisories.map(primaryIds(reversed))).toEqual(want);
});

const ids = ["CVE-2024-0001", "CVE-2024-0002", "GHSA-a", "GHSA-b", "PYSEC-1", "XSA-1", "GO-1"];

it("does not depend on the order of advisories and aliases, and never calls a CVE's record by another id", () => {
  const affected = fc.constantFrom([], [{ ecosystem: "npm", name: "x", ranges: [] }]);
  const some = fc.array(
    fc.record({ id: fc.constantFrom(...ids), aliases: fc.subarray(ids, { maxLength: 4 }), affected }),
    { maxLength: 8 },
  );
  const inTwoOrders = some.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(inTwoOrders, ([advisories, others]) => {
      const known = advisories.map(primaryIds(advisories));
      const shuffled = others.map((one) => ({ ...one, aliases: one.aliases.toReversed() }));
      expect(advisories.map(primaryIds(shuffled))).toEqual(known);
      for (const [at, { id }] of advisories.entries()) if (id.startsWith("CVE-")) expect(known[at]).toBe(id);
    }),
  );
});

it.each([
  { shape: "star", aliasOf: () => "GHSA-0" },
  { shape: "ring", aliasOf: (at: number, size: number) => `GHSA-${(at + 1) % size}` },
])("takes a $shape of a hundred thousand ids without its time growing by their square", ({ aliasOf }) => {
  const affected = [{ ecosystem: "npm", name: "x", ranges: [] }];
  const size = 100_000;
  const stars = Array.from({ length: size }, (_, at) => [
    { id: `GHSA-${at}`, aliases: [aliasOf(at, size)], affected },
    { id: `CVE-2024-${10_000 + at}`, aliases: at === 0 ? ["GHSA-0"] : [`OTHER-${at}`], affected },
  ]).flat();
  const started = performance.now();
  const found = new Set(stars.filter(({ id }) => id.startsWith("GHSA")).map(primaryIds(stars)));
  expect([...found]).toEqual(["CVE-2024-10000"]);
  expect(performance.now() - started).toBeLessThan(10_000);
});

it("lets nobody without packages of his own say what others mean", () => {
  const affected = [{ ecosystem: "npm", name: "x", ranges: [] }];
  const good = { id: "GHSA-b", aliases: [], affected };
  const bare = { id: "EVIL-1", aliases: ["GHSA-b", "CVE-2000-0001"], affected: [] };
  expect(primaryIds([good, bare])(good)).toBe("GHSA-b");
});
