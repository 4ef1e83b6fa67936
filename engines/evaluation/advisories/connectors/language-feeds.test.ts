// SPDX-License-Identifier: Apache-2.0
/** Rules of the feeds of single languages, and what each of them refuses or passes over. */
import { describe, expect, it } from "vitest";
import type { Advisory } from "../../types.ts";
import { importText } from "../testing/import-text.ts";

async function advisoryOf(name: string, text: string): Promise<Advisory | undefined> {
  const { export: found, rejected } = await importText(name, text);
  expect(rejected).toEqual([]);
  return found.advisories[0];
}

describe("rustsec", () => {
  const record = (advisory: string, versions = 'patched = [">= 1.2.3"]'): string =>
    `\`\`\`toml\n[advisory]\nid = "RUSTSEC-2024-0001"\npackage = "x"\n${advisory}\n[versions]\n${versions}\n\`\`\`\n\n# Words\n`;

  it.each([
    { name: "crates/x/a.md", text: record('informational = "unmaintained"') },
    { name: "crates/x/a.md", text: record('informational = "notice"') },
    { name: "rust/std/CVE-2024-0001.md", text: record("") },
    { name: "crates/x/a.md", text: record('collection = "rust"') },
    { name: "crates/x/a.md", text: record("", 'patched = [">= 0.0.0"]') },
  ])("passes over $name $text", async ({ name, text }) => {
    expect(await importText(name, text)).toMatchObject({
      documents: 1,
      records: 0,
      skipped: 1,
      rejectedCount: 0,
    });
  });

  it("keeps what is unsound, and withdrawn advisories with their time", async () => {
    const text = record(
      'informational = "unsound"\nwithdrawn = "2024-02-01"\ncvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"',
    );
    expect(await advisoryOf("a.md", text)).toMatchObject({
      withdrawn: "2024-02-01T00:00:00Z",
      severity: "critical",
      affected: [{ ecosystem: "cargo", name: "x", ranges: [{ introduced: "0", fixed: "1.2.3" }] }],
    });
  });

  it("calls a crate malware where no version mends it", async () => {
    const malicious = 'categories = ["malicious"]';
    expect((await advisoryOf("a.md", record(malicious, "patched = []")))?.malware).toBe(true);
    expect((await advisoryOf("a.md", record(malicious)))?.malware).toBeUndefined();
  });

  it.each([
    { text: "```toml\n[advisory]\n", path: "$", reason: /no end/ },
    { text: "```toml\n[advisory\n```\n", path: "$", reason: /no TOML/ },
    { text: `\`\`\`toml\n${"a = 1\n".repeat(60_000)}\`\`\`\n`, path: "$", reason: /over 262144/ },
    { text: '```toml\n[advisory]\nid = "R-1"\n```\n', path: "$.advisory.package", reason: /./ },
    {
      text: record("", 'patched = [">= 1", "banana"]'),
      path: "$.versions.patched[1]",
      reason: /no requirement/,
    },
  ])("refuses what can't be read, at $path", async ({ text, path, reason }) => {
    const { records, rejected } = await importText("a.md", text);
    expect(records).toBe(0);
    expect(rejected).toEqual([
      expect.objectContaining({ path, reason: expect.stringMatching(reason) as string }),
    ]);
  });

  it.each(["README.md", "list", "DSA"])("leaves %s alone that is no feed's", async (name) => {
    expect(await importText(name, "# Words\n```toml\n")).toMatchObject({
      documents: 0,
      ignored: 1,
      rejectedCount: 0,
    });
  });

  it("refuses a text that is no advisory, when told that it is one", async () => {
    const { rejected } = await importText("a.csv", "a,b", "rustsec");
    expect(rejected[0]).toMatchObject({ path: "$", reason: "it does not open with a block of TOML" });
  });
});

describe("rubysec", () => {
  const record = (more: string): string => `gem: x\ntitle: a\nurl: https://a.example\n${more}`;

  it.each([
    {
      ids: "cve: 2024-0001\nghsa: aaaa-bbbb-cccc\nosvdb: 7",
      want: ["CVE-2024-0001", "GHSA-aaaa-bbbb-cccc", "OSVDB-7"],
    },
    { ids: "ghsa: aaaa-bbbb-cccc", want: ["GHSA-aaaa-bbbb-cccc"] },
    { ids: "cve:\nosvdb: 7", want: ["OSVDB-7"] },
  ])("is known by the best of $ids", async ({ ids, want }) => {
    const found = await advisoryOf("a.yml", record(ids));
    expect([found?.id, ...(found?.aliases ?? [])]).toEqual(want);
  });

  it.each([
    { scores: "cvss_v2: 9.3\ncvss_v3: 5.0", want: "medium" },
    { scores: "cvss_v3: 5.0\ncvss_v4: 9.1", want: "critical" },
    { scores: "cvss_v2: .17", want: "low" },
    { scores: "cvss_v3:", want: "unknown" },
  ])("rates $scores as $want", async ({ scores, want }) => {
    expect((await advisoryOf("a.yml", record(`osvdb: 7\n${scores}`)))?.severity).toBe(want);
  });

  it("reads an engine as the runtime that it is", async () => {
    const text =
      "engine: ruby\ncve: 2024-0001\npatched_versions: ['~> 3.2.5', '>= 3.3.3']\nunaffected_versions: ['< 3.0']\n";
    expect((await advisoryOf("a.yml", text))?.affected).toEqual([
      {
        ecosystem: "generic",
        name: "ruby",
        ranges: [
          { introduced: "3.0", fixed: "3.2.5" },
          { introduced: "3.3.a", fixed: "3.3.3" },
        ],
      },
    ]);
  });

  it.each([
    { text: record(""), path: "$", reason: "it has no id" },
    { text: record("osvdb: 7\ncvss_v3: high"), path: "$.cvss_v3", reason: "not a score from 0 to 10" },
    {
      text: record("osvdb: 7\npatched_versions: ['>= 1', '>> 2']"),
      path: "$.patched_versions[1]",
      reason: '">> 2" is no requirement of versions',
    },
    { text: record("cve: CVE-2024-1"), path: "$.cve", reason: "not the number of a CVE" },
  ])("says what is wrong at $path: $reason", async ({ text, path, reason }) => {
    expect((await importText("a.yml", text)).rejected).toEqual([{ document: "a.yml", path, reason }]);
  });
});

describe("friendsofphp", () => {
  const record = (more: string, versions = "['>=1.0', '<1.2']"): string =>
    `reference: composer://a/b\n${more}\nbranches:\n  1.x: { time: 2024-01-02 03:04:05, versions: ${versions} }\n`;

  it.each([
    { name: "2024-01-02.yaml", cve: "cve: ~", want: ["FriendsOfPHP:a/b/2024-01-02"] },
    { name: "GHSA-aaaa-bbbb-cccc.yaml", cve: "", want: ["GHSA-aaaa-bbbb-cccc"] },
    {
      name: "GHSA-aaaa-bbbb-cccc.yaml",
      cve: "cve: CVE-2024-0001",
      want: ["CVE-2024-0001", "GHSA-aaaa-bbbb-cccc"],
    },
    { name: "CVE-2024-0001.yaml", cve: "cve: CVE-2024-0001", want: ["CVE-2024-0001"] },
  ])("$name with $cve is $want", async ({ name, cve, want }) => {
    const found = await advisoryOf(`all.tar/a/b/${name}`.replace("all.tar/", ""), record(cve));
    expect([found?.id, ...(found?.aliases ?? [])]).toEqual(want);
    expect(found?.published).toBe("2024-01-02T03:04:05Z");
  });

  it.each([
    {
      text: record("cve: CVE-2024-0001", "['>=1.0', '^2']"),
      path: '$.branches["1.x"].versions',
      reason: /no requirement/,
    },
    {
      text: record("cve: CVE-2024-0001").replace("composer://", "https://"),
      path: "$.reference",
      reason: /composer/,
    },
    {
      text: `reference: composer://a/b\nbranches: {${Array.from({ length: 501 }, (_, i) => `b${i}: {versions: []}`).join(", ")}}`,
      path: "$.branches",
      reason: /over 500/,
    },
  ])("says what is wrong at $path", async ({ text, path, reason }) => {
    const { rejected } = await importText("a.yaml", text);
    expect(rejected).toEqual([
      expect.objectContaining({ path, reason: expect.stringMatching(reason) as string }),
    ]);
  });
});

describe("victims", () => {
  const record = (version: string, fixedin: string, names = "groupId: g\n    artifactId: a"): string =>
    `cve: 2017-0001\ntitle: t\naffected:\n  - ${names}\n    version: ["${version}"]\n    fixedin: [${fixedin}]\n`;

  it.each([
    {
      version: "<=2.0.11,2.0",
      fixedin: '">=2.0.12,2.0"',
      want: [{ introduced: "2.0-alpha", lastAffected: "2.0.11", fixed: "2.0.12" }],
    },
    {
      version: "<=2.9.1-b-1,2.9.1-b-",
      fixedin: '">=2.9.1-b-2,2.9.1-b-"',
      want: [{ introduced: "2.9.1-b", lastAffected: "2.9.1-b-1", fixed: "2.9.1-b-2" }],
    },
    {
      version: ">=2.3",
      fixedin: '">=2.5,2.5"',
      want: [{ introduced: "2.3", fixed: "2.5" }, { introduced: "2.6-alpha" }],
    },
    { version: "==1.0", fixedin: "", want: [{ introduced: "1.0", lastAffected: "1.0" }] },
  ])("$version, mended by $fixedin", async ({ version, fixedin, want }) => {
    expect((await advisoryOf("a.yaml", record(version, fixedin)))?.affected).toEqual([
      { ecosystem: "maven", name: "g/a", ranges: want },
    ]);
  });

  it.each([
    { text: record("<=2.0", '"<=2.1,2"'), path: "$.affected[0].fixedin[0]", records: 1 },
    { text: record("<=2.0,1,2", ""), path: "$.affected[0].version[0]", records: 0 },
    { text: record("<=2.0,-", ""), path: "$.affected[0].version[0]", records: 0 },
    { text: record("<=2.0", "", "groupId: g"), path: "$.affected[0]", records: 0 },
    { text: record("<=2.0", "").replace("2017-", "x"), path: "$.cve", records: 0 },
  ])("says what is wrong at $path, and keeps $records", async ({ text, path, records }) => {
    const found = await importText("a.yaml", text);
    expect([found.records, found.rejected.map((one) => one.path)]).toEqual([records, [path]]);
  });
});

describe("retire.js", () => {
  const catalogue = (...entries: object[]): string => JSON.stringify({ x: { vulnerabilities: entries } });

  it.each([
    {
      entry: {
        below: "1.0.0",
        identifiers: { CVE: ["CVE-2014-0001"] },
        info: ["https://nodesecurity.io/advisories/7"],
      },
      want: ["CVE-2014-0001", "NSWG-ECO-7"],
    },
    { entry: { below: "1.0.0", info: ["https://nodesecurity.io/advisories/7"] }, want: ["NSWG-ECO-7"] },
    {
      entry: {
        below: "1.0.0",
        identifiers: { CVE: ["CVE-2014-0002", "CVE-2014-0001"] },
        info: ["https://github.com/advisories/GHSA-aaaa-bbbb-cccc"],
      },
      want: ["GHSA-aaaa-bbbb-cccc", "CVE-2014-0001", "CVE-2014-0002"],
    },
    { entry: { below: "1.0.0" }, want: [expect.stringMatching(/^RETIREJS-[0-9a-f]{16}$/)] },
  ])("$want", async ({ entry, want }) => {
    const found = await advisoryOf("a.json", catalogue(entry));
    expect([found?.id, ...(found?.aliases ?? [])]).toEqual(want);
  });

  it.each([
    { entry: { atOrAbove: "1.0.0", below: "1.2.0" }, want: { introduced: "1.0.0", fixed: "1.2.0" } },
    { entry: { below: "99.999.99999" }, want: { introduced: "0" } },
    { entry: { atOrAbove: "1.0.0" }, want: { introduced: "1.0.0" } },
    { entry: { atOrAbove: "1.3.0-*", below: "1.3.2" }, want: { introduced: "1.3.0-0", fixed: "1.3.2" } },
  ])("$entry", async ({ entry, want }) => {
    expect((await advisoryOf("a.json", catalogue(entry)))?.affected[0]?.ranges).toEqual([want]);
  });

  it("passes over the list that knows libraries by their files", async () => {
    const text = JSON.stringify({ x: { vulnerabilities: [{ below: "1" }, { below: "2" }], extractors: {} } });
    expect(await importText("a.json", text)).toMatchObject({ records: 0, skipped: 2, rejectedCount: 0 });
  });

  it("goes on behind entries that can't be used", async () => {
    const bad = [{ info: [] }, { below: "~" }, { atOrAbove: "2.0.0", below: "1.0.0" }, { below: 7 }];
    const text = `{"__proto__": 7, ${catalogue({ below: "1.0.0" }, ...bad).slice(1)}`;
    const { records, rejected } = await importText("a.json", text, "retire.js");
    expect(records).toBe(1);
    expect(rejected.map(({ path }) => path)).toEqual([
      "$.__proto__",
      "$.x.vulnerabilities[1]",
      "$.x.vulnerabilities[2]",
      "$.x.vulnerabilities[3]",
      "$.x.vulnerabilities[4].below",
    ]);
  });
});

describe("retire.net", () => {
  const record = (description: string, link: string, fix: string | null = "1.0.1"): string =>
    JSON.stringify({
      link,
      description,
      packages: [
        { id: "X", affected: "1.0.0", fix },
        { id: "Y", affected: "1.x", fix },
      ],
    });

  it.each([
    { description: "Advisory CVE-2018-0001: x", link: "https://a.example", want: "CVE-2018-0001" },
    {
      description: "x",
      link: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
      want: "GHSA-aaaa-bbbb-cccc",
    },
    {
      description: "x",
      link: "https://github.com/aspnet/Announcements/issues/300",
      want: "aspnet/Announcements#300",
    },
    { description: "x", link: "https://a.example", want: undefined },
  ])("$description $link is $want", async ({ description, link, want }) => {
    const { export: found, rejected } = await importText("a.json", record(description, link));
    expect(found.advisories[0]?.id).toBe(want);
    expect(rejected.map(({ path }) => path)).toEqual([want === undefined ? "$.link" : "$.packages[1]"]);
  });
});

describe("node itself", () => {
  const record = (more: object): string =>
    JSON.stringify({
      cve: ["CVE-2024-0001"],
      vulnerable: "18.x || 20.x",
      patched: "^18.20.2 || ^20.12.2",
      ...more,
    });

  it("has the flaw in a line of releases up to where that line is mended", async () => {
    expect(
      (await advisoryOf("a.json", record({ affectedEnvironments: ["all"], severity: "high" })))?.affected,
    ).toEqual([
      {
        ecosystem: "generic",
        name: "node",
        ranges: [
          { introduced: "18.0.0", fixed: "18.20.2" },
          { introduced: "20.0.0", fixed: "20.12.2" },
        ],
      },
    ]);
  });

  it.each([
    { affectedEnvironments: ["win32"] },
    { vulnerable: "18.20.2", patched: "*", affectedEnvironments: ["darwin", "win32"] },
  ])("passes over %j", async (more) => {
    expect(await importText("a.json", record(more))).toMatchObject({
      records: 0,
      skipped: 1,
      rejectedCount: 0,
    });
  });

  it("is known by its file's number where it names several CVEs", async () => {
    const text = record({ cve: ["CVE-2024-0001", "CVE-2024-0002"] });
    expect((await importText("core/12.json", text)).export.advisories[0]).toMatchObject({
      id: "NSWG-COR-12",
      aliases: ["CVE-2024-0001", "CVE-2024-0002"],
    });
    expect((await importText("x.json", text)).rejected[0]?.path).toBe("$.cve");
  });
});
