// SPDX-License-Identifier: Apache-2.0
/** Rules of feeds that are of no single language: Debian's lists, CVE records, GitHub's API, KEV as csv. */
import { describe, expect, it } from "vitest";
import { importText } from "../testing/import-text.ts";

describe("debian lists", () => {
  const list = (...lines: string[]): string => `${lines.join("\n")}\n`;
  const head = "[29 Mar 2023] DSA-5380-1 tar - security update";

  it("reads an advisory with its CVEs and its fixes by release", async () => {
    const text = list(
      head,
      "\t{CVE-2023-0002 CVE-2023-0001 }",
      "\t[bullseye] - tar 1.34-1+deb11u1 (medium)",
      "\t[bookworm] - tar <not-affected> (Vulnerable code not present)",
      "\t[buster] - tar <end-of-life>",
      "\t[stretch] - tar <unfixed>",
      "\t[woody] - tar 1.0-1",
      "\tNOTE: words",
    );
    const { export: found, rejectedCount } = await importText("DSA/list", text);
    expect(rejectedCount).toBe(0);
    expect(found.advisories).toMatchObject([
      {
        id: "DSA-5380-1",
        aliases: ["CVE-2023-0001", "CVE-2023-0002"],
        published: "2023-03-29T00:00:00Z",
        affected: [
          { distro: "debian:10", name: "tar", ranges: [{ introduced: "0" }], distroStatus: "end_of_life" },
          {
            distro: "debian:11",
            name: "tar",
            ranges: [{ introduced: "0", fixed: "1.34-1+deb11u1" }],
            severity: "medium",
          },
          { distro: "debian:9", name: "tar", ranges: [{ introduced: "0" }] },
        ],
      },
    ]);
  });

  it.each([
    ["[16 Feb 2023] DSA-5356-2 sox - regression update", "\t[bullseye] - sox 14.4.2-2"],
    ["[16 Feb 2023] DLA-1-1 tzdata - new upstream version", "\t[bullseye] - tzdata 2023a-1"],
    ["[18 Apr 2018] DSA-4205-1 jessie end-of-life", "\tNOTE: end of security support"],
    ["[01 Aug 2002] DSA-141 mpack - buffer overflow", "\t{CVE-2002-1425}", "\t[woody] - mpack 1.5-7woody2"],
  ])("passes over %s", async (...lines) => {
    expect(await importText("list", list(...lines))).toMatchObject({
      records: 0,
      skipped: 1,
      rejectedCount: 0,
    });
  });

  it.each([
    ["[29 Mar 2023] DLA-1-1 a - security update", "2023-03-29T00:00:00Z"],
    ["[August 26th, 2005] DTSA-1-1 a - various", "2005-08-26T00:00:00Z"],
    ["[Sept 2005] DTSA-1-1 a - various", undefined],
  ])("dates %s", async (first, want) => {
    const text = list(first, "\t{CVE-2005-0001}", "\t[etch] - a 1.0-1");
    const [advisory] = (await importText("DTSA/list", text)).export.advisories;
    expect([advisory?.affected[0]?.distro, advisory?.published]).toEqual(["debian:4", want]);
  });

  it("names the lines that can't be read, and goes on", async () => {
    const text = list(
      head,
      "\t{words}",
      "\t[bullseye] - tar x_y",
      "\t[bullseye] tar 1.0",
      "words",
      "\t[bullseye] - tar 1.0-1",
      `\t{${"CVE-2023-0001 ".repeat(2000)}}`,
    );
    const { export: found, rejected } = await importText("list", text);
    expect(rejected.map(({ path }) => path)).toEqual(["line 2", "line 3", "line 4", "line 5", "line 7"]);
    expect(found.advisories[0]?.affected).toHaveLength(1);
  });
});

describe("cve5", () => {
  const record = (metrics: readonly unknown[], meta: object = {}, cna: object = {}): string =>
    JSON.stringify({
      dataType: "CVE_RECORD",
      cveMetadata: {
        cveId: "CVE-2024-0001",
        state: "PUBLISHED",
        datePublished: "2024-01-02T00:00:00",
        ...meta,
      },
      containers: {
        cna: {
          providerMetadata: { shortName: "acme" },
          descriptions: [
            { lang: "de", value: "Worte" },
            { lang: "en-US", value: "words" },
          ],
          ...cna,
        },
        adp: [{ providerMetadata: { shortName: "CISA-ADP" }, metrics }],
      },
    });
  const v31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

  it("keeps scores by provider, and the words in English", async () => {
    const text = record(
      [{ cvssV3_1: { vectorString: v31 } }, { cvssV3_1: { vectorString: v31 } }],
      {},
      { metrics: [{ cvssV2_0: { vectorString: "AV:N/AC:L/Au:N/C:P/I:P/A:P" } }] },
    );
    expect((await importText("a.json", text)).export.advisories).toEqual([
      {
        id: "CVE-2024-0001",
        aliases: [],
        source: "cve5",
        summary: "words",
        severity: "critical",
        cvss: [
          { version: "3.1", vector: v31, source: "CISA-ADP" },
          { version: "2.0", vector: "AV:N/AC:L/Au:N/C:P/I:P/A:P", source: "acme" },
        ],
        published: "2024-01-02T00:00:00Z",
        references: [],
        affected: [],
      },
    ]);
  });

  it.each([
    {
      other: { type: "Textual description of severity", content: { text: "moderate" } },
      severity: "medium",
      exploited: [],
    },
    {
      other: { type: "Red Hat severity rating", content: { value: "Important", namespace: "x" } },
      severity: "high",
      exploited: [],
    },
    {
      other: { type: "kev", content: { dateAdded: "2024-01-02" } },
      severity: "unknown",
      exploited: ["CVE-2024-0001"],
    },
    {
      other: { type: "ssvc", content: { options: [{ Exploitation: "active" }] } },
      severity: "unknown",
      exploited: [],
    },
  ])("$other", async ({ other, severity, exploited }) => {
    const { export: found } = await importText("a.json", record([{ other }]));
    expect([found.advisories[0]?.severity, found.exploited]).toEqual([severity, exploited]);
  });

  it.each([
    { meta: { dateRejected: "2024-03-04T00:00:00.000Z" }, want: "2024-03-04T00:00:00.000Z" },
    { meta: { dateUpdated: "2024-03-04" }, want: "2024-03-04T00:00:00Z" },
    { meta: {}, want: "rejected" },
  ])("a rejected record is withdrawn, $meta", async ({ meta, want }) => {
    const metrics = [{ other: { type: "kev", content: {} } }];
    const { export: found } = await importText("a.json", record(metrics, { state: "REJECTED", ...meta }));
    expect([found.advisories[0]?.withdrawn, found.exploited]).toEqual([want, []]);
  });

  it("goes on behind a metric that can't be read, and refuses a record without a CVE", async () => {
    const one = await importText("a.json", record([7, { cvssV3_1: { vectorString: v31 } }]));
    expect([one.records, one.rejected.map(({ path }) => path)]).toEqual([
      1,
      ["$.containers.adp[0].metrics[0]"],
    ]);
    const none = await importText("b.json", record([], { cveId: "CVE-1" }));
    expect(none.rejected.map(({ path }) => path)).toEqual(["$.cveMetadata.cveId"]);
  });
});

describe("ghsa", () => {
  const advisory = (more: object = {}, vulnerability: object = {}): object => ({
    ghsa_id: "GHSA-aaaa-bbbb-cccc",
    severity: "high",
    vulnerabilities: [
      {
        package: { ecosystem: "npm", name: "x" },
        vulnerable_version_range: "<= 1.2.3",
        first_patched_version: "1.2.4",
        ...vulnerability,
      },
    ],
    ...more,
  });

  it.each([
    { ecosystem: "pip", name: "A_b", range: "= 1.0", want: { ecosystem: "pypi", name: "a-b" } },
    { ecosystem: "maven", name: "g:a", range: "< 1.0", want: { ecosystem: "maven", name: "g/a" } },
    { ecosystem: "rust", name: "x", range: "> 1.0, < 2", want: { ecosystem: "cargo", name: "x" } },
    {
      ecosystem: "GO",
      name: "example.com/x",
      range: ">= 0",
      want: { ecosystem: "golang", name: "example.com/x" },
    },
  ])("reads packages of $ecosystem", async ({ ecosystem, name, range, want }) => {
    const text = JSON.stringify(
      advisory({}, { package: { ecosystem, name }, vulnerable_version_range: range }),
    );
    expect((await importText("a.json", text)).export.advisories).toMatchObject([
      { severity: "high", affected: [want] },
    ]);
  });

  it("says what is malware, and what was withdrawn", async () => {
    const text = JSON.stringify([
      advisory({ type: "malware" }, { vulnerable_version_range: ">= 0", first_patched_version: null }),
      advisory({ ghsa_id: "GHSA-aaaa-bbbb-dddd", withdrawn_at: "2024-01-01T00:00:00Z" }),
    ]);
    expect((await importText("a.json", text)).export.advisories).toMatchObject([
      { malware: true, affected: [{ ranges: [{ introduced: "0" }] }] },
      { withdrawn: "2024-01-01T00:00:00Z" },
    ]);
  });

  it("reads GraphQL's vulnerabilities with the advisory inside", async () => {
    const node = {
      package: { ecosystem: "NPM", name: "x" },
      vulnerableVersionRange: "< 2",
      firstPatchedVersion: { identifier: "2" },
      advisory: { ghsaId: "GHSA-aaaa-bbbb-cccc" },
    };
    const text = JSON.stringify({
      data: { securityVulnerabilities: { nodes: [node, { ...node, vulnerableVersionRange: ">= 3, < 4" }] } },
    });
    const [found] = (await importText("a.json", text)).export.advisories;
    expect(found?.affected.flatMap(({ ranges }) => ranges)).toEqual([
      { introduced: "0", fixed: "2" },
      { introduced: "3", fixed: "4" },
    ]);
  });

  it("passes over ecosystems that nothing we scan belongs to", async () => {
    const text = JSON.stringify(advisory({}, { package: { ecosystem: "actions", name: "x/y" } }));
    expect(await importText("a.json", text)).toMatchObject({ records: 0, skipped: 1, rejectedCount: 0 });
  });

  it("names what can't be used, and goes on", async () => {
    const bad = [
      { ...advisory(), ghsa_id: "x" },
      advisory({ ghsa_id: "GHSA-aaaa-bbbb-dddd" }, { vulnerable_version_range: "^1" }),
      advisory({ ghsa_id: "GHSA-aaaa-bbbb-eeee" }, { vulnerable_version_range: null }),
      advisory({ ghsa_id: "GHSA-aaaa-bbbb-ffff" }, { package: { ecosystem: "npm", name: "a b" } }),
    ];
    const { records, rejected } = await importText("a.json", JSON.stringify([advisory(), ...bad]));
    expect(records).toBe(1);
    expect(rejected.map(({ path }) => path)).toEqual([
      "$[1].ghsaId",
      "$[2].vulnerabilities[0].vulnerableVersionRange",
      "$[3].vulnerabilities[0].vulnerableVersionRange",
      "$[4].vulnerabilities[0].package.name",
    ]);
  });
});

it("kev: reads fields over several lines, and names rows without a CVE", async () => {
  const text =
    'cveID,vendorProject,product\nCVE-2024-0001,"a, b","line\nCVE-2024-9999,""x""\nend"\n"CVE-2024-0002",c,d\r\nx,y,z\n\n';
  const { export: found, rejected } = await importText("kev.csv", text);
  expect(found.exploited).toEqual(["CVE-2024-0001", "CVE-2024-0002"]);
  expect(rejected.map(({ path }) => path)).toEqual(["line 6"]);
});
