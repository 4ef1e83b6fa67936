// SPDX-License-Identifier: Apache-2.0
/** OSV records that are no plain flaw of a package, read as what they are. */
import { describe, expect, it } from "vitest";
import { importText } from "../testing/import-text.ts";
import type { ImportResult } from "../types.ts";

const alma = { package: { ecosystem: "AlmaLinux:9", name: "x" } };
const ranges = [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "1.2-3" }] }];

const record = (fields: object): Promise<ImportResult> =>
  importText("t.json", JSON.stringify({ id: "T-1", modified: "2024-01-01T00:00:00Z", ...fields }));

async function aliasesOf(fields: object): Promise<readonly string[] | undefined> {
  return (await record({ affected: [{ ...alma, ranges }], ...fields })).export.advisories[0]?.aliases;
}

describe("names", () => {
  it.each([
    {
      name: "an update's CVEs",
      fields: { id: "ALSA-2024:1", related: ["CVE-2024-0001", "RHBA-2024:7"] },
      want: ["CVE-2024-0001"],
    },
    { name: "Rocky's", fields: { id: "RLSA-2024:1", related: ["CVE-2024-0001"] }, want: ["CVE-2024-0001"] },
    {
      name: "a bug fix that mends a CVE",
      fields: { id: "ALBA-2024:1", related: ["CVE-2024-0001"] },
      want: ["CVE-2024-0001"],
    },
    { name: "other flaws of a kind", fields: { id: "GHSA-a", related: ["CVE-2024-0001"] }, want: [] },
    {
      name: "upstream's",
      fields: { id: "CGA-a", upstream: ["GHSA-b", "CVE-2024-0001"] },
      want: ["CVE-2024-0001", "GHSA-b"],
    },
    {
      name: "a notice's",
      fields: { id: "USN-1-1", upstream: ["UBUNTU-CVE-2024-0001"] },
      want: ["CVE-2024-0001", "UBUNTU-CVE-2024-0001"],
    },
    { name: "a distro's view", fields: { id: "UBUNTU-CVE-2024-0001" }, want: ["CVE-2024-0001"] },
  ])("$name", async ({ fields, want }) => {
    expect(await aliasesOf(fields)).toEqual(want);
  });
});

describe("no flaw", () => {
  it.each([
    { id: "ALBA-2024:1" },
    { id: "ALEA-2024:1", related: ["RHEA-2024:1"] },
    { id: "RHBA-2024:1" },
    {
      id: "RUSTSEC-2024-1",
      affected: [
        {
          package: { ecosystem: "crates.io", name: "x" },
          ranges,
          database_specific: { informational: "unmaintained" },
        },
      ],
    },
  ])("$id", async (fields) => {
    expect(await record({ affected: [{ ...alma, ranges }], ...fields })).toMatchObject({
      records: 0,
      skipped: 1,
      rejectedCount: 0,
    });
  });

  it("is not meant by what breaks memory", async () => {
    const affected = [
      {
        package: { ecosystem: "crates.io", name: "x" },
        ranges,
        database_specific: { informational: "unsound" },
      },
    ];
    expect(await record({ id: "RUSTSEC-2024-1", affected })).toMatchObject({ records: 1 });
  });
});

describe("malware", () => {
  const harm = { package: { ecosystem: "npm", name: "x" } };

  it.each([
    { name: "every version, where none is named", affected: harm, want: { ranges: [{ introduced: "0" }] } },
    {
      name: "the versions that are named",
      affected: { ...harm, versions: ["1.0.0"] },
      want: { ranges: [], versions: ["1.0.0"] },
    },
  ])("$name", async ({ affected, want }) => {
    const { advisories } = (await record({ id: "MAL-2024-1", affected: [affected] })).export;
    expect(advisories).toMatchObject([
      { malware: true, affected: [{ ecosystem: "npm", name: "x", ...want }] },
    ]);
  });

  it.each([{ "malicious-packages-origins": [] }, { leitwacht: {} }])("by its mark %j", async (own) => {
    const found = await record({ affected: [harm], database_specific: own });
    expect(found.export.advisories[0]?.malware).toBe(true);
  });

  it("is nothing that a flaw without versions is taken for", async () => {
    expect(await record({ affected: [harm] })).toMatchObject({ records: 0, skipped: 1 });
  });
});

describe("no package that we know", () => {
  const kubelet = { package: { ecosystem: "kubernetes", name: "k8s.io/kubelet" }, ranges };
  const severity = [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H" }];

  it.each([
    {
      name: "a score enriches the CVE",
      fields: { id: "CVE-2024-0001", severity },
      want: ["CVE-2024-0001", "high", 0],
    },
    {
      name: "so does a word",
      fields: { aliases: ["CVE-2024-0001"], database_specific: { severity: "LOW" } },
      want: ["T-1", "low", 0],
    },
  ])("$name", async ({ fields, want }) => {
    const { advisories, covers } = (await record({ affected: [kubelet], ...fields })).export;
    expect(advisories.map(({ id, severity: worst, affected }) => [id, worst, affected.length])).toEqual([
      want,
    ]);
    expect(covers).toEqual([]);
  });

  it.each([{ id: "CVE-2024-0001" }, { severity }])("$id says nothing of a CVE", async (fields) => {
    expect(await record({ affected: [kubelet], ...fields })).toMatchObject({ records: 0, skipped: 1 });
  });
});

it("keeps no time of the year 1", async () => {
  const found = await record({ modified: "0001-01-01T00:00:00Z", affected: [{ ...alma, ranges }] });
  expect(found.export.advisories[0]).not.toHaveProperty("modified");
});
