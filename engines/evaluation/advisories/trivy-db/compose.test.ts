// SPDX-License-Identifier: Apache-2.0
/** What of an advisory stands where in Trivy's database; test/conformance/trivy-db asks Trivy itself. */
import { describe, expect, it } from "vitest";
import type { Advisory } from "../../types.ts";
import { composeTrivyDb } from "./compose.ts";
import { advisory, affects, exportOf, treeOf } from "./testing/tree.ts";

const compose = (...advisories: readonly Advisory[]) => composeTrivyDb([exportOf("a", advisories)]);
const bucketOf = (name: string, ...advisories: readonly Advisory[]): unknown =>
  treeOf(compose(...advisories).entries)[name];

describe("a language's packages", () => {
  it.each([
    {
      name: "a fixed range",
      made: affects("npm left-pad", ["1.0.0 1.2.0"]),
      want: { VulnerableVersions: [">=1.0.0, <1.2.0"] },
    },
    { name: "every version", made: affects("npm left-pad", ["0"]), want: { VulnerableVersions: [""] } },
    {
      name: "every version, whatever else is said",
      made: affects("npm left-pad", ["0", "1.0.0 2.0.0"]),
      want: { VulnerableVersions: [""] },
    },
    {
      name: "a last affected version",
      made: affects("npm left-pad", ["0 ..1.2.3"]),
      want: { VulnerableVersions: ["<=1.2.3"] },
    },
    {
      name: "a last affected version with the fix behind it",
      made: affects("npm left-pad", [], {
        ranges: [{ introduced: "0", lastAffected: "1.2.3", fixed: "1.3.0" }],
      }),
      want: { VulnerableVersions: ["<=1.2.3, <1.3.0"] },
    },
    {
      name: "single versions",
      made: affects("npm left-pad", ["3.0.0 3.1.0"], { versions: ["2.0.0", "1.0.0"] }),
      want: { VulnerableVersions: ["=1.0.0", "=2.0.0", ">=3.0.0, <3.1.0"] },
    },
    {
      name: "a version that Trivy cannot spell, beside one that it can",
      made: affects("npm left-pad", ["0 not-a-version", "2.0.0 2.1.0"]),
      want: { VulnerableVersions: [">=2.0.0, <2.1.0"] },
    },
  ])("$name", ({ made, want }) => {
    const bucket = bucketOf("npm::GitHub Security Advisory npm", advisory("GHSA-1", [made]));
    expect(bucket).toEqual({ "left-pad": { "GHSA-1": want } });
  });

  it("keeps a fix's own pre-releases in PyPI's ranges", () => {
    const bucket = bucketOf(
      "pip::Python Packaging Advisory Database",
      advisory("PYSEC-1", [affects("pypi flask", ["1.0 2.0"])]),
    );
    expect(bucket).toEqual({
      flask: { "PYSEC-1": { VulnerableVersions: [">=1.0, <2.0", ">=1.0, <=2.0, !=2.0"].sort() } },
    });
  });

  it("gives the union of what all sources say to the one that says the worst", () => {
    const database = composeTrivyDb([
      exportOf("a", [
        advisory("GHSA-1", [affects("npm left-pad", ["0 1.0.0"])], {
          aliases: ["CVE-2024-0001"],
          severity: "low",
        }),
      ]),
      exportOf("b", [
        advisory("NSWG-ECO-1", [affects("npm left-pad", ["2.0.0 2.1.0"])], {
          aliases: ["CVE-2024-0001"],
          source: "npm/security-wg",
          severity: "high",
        }),
      ]),
    ]);
    expect(treeOf(database.entries)).toEqual({
      "npm::Node.js Ecosystem Security Working Group": {
        "left-pad": {
          "CVE-2024-0001": {
            VendorIDs: ["GHSA-1", "NSWG-ECO-1"],
            VulnerableVersions: ["<1.0.0", ">=2.0.0, <2.1.0"],
          },
        },
      },
      "data-source": {
        "npm::Node.js Ecosystem Security Working Group": {
          ID: "nodejs-security-wg",
          Name: "Node.js Ecosystem Security Working Group",
          URL: "https://github.com/nodejs/security-wg",
        },
      },
      vulnerability: {
        "CVE-2024-0001": { Severity: "HIGH", VendorSeverity: { ghsa: 1, "nodejs-security-wg": 3 } },
      },
    });
    expect(database).toMatchObject({ advisories: 1, vulnerabilities: 1, leftOut: [] });
  });

  it("leaves out what is withdrawn", () => {
    const gone = advisory("GHSA-1", [affects("npm left-pad", ["0"])], { withdrawn: "2024-01-01T00:00:00Z" });
    expect(treeOf(compose(gone).entries)).toEqual({});
  });

  it("counts what Trivy has no place for", () => {
    const { leftOut, advisories } = compose(
      advisory("GHSA-1", [affects("github actions/x", ["0"]), affects("npm a", ["0 one"])]),
      advisory("GHSA-2", [affects("github actions/b", ["0"]), affects("pypi a-b", ["0 1.0+local"])]),
    );
    expect({ leftOut, advisories }).toEqual({
      leftOut: [
        { reason: "ecosystem", count: 2, example: "GHSA-1 github actions/x" },
        { reason: "version", count: 2, example: "GHSA-1 npm a" },
      ],
      advisories: 0,
    });
  });
});

describe("a distro's packages", () => {
  it.each([
    { name: "a fix", made: affects("deb@debian:12 tar", ["0 1.2-3"]), want: { FixedVersion: "1.2-3" } },
    {
      name: "the latest of several fixes",
      made: affects("deb@debian:12 tar", ["0 1.9-1", "0 1.10-1"]),
      want: { FixedVersion: "1.10-1" },
    },
    {
      name: "no fix",
      made: affects("deb@debian:12 tar", ["0"], { distroStatus: "no-dsa", severity: "none" }),
      want: { Status: 2, Severity: 1 },
    },
    {
      name: "no fix in one of two ranges",
      made: affects("deb@debian:12 tar", ["0 1.9-1", "0"], { distroStatus: "end_of_life", severity: "high" }),
      want: { Status: 7, Severity: 3 },
    },
    {
      name: "a first affected version, which has no place",
      made: affects("deb@debian:12 tar", ["1.2-1 1.2-3"]),
      want: { FixedVersion: "1.2-3" },
      leftOut: "lower-bound",
    },
    {
      name: "single versions",
      made: affects("deb@debian:12 tar", [], { versions: ["1.2-1"] }),
      want: undefined,
      leftOut: "single-versions",
    },
    {
      name: "a last affected version without a fix",
      made: affects("deb@debian:12 tar", ["0 ..1.2-3"]),
      want: undefined,
      leftOut: "single-versions",
    },
  ])("$name", ({ made, want, leftOut }) => {
    const database = compose(advisory("CVE-2024-0001", [made]));
    const value = want === undefined ? undefined : { tar: { "CVE-2024-0001": want } };
    expect(treeOf(database.entries)["debian 12"]).toEqual(value);
    expect(database.leftOut.map(({ reason }) => reason)).toEqual(leftOut === undefined ? [] : [leftOut]);
  });

  it("tells Alpine's first affected version", () => {
    const made = affects("apk@alpine:3.20 curl", ["8.0-r0 8.5-r1"]);
    expect(bucketOf("alpine 3.20", advisory("CVE-2024-0001", [made]))).toEqual({
      curl: { "CVE-2024-0001": { AffectedVersion: "8.0-r0", FixedVersion: "8.5-r1" } },
    });
  });

  it("leaves out a package without a fix where Trivy goes by the fix", () => {
    const database = compose(advisory("ALSA-1", [affects("rpm@almalinux:9 curl", ["0"])]));
    expect(treeOf(database.entries)).toEqual({});
    expect(database.leftOut).toEqual([{ reason: "unfixed", count: 1, example: "ALSA-1 almalinux:9 curl" }]);
  });

  it("names all architectures where Trivy asks for one", () => {
    const made = affects("rpm@rocky:9 npm", ["0 1:8-1"], { module: "nodejs:18" });
    const arches = ["aarch64", "i686", "noarch", "ppc64le", "s390x", "x86_64"];
    expect(bucketOf("rocky 9", advisory("RLSA-1", [made], { aliases: ["CVE-2024-0001"] }))).toEqual({
      "nodejs:18::npm": {
        "CVE-2024-0001": {
          FixedVersion: "1:8-1",
          Entries: [{ FixedVersion: "1:8-1", Arches: arches, VendorIDs: ["RLSA-1"] }],
        },
      },
    });
  });

  const MODULAR = "1:18.12.1-1.module+el9.1.0+17326+318294bb";
  it.each([
    ["rpm@rhel:9 npm", "Red Hat", "nodejs:18::npm"],
    ["rpm@almalinux:9 npm", "alma 9", "nodejs:18::npm"],
    ["rpm@rocky:9 npm", "rocky 9", "nodejs:18::npm"],
    ["rpm@ol:9 npm", "Oracle Linux 9", "npm"],
    ["rpm@sles:15.5 npm", "SUSE Linux Enterprise 15.5", "npm"],
  ])("names a module's package as Trivy asks for it: %s", (what, bucket, want) => {
    const made = affects(what, [`0 ${MODULAR}`], { module: "nodejs:18" });
    expect(Object.keys(bucketOf(bucket, advisory("CVE-2024-0001", [made])) ?? {})).toEqual([want]);
  });

  it("does not take a build for a module for one outside of them, where the stream is not named", () => {
    const plain = affects("rpm@almalinux:9 npm", ["0 1:16.20.2-1.el9_2"]);
    const modular = affects("rpm@almalinux:9 npm", ["0 1:18.12.1-1.module_el9.1.0+1"]);
    const database = compose(advisory("ALSA-1", [plain, modular]));
    expect(treeOf(database.entries)["alma 9"]).toEqual({
      npm: { "ALSA-1": { FixedVersion: "1:16.20.2-1.el9_2" } },
    });
    expect(database.leftOut).toEqual([{ reason: "module", count: 1, example: "ALSA-1 almalinux:9 npm" }]);
    const oracle = compose(advisory("ELSA-1", [affects("rpm@ol:8 npm", [`0 ${MODULAR}`])]));
    expect([Object.keys(treeOf(oracle.entries)["Oracle Linux 8"] ?? {}), oracle.leftOut]).toEqual([
      ["npm"],
      [],
    ]);
  });

  it("writes Red Hat's releases into one bucket, with the repositories that stand for them", () => {
    const database = compose(
      advisory(
        "RHSA-1",
        [
          affects("rpm@rhel:8 curl", ["0 7.61-1.el8"], { severity: "medium" }),
          affects("rpm@rhel:9 curl", ["0"], { distroStatus: "will_not_fix" }),
        ],
        { aliases: ["CVE-2024-0001"], severity: "high" },
      ),
      advisory("RHSA-2", [affects("rpm@rhel:7 wget", ["0 1.14-1.el7"])]),
    );
    const tree = treeOf(database.entries);
    expect(tree["Red Hat"]).toEqual({
      curl: {
        "CVE-2024-0001": {
          Entries: [
            { FixedVersion: "7.61-1.el8", Affected: [8], Cves: [{ Severity: 2 }] },
            { Status: 5, Affected: [9], Cves: [{ Severity: 3 }] },
          ],
        },
      },
      wget: {
        "RHSA-2": {
          Entries: [{ FixedVersion: "1.14-1.el7", Affected: [7], Cves: [{ ID: "RHSA-2", Severity: 0 }] }],
        },
      },
    });
    expect(tree["Red Hat CPE"]).toMatchObject({
      cpe: {
        "7": "cpe:/o:redhat:enterprise_linux:7",
        "8": "cpe:/o:redhat:enterprise_linux:8",
        "9": "cpe:/o:redhat:enterprise_linux:9",
      },
      repository: {
        "rhel-7-server-rpms": [7],
        "rhel-9-for-x86_64-baseos-rpms": [9],
        "ubi-8-appstream-rpms": [8],
      },
    });
    expect(database.buckets).toEqual(["Red Hat"]);
  });

  it.each([
    ["alpine:edge", "alpine edge"],
    ["alpine:3.20", "alpine 3.20"],
    ["almalinux:9", "alma 9"],
    ["amzn:2", "amazon linux 2"],
    ["amzn:2023", "amazon linux 2023"],
    ["amzn:2018.03", "amazon linux 1"],
    ["azurelinux:3.0", "Azure Linux 3.0"],
    ["chainguard", "chainguard"],
    ["debian:12", "debian 12"],
    ["debian:sid", undefined],
    ["fedora:40", undefined],
    ["mariner:2.0", "CBL-Mariner 2.0"],
    ["ol:9", "Oracle Linux 9"],
    ["opensuse-leap:15.5", "openSUSE Leap 15.5"],
    ["opensuse-tumbleweed:20240101", "openSUSE Tumbleweed"],
    ["photon:5.0", "Photon OS 5.0"],
    ["rhel:9", "Red Hat"],
    ["rocky:9", "rocky 9"],
    ["sles:15.5", "SUSE Linux Enterprise 15.5"],
    ["ubuntu:24.04", "ubuntu 24.04"],
    ["wolfi", "wolfi"],
  ])("%s stands in the bucket %s", (distro, bucket) => {
    const { buckets, leftOut } = compose(
      advisory("CVE-2024-0001", [affects(`rpm@${distro} curl`, ["0 1-1"])]),
    );
    expect(buckets).toEqual(bucket === undefined ? [] : [bucket]);
    expect(leftOut.map(({ reason }) => reason)).toEqual(bucket === undefined ? ["distro"] : []);
  });
});

it("does not depend on the order of sources and records", () => {
  const made = [
    advisory("GHSA-1", [affects("npm a", ["0 1.0.0"]), affects("pypi b", ["0"])], {
      aliases: ["CVE-2024-0001"],
      summary: "x",
    }),
    advisory("GHSA-2", [affects("npm a", ["2.0.0 3.0.0"])], {
      aliases: ["CVE-2024-0001"],
      summary: "y",
      severity: "high",
    }),
    advisory("OSV-3", [affects("npm a", ["2.5.0 2.6.0"])], { aliases: ["CVE-2024-0001"], severity: "high" }),
    advisory("CVE-2024-0001", [affects("deb@debian:12 a", ["0 1-1"]), affects("deb@debian:11 a", ["0"])], {
      source: "debian/tracker",
    }),
    advisory("CVE-2024-0001", [], {
      vendor: "nvd",
      severity: "critical",
      references: ["https://b.example", "https://a.example"],
    }),
  ];
  const [first, second, third, ...rest] = made;
  const one = composeTrivyDb([exportOf("a", made)]);
  const other = composeTrivyDb([
    exportOf("b", [...rest].reverse()),
    exportOf("a", [third!, first!, second!]),
  ]);
  expect(JSON.stringify(treeOf(other.entries))).toBe(JSON.stringify(treeOf(one.entries)));
  expect({ ...other, entries: undefined }).toEqual({ ...one, entries: undefined });
});
