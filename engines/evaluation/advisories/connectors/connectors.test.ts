// SPDX-License-Identifier: Apache-2.0
/** Each connector on its real sample against a golden result, then on single records that show a rule. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Advisory } from "../../types.ts";
import { importSource } from "../import-source.ts";
import { importText } from "../testing/import-text.ts";
import { memoryFeed } from "../testing/sbom.ts";
import type { ConnectorId } from "../connector-ids.ts";
import { connectors } from "./catalog.ts";

const at = (name: string): URL => new URL(`testdata/${name}`, import.meta.url);

const samples: Record<ConnectorId, readonly string[]> = {
  osv: ["osv.jsonl", "osv-pypa.yaml", "osv-kinds.jsonl"],
  ghsa: ["ghsa-rest.json", "ghsa-graphql.json", "ghsa-mirror.json"],
  rustsec: ["rustsec-hyper.md", "rustsec-malicious.md", "rustsec-unmaintained.md"],
  rubysec: ["rubysec-gem.yml", "rubysec-engine.yml"],
  friendsofphp: ["friends-of-php.yaml", "friends-of-php-2017-05-15.yaml"],
  victims: ["victims.yaml"],
  "retire.net": ["retire-net.json"],
  "retire.js": ["retire-js.json"],
  "alpine/secdb": ["alpine-secdb.yaml"],
  "debian/tracker": ["debian-tracker.json"],
  "debian/dsa": ["debian-dsa/list"],
  "npm/security-wg": ["npm-security-wg.jsonl", "node-core.jsonl"],
  cve5: ["cve5.jsonl"],
  "cisa/kev": ["kev.json", "kev.csv"],
  "first/epss": ["epss.csv"],
  csaf: ["csaf-redhat.json", "csaf-own.json"],
  oval: ["azurelinux", "debian", "oracle", "redhat", "rocky", "suse", "ubuntu"].map(
    (vendor) => `oval-${vendor}.xml`,
  ),
};

it("has a sample for every connector, and each id once", () => {
  expect(connectors.map(({ id }) => id).sort()).toEqual(Object.keys(samples).sort());
});

describe.each(connectors.map(({ id }) => id))("%s", (id) => {
  it.each(samples[id])(
    "reads %s as its golden result says, with and without being told what it is",
    async (name) => {
      const text = readFileSync(at(name), "utf8");
      const told = await importText(name, text, id);
      expect((await importText(name, text)).export).toEqual(told.export);
      await expect(`${JSON.stringify(told, null, 2)}\n`).toMatchFileSnapshot(
        at(`${name}.golden.json`).pathname,
      );
    },
  );

  it("gives the same digest when the same document comes twice", async () => {
    const name = samples[id][0]!;
    const text = readFileSync(at(name), "utf8");
    const once = await importText(name, text, id);
    const twice = await importSource({
      name: "test",
      feed: memoryFeed({ [name]: text, [`again/${name}`]: text }),
      connector: id,
    });
    expect(twice.export.exportDigest).toBe(once.export.exportDigest);
  });
});

const osvRecord = (affected: unknown, more: object = {}): string =>
  JSON.stringify({ id: "T-1", modified: "2024-01-01T00:00:00Z", affected: [affected], ...more });
const npm = (events: unknown, more: object = {}): object => ({
  package: { ecosystem: "npm", name: "x" },
  ranges: [{ type: "SEMVER", events }],
  ...more,
});

async function affectedOf(text: string): Promise<Advisory["affected"]> {
  return (await importText("t.json", text)).export.advisories[0]?.affected ?? [];
}

describe("osv rules", () => {
  it.each([
    {
      name: "pairs",
      events: [{ introduced: "0" }, { fixed: "1.0.1" }],
      want: [{ introduced: "0", fixed: "1.0.1" }],
    },
    {
      name: "unordered pairs",
      events: [{ introduced: "2.0.0" }, { fixed: "2.0.6" }, { introduced: "0" }, { fixed: "1.26.17" }],
      want: [
        { introduced: "0", fixed: "1.26.17" },
        { introduced: "2.0.0", fixed: "2.0.6" },
      ],
    },
    {
      name: "last affected",
      events: [{ introduced: "1.0.0" }, { last_affected: "1.2.0" }],
      want: [{ introduced: "1.0.0", lastAffected: "1.2.0" }],
    },
    {
      name: "one version alone",
      events: [
        { introduced: "1.0.0" },
        { last_affected: "1.0.0" },
        { introduced: "v1.2" },
        { last_affected: "1.2.0" },
      ],
      want: [
        { introduced: "1.0.0", lastAffected: "1.0.0" },
        { introduced: "v1.2", lastAffected: "1.2.0" },
      ],
    },
    {
      name: "a range that ends where another begins",
      events: [{ introduced: "0" }, { last_affected: "1.0.0" }, { introduced: "1.0.0" }, { fixed: "1.2.0" }],
      want: [
        { introduced: "0", lastAffected: "1.0.0" },
        { introduced: "1.0.0", fixed: "1.2.0" },
      ],
    },
    { name: "no end", events: [{ introduced: "1.0.0" }], want: [{ introduced: "1.0.0" }] },
    {
      name: "both in one event",
      events: [{ introduced: "0", fixed: "3.0.0" }],
      want: [{ introduced: "0", fixed: "3.0.0" }],
    },
  ])("ranges: $name", async ({ events, want }) => {
    expect((await affectedOf(osvRecord(npm(events))))[0]?.ranges).toEqual(want);
  });

  it("takes GHSA's last known affected version as the end of an open range", async () => {
    const text = osvRecord(
      npm([{ introduced: "0" }], { database_specific: { last_known_affected_version_range: "<= 2.0.3" } }),
    );
    expect((await affectedOf(text))[0]?.ranges).toEqual([{ introduced: "0", lastAffected: "2.0.3" }]);
  });

  it("keeps single versions only where no range holds them", async () => {
    const text = osvRecord(
      npm([{ introduced: "0" }, { fixed: "1.0.1" }], { versions: ["0.9.0", "1.0.0", "1.5.0"] }),
    );
    expect((await affectedOf(text))[0]?.versions).toEqual(["1.5.0"]);
  });

  it.each([
    { ecosystem: "Debian:12", want: "debian:12" },
    { ecosystem: "Alpine:v3.20", want: "alpine:3.20" },
    { ecosystem: "Ubuntu:24.04:LTS", want: "ubuntu:24.04" },
    { ecosystem: "Ubuntu:Pro:16.04:LTS", want: "ubuntu:16.04" },
    { ecosystem: "Ubuntu:Pro:16.04", want: "ubuntu:16.04" },
    { ecosystem: "Rocky Linux:9", want: "rocky:9" },
  ])("reads $ecosystem as $want", async ({ ecosystem, want }) => {
    const text = osvRecord({
      package: { ecosystem, name: "x" },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }],
    });
    expect((await affectedOf(text))[0]?.distro).toBe(want);
  });

  it.each([
    "Ubuntu:Pro:FIPS-updates:20.04:LTS",
    "Ubuntu:Pro:Realtime:22.04:LTS",
    "Ubuntu:Nvidia-BlueField:22.04:LTS",
    "OSS-Fuzz",
    "Debian",
  ])("has nothing to match for %s, and counts it as not compared", async (ecosystem) => {
    const text = osvRecord({
      package: { ecosystem, name: "x" },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }],
    });
    expect(await importText("t.json", text)).toMatchObject({
      records: 0,
      skipped: 1,
      rejectedCount: 0,
      export: { notCompared: [[ecosystem, 1]] },
    });
  });

  const ubuntu = (ecosystem: string, name: string, fixed: string, introduced = "0"): object => ({
    package: { ecosystem, name },
    ranges: [{ type: "ECOSYSTEM", events: [{ introduced }, { fixed }] }],
  });
  const PRO = ubuntu("Ubuntu:Pro:16.04:LTS", "curl", "7.47.0-1ubuntu2.19+esm9");
  const ORDINARY = ubuntu("Ubuntu:16.04:LTS", "curl", "7.47.0-1ubuntu2.20");

  it.each<{ name: string; affected: readonly object[]; want: readonly string[] }>([
    { name: "alone", affected: [PRO], want: ["ubuntu:16.04 curl 7.47.0-1ubuntu2.19+esm9"] },
    {
      name: "behind the release's own word",
      affected: [ORDINARY, PRO],
      want: ["ubuntu:16.04 curl 7.47.0-1ubuntu2.20"],
    },
    { name: "before it", affected: [PRO, ORDINARY], want: ["ubuntu:16.04 curl 7.47.0-1ubuntu2.20"] },
    {
      name: "beside a release's word about another package",
      affected: [PRO, ubuntu("Ubuntu:16.04:LTS", "wget", "2")],
      want: ["ubuntu:16.04 curl 7.47.0-1ubuntu2.19+esm9", "ubuntu:16.04 wget 2"],
    },
    {
      name: "beside another release's word",
      affected: [PRO, ubuntu("Ubuntu:18.04:LTS", "curl", "8")],
      want: ["ubuntu:16.04 curl 7.47.0-1ubuntu2.19+esm9", "ubuntu:18.04 curl 8"],
    },
    {
      name: "beside a word that can't be used",
      affected: [PRO, ubuntu("Ubuntu:16.04:LTS", "curl", "no_version")],
      want: ["ubuntu:16.04 curl 7.47.0-1ubuntu2.19+esm9"],
    },
  ])("hears of Ubuntu's extended maintenance $name", async ({ affected, want }) => {
    const text = JSON.stringify({ id: "UBUNTU-CVE-2024-0001", modified: "2024-01-01T00:00:00Z", affected });
    const told = (await affectedOf(text)).map(
      ({ distro = "", name, ranges }) => `${distro} ${name} ${ranges[0]?.fixed ?? ""}`,
    );
    expect(told.sort()).toEqual(want);
  });

  it.each([
    {
      severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
      word: "LOW",
      want: "critical",
    },
    {
      severity: [
        { type: "CVSS_V4", score: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N" },
      ],
      word: "MODERATE",
      want: "critical",
    },
    { severity: [{ type: "CVSS_V4", score: "CVSS:4.0/AV:N" }], word: "MODERATE", want: "medium" },
    { severity: [], word: "HIGH", want: "high" },
    { severity: [{ type: "Ubuntu", score: "negligible" }], word: undefined, want: "none" },
    { severity: [], word: undefined, want: "unknown" },
  ])("severity $want of $severity and $word", async ({ severity, word, want }) => {
    const text = osvRecord(npm([{ introduced: "0" }]), { severity, database_specific: { severity: word } });
    const [advisory] = (await importText("t.json", text)).export.advisories;
    expect(advisory?.severity).toBe(want);
    const vectors = severity.filter(({ type }) => type.startsWith("CVSS")).map(({ score }) => score);
    expect(advisory?.cvss.map(({ vector }) => vector)).toEqual(vectors);
  });

  it.each([
    { text: osvRecord(npm([{ introduced: "0" }, { fixed: "soon" }])), path: "$.affected[0].ranges[0]" },
    { text: osvRecord(npm("none")), path: "$.affected[0].ranges[0].events" },
    {
      text: osvRecord({ package: { ecosystem: "npm", name: "a|b" }, versions: ["1.0.0"] }),
      path: "$.affected[0].package.name",
    },
    { text: JSON.stringify({ id: "has space", modified: "x" }), path: "$.id" },
  ])("rejects $path", async ({ text, path }) => {
    const result = await importText("bad.json", text);
    expect(result.rejected).toEqual([expect.objectContaining({ document: "bad.json", path })]);
  });
});

describe("debian rules", () => {
  const tracker = (release: object): string =>
    JSON.stringify({ tar: { "CVE-2024-1": { releases: { bookworm: release } } } });

  it.each([
    { release: { status: "open", urgency: "not yet assigned" }, want: { ranges: [{ introduced: "0" }] } },
    {
      release: { status: "open", urgency: "unimportant" },
      want: { ranges: [{ introduced: "0" }], distroStatus: "unimportant", severity: "none" },
    },
    {
      release: { status: "open", urgency: "low", nodsa: "Minor issue", nodsa_reason: "" },
      want: { ranges: [{ introduced: "0" }], distroStatus: "no-dsa", severity: "low" },
    },
    {
      release: { status: "open", urgency: "medium", nodsa: "x", nodsa_reason: "postponed" },
      want: { ranges: [{ introduced: "0" }], distroStatus: "postponed", severity: "medium" },
    },
    {
      release: { status: "open", urgency: "end-of-life" },
      want: { ranges: [{ introduced: "0" }], distroStatus: "end_of_life" },
    },
    {
      release: { status: "undetermined", urgency: "low" },
      want: { ranges: [{ introduced: "0" }], distroStatus: "undetermined", severity: "low" },
    },
    {
      release: { status: "resolved", fixed_version: "1.2-3", urgency: "high**" },
      want: { ranges: [{ introduced: "0", fixed: "1.2-3" }], severity: "high" },
    },
  ])("$release", async ({ release, want }) => {
    expect(await affectedOf(tracker(release))).toEqual([
      { ecosystem: "deb", distro: "debian:12", name: "tar", ...want },
    ]);
  });

  it("keeps nothing of a release that never had the flaw", async () => {
    const result = await importText(
      "t.json",
      tracker({ status: "resolved", fixed_version: "0", urgency: "low" }),
    );
    expect(result).toMatchObject({ records: 0, skipped: 1 });
    expect(result.export.covers).toEqual(["debian:12"]);
  });

  it("rejects a version that is none, and goes on", async () => {
    const text = JSON.stringify({
      a: { "CVE-2024-1": { releases: { bookworm: { status: "resolved", fixed_version: "x y" } } } },
      b: { "CVE-2024-2": { releases: { bookworm: { status: "open" } } } },
    });
    const result = await importText("t.json", text);
    expect(result.rejected[0]?.path).toBe(
      '$.a["CVE-2024-1"].releases.bookworm.fixed_version'.replace('["CVE-2024-1"]', ".CVE-2024-1"),
    );
    expect(result.export.advisories.map(({ id }) => id)).toEqual(["CVE-2024-2"]);
  });
});

describe("alpine rules", () => {
  const secdb = (secfixes: object): string =>
    JSON.stringify({
      distroversion: "v3.20",
      reponame: "main",
      packages: [{ pkg: { name: "xen", secfixes } }],
    });

  it.each([
    { text: "CVE-2017-2620 XSA-209", want: [["CVE-2017-2620", ["XSA-209"]]] },
    { text: "CVE-2019-1234 (+ regression fix)", want: [["CVE-2019-1234", []]] },
    {
      text: "CVE-2019-17349 CVE-2019-17350 XSA-295",
      want: [
        ["CVE-2019-17349", []],
        ["CVE-2019-17350", []],
      ],
    },
    { text: "XSA-207", want: [["XSA-207", []]] },
  ])("$text", async ({ text, want }) => {
    const { advisories } = (await importText("main.json", secdb({ "4.8-r0": [text] }))).export;
    expect(advisories.map(({ id, aliases }) => [id, aliases])).toEqual(want);
  });

  it("keeps nothing of what Alpine was never affected by, and rejects what is no version", async () => {
    const result = await importText(
      "main.json",
      secdb({ "0": ["CVE-2020-1"], "6.6.2p1-r0": ["CVE-2020-2"] }),
    );
    expect(result).toMatchObject({ records: 0, skipped: 1, rejectedCount: 1 });
    expect(result.rejected[0]?.path).toBe('$.packages[0].pkg.secfixes["6.6.2p1-r0"]');
  });
});

it("epss: reads both layouts alike and rejects what is no probability", async () => {
  const first = await importText(
    "a.csv",
    "#model_version:v1,score_date:x\ncve,epss,percentile\nCVE-2020-0001,0.5,0.9\nCVE-2020-0002,7,0.9\n",
  );
  const second = await importText("b.csv", "CVE-2020-0001;0.500000000;0.9\n");
  expect(first.export.epss).toEqual([["CVE-2020-0001", 0.5]]);
  expect(second.export.epss).toEqual(first.export.epss);
  expect(first.rejected.map(({ path }) => path)).toEqual(["line 4"]);
});
