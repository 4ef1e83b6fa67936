// SPDX-License-Identifier: Apache-2.0
/** Joining components with advisories: names, versions, distros, severities, suppression and coverage. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Component, Distro } from "#engines/scanner/index.ts";
import type { Finding } from "../types.ts";
import { importSource } from "./import-source.ts";
import { matchSbom } from "./match-sbom.ts";
import { compileSnapshot } from "./snapshot/compile.ts";
import { openSnapshot } from "./snapshot/open.ts";
import type { Snapshot } from "./snapshot/open.ts";
import { ovalText } from "./testing/oval.ts";
import { bookworm, component, memoryFeed, sbomOf } from "./testing/sbom.ts";

const CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const osv = (id: string, ecosystem: string, name: string, events: object[], more: object = {}): string =>
  JSON.stringify({
    id,
    modified: "2024-01-01T00:00:00Z",
    ...more,
    affected: [{ package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events }] }],
  });

const records = [
  osv("GHSA-1", "npm", "@scope/a", [{ introduced: "1.0.0" }, { fixed: "1.2.0" }], {
    aliases: ["CVE-2024-0001"],
    published: "2024-02-02T00:00:00Z",
    severity: [{ type: "CVSS_V3", score: CRITICAL }],
  }),
  osv("PYSEC-1", "PyPI", "Flask_Login", [{ introduced: "0" }, { fixed: "2.0rc1" }], {
    aliases: ["CVE-2024-0002"],
    published: "0001-01-01T00:00:00Z",
  }),
  osv("GHSA-2", "PyPI", "flask-login", [{ introduced: "0" }, { fixed: "2.0" }], {
    aliases: ["CVE-2024-0002"],
    published: "2024-01-05T00:00:00Z",
    database_specific: { severity: "HIGH" },
  }),
  osv("GO-1", "Go", "github.com/A/b/v2", [
    { introduced: "0" },
    { fixed: "2.1.0" },
    { introduced: "2.2.0-0" },
  ]),
  osv("GO-2", "Go", "stdlib", [{ introduced: "0" }, { fixed: "1.22.5" }]),
  osv("GHSA-3", "npm", "once", [{ introduced: "0" }], { withdrawn: "2024-01-02T00:00:00Z" }),
  JSON.stringify({
    id: "T-4",
    modified: "x",
    affected: [{ package: { ecosystem: "npm", name: "listed" }, versions: ["1.0.0", "2.0.0"] }],
  }),
  osv("GHSA-5", "npm", "sometimes", [{ introduced: "0" }, { last_affected: "3.0.0" }], {
    aliases: ["CVE-2024-0005"],
  }),
  osv("GHSA-6", "PyPI", "requests", [{ introduced: "0" }, { fixed: "2.31.0" }], {
    severity: [{ type: "CVSS_V3", score: CRITICAL }],
    aliases: ["CVE-2024-0006"],
  }),
  osv("RUSTSEC-1", "crates.io", "time", [{ introduced: "0" }, { fixed: "0.2.0" }], {
    aliases: ["CVE-2024-0043"],
  }),
  osv("RLSA-1", "Rocky Linux:8", "perl-Errno", [{ introduced: "0" }, { fixed: "0:1.28-423.el8" }], {
    aliases: ["CVE-2024-0041"],
  }),
  osv("RLSA-2", "Rocky Linux:8", "perl", [{ introduced: "0" }, { fixed: "4:5.26.3-423.el8" }], {
    aliases: ["CVE-2024-0042"],
  }),
  osv("GHSA-8", "Maven", "org.example:core", [{ introduced: "0" }, { fixed: "1.2" }]),
  osv("GHSA-9", "NuGet", "Example.Json", [{ introduced: "0" }, { fixed: "1.2.0" }]),
  osv("GHSA-10", "Packagist", "Example/Core", [{ introduced: "0" }, { fixed: "1.2.0" }]),
  JSON.stringify({ cve: ["CVE-2024-0050"], vulnerable: "18.x || 20.x", patched: "^18.20.2 || ^20.12.2" }),
  osv("MAL-1", "npm", "evil", [{ introduced: "0" }]),
  osv("GHSA-11", "npm", "disputed", [{ introduced: "0" }, { fixed: "2.0.0" }], {
    aliases: ["CVE-2024-0060"],
    database_specific: { severity: "HIGH" },
  }),
  osv("NSWG-11", "npm", "disputed", [{ introduced: "0" }, { fixed: "2.0.1" }], {
    aliases: ["CVE-2024-0060"],
    database_specific: { severity: "LOW" },
  }),
  osv("GHSA-12", "npm", "no-flaw", [{ introduced: "0" }], { aliases: ["CVE-2024-0061"] }),
  JSON.stringify({
    dataType: "CVE_RECORD",
    dataVersion: "5.1",
    cveMetadata: { cveId: "CVE-2024-0061", state: "REJECTED", dateRejected: "2024-05-01T00:00:00Z" },
    containers: {
      cna: { providerMetadata: { shortName: "acme" }, rejectedReasons: [{ lang: "en", value: "no flaw" }] },
    },
  }),
  osv("GHSA-7", "npm", "glibc-like", [{ introduced: "0" }], {
    severity: [{ type: "CVSS_V3", score: CRITICAL }],
    aliases: ["CVE-2024-0012"],
  }),
].join("\n");

const tracker = JSON.stringify({
  glibc: {
    "CVE-2024-0010": {
      releases: {
        bookworm: { status: "resolved", fixed_version: "2.36-9+deb12u7", urgency: "not yet assigned" },
      },
    },
    "CVE-2024-0011": { releases: { bookworm: { status: "open", urgency: "unimportant" } } },
    "CVE-2024-0012": {
      releases: { bookworm: { status: "open", urgency: "low", nodsa: "Minor issue", nodsa_reason: "" } },
    },
    "CVE-2024-0013": { releases: { bookworm: { status: "resolved", fixed_version: "0", urgency: "low" } } },
    "CVE-2024-0014": { releases: { bookworm: { status: "open", urgency: "end-of-life" } } },
  },
  libbinary: { "CVE-2024-0020": { releases: { bookworm: { status: "open", urgency: "medium" } } } },
});
const secdb = JSON.stringify({
  distroversion: "v3.20",
  reponame: "main",
  packages: [
    {
      pkg: {
        name: "openssl",
        secfixes: { "3.1.4-r6": ["CVE-2024-0030"], "3.1.4-r3": ["CVE-2024-0030"], "0": ["CVE-2024-0031"] },
      },
    },
  ],
});
const kev = JSON.stringify({ catalogVersion: "1", vulnerabilities: [{ cveID: "CVE-2024-0001" }] });

let bytes: Uint8Array;
let snapshot: Snapshot;
beforeAll(async () => {
  const feed = memoryFeed({
    "osv.jsonl": records,
    "tracker.json": tracker,
    "main.json": secdb,
    "kev.json": kev,
    "epss.csv": "CVE-2024-0001,0.75,0.9\n",
  });
  const result = await importSource({ name: "all", feed });
  expect(result.rejected).toEqual([]);
  bytes = compileSnapshot([result.export]);
  snapshot = openSnapshot(bytes);
});

const findings = (of: readonly Component[], distro?: Distro): readonly Finding[] =>
  matchSbom(sbomOf(of, distro), snapshot).findings;
const ids = (of: readonly Component[], distro?: Distro): readonly string[] =>
  findings(of, distro).map(({ id }) => id);
const deb = (name: string, version: string, source = name, sourceVersion = version): Component =>
  component("deb", name, version, { sourcePackage: { name: source, version: sourceVersion } });
const alpine: Distro = { id: "alpine", versionId: "3.20.3" };

it("gives a finding with all its facts", () => {
  const one = component("npm", "@scope/a", "1.1.0");
  expect(findings([one])).toEqual([
    {
      id: "CVE-2024-0001",
      advisoryIds: ["GHSA-1"],
      aliases: ["GHSA-1"],
      sources: ["osv"],
      vendors: ["github"],
      purl: one.purl,
      bomRef: one.bomRef,
      name: "@scope/a",
      version: "1.1.0",
      severity: "critical",
      fixedVersion: "1.2.0",
      range: ">=1.0.0 <1.2.0 (npm)",
      evidence: one.evidence,
      layer: { index: 0, diffId: one.layer.diffId },
      kev: true,
      epss: 0.75,
      published: "2024-02-02T00:00:00Z",
    },
  ]);
});

it("says that a component was not compared with what another version of this program stored", async () => {
  const feed = memoryFeed({
    "a.json": osv("T-1", "npm", "a", [{ introduced: "0" }, { fixed: "1.2.3" }]),
    "b.json": osv("T-2", "npm", "a", [{ introduced: "0" }, { fixed: "9.9.9" }]),
  });
  const { export: stored } = await importSource({ name: "x", feed });
  const text = JSON.stringify(stored).replaceAll('"1.2.3"', '"no version"');
  const snapshot = openSnapshot(compileSnapshot([JSON.parse(text) as typeof stored]));
  const { findings, uncovered } = matchSbom(sbomOf([component("npm", "a", "1.0.0")]), snapshot);
  expect([findings.map(({ id }) => id), uncovered]).toEqual([["T-2"], ["pkg:npm/a@1.0.0"]]);
});

describe("names and versions", () => {
  it.each([
    ["npm", "@scope/a", "0.9.9", []],
    ["npm", "@scope/a", "1.2.0", []],
    ["npm", "a", "1.1.0", []],
    ["pypi", "flask-login", "1.0", ["CVE-2024-0002"]],
    ["pypi", "Flask.Login", "1.0", ["CVE-2024-0002"]],
    ["pypi", "flask-login", "2.0", []],
    ["golang", "github.com/A/b/v2", "v2.0.0", ["GO-1"]],
    ["golang", "github.com/A/b/v2", "v2.1.5", []],
    ["golang", "github.com/A/b/v2", "v2.3.0-rc.1", ["GO-1"]],
    ["golang", "github.com/A/b", "v2.0.0", []],
    ["golang", "stdlib", "1.22.4", ["GO-2"]],
    ["golang", "stdlib", "go1.22rc1", ["GO-2"]],
    ["npm", "once", "1.0.0", []],
    ["npm", "listed", "v2.0.0", ["T-4"]],
    ["npm", "listed", "1.5.0", []],
    ["npm", "sometimes", "3.0.0", ["CVE-2024-0005"]],
    ["npm", "sometimes", "3.0.1", []],
    ["maven", "org.example/core", "1.1", ["GHSA-8"]],
    ["maven", "core", "1.1", []],
    ["nuget", "example.json", "1.1.0", ["GHSA-9"]],
    ["composer", "example/core", "1.1.0", ["GHSA-10"]],
    ["npm", "Listed", "1.0.0", []],
    ["generic", "node", "18.20.1", ["CVE-2024-0050"]],
    ["generic", "node", "18.20.2", []],
    ["generic", "libnode.so.108", "18.20.1", []],
  ] as const)("%s %s %s", (type, name, version, want) => {
    expect(ids([component(type, name, version)])).toEqual(want);
  });

  it("names a single version as its range, and no fix where none is known", () => {
    expect(findings([component("npm", "listed", "1.0.0")])[0]).toMatchObject({ range: "=1.0.0 (npm)" });
    expect(findings([component("npm", "listed", "1.0.0")])[0]).not.toHaveProperty("fixedVersion");
  });
});

it("makes one finding of two advisories that mean the same", () => {
  const found = findings([component("pypi", "flask-login", "1.0")]);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    advisoryIds: ["GHSA-2", "PYSEC-1"],
    severity: "high",
    fixedVersion: "2.0",
    published: "2024-01-05T00:00:00Z",
  });
});

it("asks the binary's advisories about what the source's do not speak of", async () => {
  const tracked = JSON.stringify({
    openssl: { "CVE-2024-0071": { releases: { bookworm: { status: "open", urgency: "low" } } } },
  });
  const listed = ["CVE-2024-0071", "CVE-2024-0072"].map((id) =>
    osv(`X-${id}`, "Debian:12", "libssl3", [{ introduced: "0" }], { aliases: [id] }),
  );
  const feed = memoryFeed({ "tracker.json": tracked, "osv.jsonl": listed.join("\n") });
  const { export: both } = await importSource({ name: "both", feed });
  const found = matchSbom(
    sbomOf([deb("libssl3", "3.0.11-1", "openssl")], bookworm),
    openSnapshot(compileSnapshot([both])),
  );
  expect(found.findings.map(({ id, severity }) => [id, severity])).toEqual([
    ["CVE-2024-0071", "low"],
    ["CVE-2024-0072", "unknown"],
  ]);
});

it("says that a package is itself the harm", () => {
  const [found] = findings([component("npm", "evil", "1.0.0")]);
  expect(found).toMatchObject({ id: "MAL-1", severity: "critical", malware: true });
});

it("keeps what vendors contradict each other in", () => {
  const [found] = findings([component("npm", "disputed", "1.0.0")]);
  expect(found).toMatchObject({
    severity: "high",
    fixedVersion: "2.0.1",
    contradictions: [
      {
        field: "severity",
        values: [
          { vendor: "github", value: "high" },
          { vendor: "nodejs", value: "low" },
        ],
      },
      {
        field: "fixedVersion",
        values: [
          { vendor: "github", value: "2.0.0" },
          { vendor: "nodejs", value: "2.0.1" },
        ],
      },
    ],
  });
  expect(findings([component("npm", "sometimes", "3.0.0")])[0]).not.toHaveProperty("contradictions");
});

it("sets aside what the record of the CVE itself rejects", () => {
  const [found] = findings([component("npm", "no-flaw", "1.0.0")]);
  expect(found).toMatchObject({ id: "CVE-2024-0061", suppressedBy: "rejected:CVE-2024-0061" });
});

it("refuses more findings than a report can hold, and names the flaw", async () => {
  const aliases = Array.from({ length: 1000 }, (_, i) => `${String(i).padStart(4, "0")}${"z".repeat(120)}`);
  const record = osv("GHSA-1", "npm", "a", [{ introduced: "0" }], { aliases });
  const source = await importSource({ name: "s", feed: memoryFeed({ "a.json": record }) });
  const many = openSnapshot(compileSnapshot([source.export]));
  const of = (count: number): Component[] =>
    Array.from({ length: count }, (_, i) => component("npm", "a", `1.0.${i}`));
  expect(matchSbom(sbomOf(of(10)), many).findings).toHaveLength(10);
  expect(() => matchSbom(sbomOf(of(2200)), many)).toThrow(
    /too many for a report, at GHSA-1 of pkg:npm\/a@1\.0\./,
  );
});

describe("distros", () => {
  it("compares the source package's version, and says what the distro says", () => {
    const found = findings([deb("libc6", "9:1-1", "glibc", "2.36-9+deb12u4")], bookworm);
    expect(
      found.map(({ id, severity, distroStatus, fixedVersion }) => [id, severity, distroStatus, fixedVersion]),
    ).toEqual([
      ["CVE-2024-0012", "low", "no-dsa", undefined], // the distro's word before the critical score of GHSA-7
      ["CVE-2024-0010", "unknown", undefined, "2.36-9+deb12u7"],
      ["CVE-2024-0014", "unknown", "end_of_life", undefined],
      ["CVE-2024-0011", "none", "unimportant", undefined],
    ]);
    expect(found[1]?.range).toBe(">=0 <2.36-9+deb12u7 (debian:12)");
  });

  it("has no finding for a fixed package, for one never affected, nor in another release", () => {
    expect(ids([deb("libc6", "2.36-9+deb12u7", "glibc")], bookworm)).not.toContain("CVE-2024-0010");
    expect(ids([deb("libc6", "2.36-9", "glibc")], bookworm)).not.toContain("CVE-2024-0013");
    expect(ids([deb("libc6", "2.36-9", "glibc")], { id: "debian", versionId: "13" })).toEqual([]);
  });

  it("asks for the binary package where the source package is not known", () => {
    expect(ids([deb("libbinary", "1.0", "elsewhere")], bookworm)).toEqual(["CVE-2024-0020"]);
    expect(ids([component("deb", "libbinary", "1.0")], bookworm)).toEqual(["CVE-2024-0020"]);
  });

  it("reads Alpine's fixes, and takes the last of two", () => {
    const apk = (version: string): Component =>
      component("apk", "libssl3", version, { sourcePackage: { name: "openssl", version } });
    expect(findings([apk("3.1.4-r2")], alpine)[0]).toMatchObject({
      id: "CVE-2024-0030",
      fixedVersion: "3.1.4-r6",
    });
    expect(ids([apk("3.1.4-r5")], alpine)).toEqual(["CVE-2024-0030"]);
    expect(ids([apk("3.1.4-r6")], alpine)).toEqual([]);
  });
});

it("does not take a crate of somebody's own for the one of crates.io", () => {
  const crate = component("cargo", "time", "0.1.0");
  expect(ids([crate])).toEqual(["CVE-2024-0043"]);
  expect(ids([{ ...crate, purl: `${crate.purl}?source=local` }])).toEqual([]);
});

describe("rpm packages", () => {
  const rocky: Distro = { id: "rocky", versionId: "8.9" };
  const source = { name: "perl", version: "5.26.3-422.el8" }; // a source rpm's name has no epoch
  const rpm = (name: string, version: string): Component =>
    component("rpm", name, version, { sourcePackage: source });

  it("are looked up by their own names, with their own epochs, in the major release", () => {
    expect(ids([rpm("perl-Errno", "1.28-422.el8")], rocky)).toEqual(["CVE-2024-0041"]);
    expect(ids([rpm("perl-Errno", "1.28-423.el8")], rocky)).toEqual([]);
    expect(ids([rpm("perl", "4:5.26.3-422.el8")], rocky)).toEqual(["CVE-2024-0042"]);
    expect(ids([rpm("perl-libs", "4:5.26.3-422.el8")], rocky)).toEqual([]);
  });
});

describe("rpm packages of a source package that has no fix", () => {
  // CVE-2024-50602: expat and mingw-expat, of which a RHEL 7 and 8 have no fix, and the fix of RHEL 8's expat.
  const sample = readFileSync(new URL("connectors/testdata/csaf-redhat.json", import.meta.url));
  let redhat: Snapshot;
  beforeAll(async () => {
    const { export: made } = await importSource({ name: "rh", feed: memoryFeed({ "a.json": sample }) });
    redhat = openSnapshot(compileSnapshot([made]));
  });
  const rpm = (name: string, source: string | undefined): Component =>
    component(
      "rpm",
      name,
      "1-1",
      source === undefined ? {} : { sourcePackage: { name: source, version: "1-1" } },
    );

  it.each([
    ["7", "expat", "expat", ["CVE-2024-50602 end_of_life"]],
    ["7", "expat-devel", "expat", ["CVE-2024-50602 end_of_life"]],
    ["7", "expat", undefined, ["CVE-2024-50602 end_of_life"]],
    ["7", "expat-devel", undefined, []],
    ["7", "expat", "another", []],
    ["8", "mingw64-expat", "mingw-expat", ["CVE-2024-50602 will_not_fix"]],
    ["8", "expat", "expat", ["CVE-2024-50602 2.2.5-16.el8_10"]],
    ["8", "expat-devel", "expat", []],
    ["8", "expat", "mingw-expat", ["CVE-2024-50602 2.2.5-16.el8_10"]],
  ])("RHEL %s: %s of %s", (versionId, name, source, want) => {
    const { findings } = matchSbom(sbomOf([rpm(name, source)], { id: "rhel", versionId }), redhat);
    expect(findings.map((one) => `${one.id} ${one.fixedVersion ?? one.distroStatus ?? ""}`)).toEqual(want);
  });
});

describe("rpm packages of a distro whose advisories name source packages", () => {
  const azure: Distro = { id: "azurelinux", versionId: "3.0" };
  const oval = ovalText({
    id: "oval:com.microsoft.azurelinux:def:1",
    title: "CVE-2024-0051 affecting package python-hare for versions less than 2.4-3",
    metadata: "<affected><platform>Azure Linux</platform></affected>",
    criteria: "python-hare < 0:2.4-3.azl3",
  });
  const rpm = (version: string, source: string): Component =>
    component("rpm", "python3-hare", version, { sourcePackage: { name: source, version } });

  it("are looked up by their source", async () => {
    const { export: made } = await importSource({ name: "azure", feed: memoryFeed({ "a.xml": oval }) });
    const azureSnapshot = openSnapshot(compileSnapshot([made]));
    const found = (one: Component): readonly string[] =>
      matchSbom(sbomOf([one], azure), azureSnapshot).findings.map(({ id }) => id);
    expect(found(rpm("2.4-2.azl3", "python-hare"))).toEqual(["CVE-2024-0051"]);
    expect(found(rpm("2.4-3.azl3", "python-hare"))).toEqual([]);
    expect(found(rpm("2.4-2.azl3", "hare"))).toEqual([]);
  });
});

describe("language packages that a distro package owns", () => {
  it("are not answered by conda, which owns files too", () => {
    const inConda = component("pypi", "requests", "2.28.1", { ownedBy: "pkg:conda/requests@2.28.1" });
    expect(findings([inConda], bookworm)[0]).not.toHaveProperty("suppressedBy");
  });

  const owned = component("pypi", "requests", "2.28.1", {
    ownedBy: "pkg:deb/debian/python3-requests@2.28.1%2Bdfsg-1",
  });

  it("are answered by the distro, visibly", () => {
    expect(findings([owned], bookworm)[0]?.suppressedBy).toBe(
      "distro:pkg:deb/debian/python3-requests@2.28.1%2Bdfsg-1",
    );
  });

  it("count where no source speaks about the distro", () => {
    expect(findings([owned], { id: "debian", versionId: "11" })[0]).not.toHaveProperty("suppressedBy");
  });
});

describe("what is not covered is said", () => {
  it.each([
    { name: "all is", of: [component("npm", "x", "1.0.0")], distro: bookworm, want: [] },
    {
      name: "another release",
      of: [deb("x", "1")],
      distro: { id: "debian", versionId: "11" },
      want: ["debian:11"],
    },
    {
      name: "another distro without packages",
      of: [],
      distro: { id: "fedora", versionId: "40" },
      want: ["fedora:40"],
    },
    {
      name: "packages of no distro",
      of: [deb("x", "1")],
      distro: undefined,
      want: ["deb packages of an unknown distro"],
    },
    {
      name: "a version without order",
      of: [component("npm", "once", "latest"), component("npm", "listed", "latest")],
      distro: undefined,
      want: ["pkg:npm/listed@latest"],
    },
  ])("$name", ({ of, distro, want }) => {
    expect(matchSbom(sbomOf(of, distro), snapshot).uncovered).toEqual(want);
  });

  it("an ecosystem that no source speaks about", () => {
    const empty = openSnapshot(compileSnapshot([]));
    const sbom = sbomOf([component("npm", "x", "1"), component("pypi", "y", "1")], bookworm);
    expect(matchSbom(sbom, empty)).toEqual({ findings: [], uncovered: ["debian:12", "npm", "pypi"] });
  });
});

it("finds on Ubuntu what only extended maintenance mends", async () => {
  const fixed = "7.47.0-1ubuntu2.19+esm9";
  const record = osv("UBUNTU-CVE-2024-0070", "Ubuntu:Pro:16.04:LTS", "curl", [
    { introduced: "0" },
    { fixed },
  ]);
  const { export: made } = await importSource({ name: "s", feed: memoryFeed({ "f.jsonl": record }) });
  const snapshot = openSnapshot(compileSnapshot([made]));
  const found = (version: string): unknown => {
    const { findings, uncovered } = matchSbom(
      sbomOf([component("deb", "curl", version)], { id: "ubuntu", versionId: "16.04" }),
      snapshot,
    );
    return [findings.map(({ id, fixedVersion }) => `${id} ${fixedVersion ?? ""}`), uncovered];
  };
  expect(found("7.47.0-1ubuntu2.19")).toEqual([[`CVE-2024-0070 ${fixed}`], []]);
  expect(found(fixed)).toEqual([[], []]);
});

describe("ecosystems that only SBOMs of others have", () => {
  // BIT-jre-2022-34169, BIT-golang-2023-39323 in their bounds; GHSA-hgf8-39gv-g3f2 for Swift.
  const feed = [
    osv("BIT-jre-1", "Bitnami", "jre", [{ introduced: "17.0.3-1" }, { last_affected: "17.0.3-1" }]),
    osv("BIT-golang-1", "Bitnami", "golang", [{ introduced: "1.21.0-0" }, { fixed: "1.21.2" }]),
    osv("BIT-apache-1", "Bitnami", "apache", [{ introduced: "0" }, { last_affected: "2.4.57" }]),
    JSON.stringify({
      id: "BIT-x",
      modified: "x",
      affected: [{ package: { ecosystem: "Bitnami", name: "x" }, versions: ["1.0.0"] }],
    }),
    osv("GHSA-hex", "Hex", "mtproto_proxy", [{ introduced: "0" }, { fixed: "0.7.2" }]),
    osv("GHSA-pub", "Pub", "agent_dart", [{ introduced: "1.0.0-dev.29" }, { fixed: "1.0.0" }]),
    osv("GHSA-swift", "SwiftURL", "https://github.com/apple/swift-nio.git", [
      { introduced: "2.0.0" },
      { fixed: "2.42.0" },
    ]),
    osv("GHSA-swift-2", "SwiftURL", "HTTPS://GitHub.com/Weichsel/zipfoundation", [
      { introduced: "0" },
      { fixed: "0.9.18" },
    ]),
    osv("RSEC-1", "CRAN", "commonmark", [{ introduced: "0.2" }, { fixed: "1.8-1" }]),
    osv("HSEC-1", "Hackage", "aeson", [{ introduced: "0.4" }, { fixed: "2.0.1.0" }]),
    osv("GHSA-act", "GitHub Actions", "tj-actions/changed-files", [{ introduced: "0" }, { fixed: "46.0.1" }]),
  ].join("\n");
  let known: Snapshot;
  beforeAll(async () => {
    const { export: made } = await importSource({ name: "s", feed: memoryFeed({ "f.jsonl": feed }) });
    expect(made.notCompared).toEqual([["GitHub Actions", 1]]);
    known = openSnapshot(compileSnapshot([made]));
    expect(known.covers).toEqual(["bitnami", "cran", "hackage", "hex", "pub", "swift"]);
  });

  it.each([
    ["bitnami", "jre", "17.0.3-1", "BIT-jre-1"],
    ["bitnami", "jre", "17.0.3-2", undefined],
    ["bitnami", "jre", "17.0.3", undefined],
    ["bitnami", "golang", "1.21.0", "BIT-golang-1"],
    ["bitnami", "golang", "1.21.1-3", "BIT-golang-1"],
    ["bitnami", "golang", "1.21.2-0", undefined],
    ["bitnami", "golang", "1.21.2-4", undefined],
    ["bitnami", "apache", "2.4.57-9", "BIT-apache-1"],
    ["bitnami", "apache", "2.4.58-0", undefined],
    ["bitnami", "x", "1.0.0-7", "BIT-x"],
    ["bitnami", "x", "1.0.1-7", undefined],
    ["hex", "mtproto_proxy", "0.7.1", "GHSA-hex"],
    ["hex", "mtproto_proxy", "0.7.2", undefined],
    ["pub", "agent_dart", "1.0.0-dev.30+1", "GHSA-pub"],
    ["pub", "agent_dart", "1.0.0+1", undefined],
    ["swift", "github.com/apple/swift-nio", "2.41.9", "GHSA-swift"],
    ["swift", "github.com/apple/swift-nio", "2.42.0", undefined],
    ["swift", "GitHub.com/Apple/Swift-NIO.GIT", "2.41.9", "GHSA-swift"],
    ["swift", "github.com/weichsel/ZIPFoundation", "0.9.17", "GHSA-swift-2"],
    ["swift", "github.com/weichsel/ZIPFoundation", "0.9.18", undefined],
    ["cran", "commonmark", "1.8", "RSEC-1"],
    ["cran", "commonmark", "1.8.1", undefined],
    ["hackage", "aeson", "2.0.1", "HSEC-1"],
    ["hackage", "aeson", "2.0.1.0", undefined],
  ] as const)("%s %s %s: %s", (type, name, version, want) => {
    const { findings, uncovered } = matchSbom(sbomOf([component(type, name, version)]), known);
    expect([findings[0]?.id, uncovered]).toEqual([want, []]);
  });
});

it("does not depend on the order of components", () => {
  const of = [
    component("npm", "@scope/a", "1.1.0"),
    deb("libc6", "1", "glibc"),
    deb("libc-bin", "1", "glibc"),
    component("golang", "stdlib", "1.20"),
  ];
  expect(findings(of.toReversed(), bookworm)).toEqual(findings(of, bookworm));
});

it("answers for an image as if no other had been asked about before", () => {
  const some = fc.subarray([
    component("npm", "@scope/a", "1.1.0"),
    component("npm", "@scope/a", "1.2.0"),
    component("npm", "listed", "latest"),
    component("npm", "disputed", "1.0.0"),
    component("pypi", "requests", "2.0.0", { ownedBy: "pkg:deb/debian/python3-requests@2.0.0" }),
    component("apk", "openssl", "3.1.4-r0"),
    component("rpm", "perl", "4:5.26.3-1.el8"),
    component("rpm", "perl", "4:5.26.3-1.module+el8"),
    deb("libc6", "2.36-9", "glibc"),
    deb("libbinary", "1", "glibc"),
    deb("glibc", "2.36-9", "glibc"),
    deb("glibc", "2.36-9"),
  ]);
  const distros = fc.constantFrom<Distro | undefined>(
    bookworm,
    { id: "debian", versionId: "11" },
    { id: "rocky", versionId: "8.9" },
    { id: "alpine", versionId: "3.20.1" },
    undefined,
  );
  const kept = openSnapshot(bytes);
  fc.assert(
    fc.property(some, distros, (of, distro) => {
      const sbom = sbomOf(of, distro);
      expect(matchSbom(sbom, kept)).toEqual(matchSbom(sbom, openSnapshot(bytes)));
    }),
  );
});
