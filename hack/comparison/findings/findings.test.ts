// SPDX-License-Identifier: Apache-2.0
/** Findings of both reports in one form, paired by package and any name, and the section made of them. */
import { describe, expect, it } from "vitest";
import type { JudgedFinding } from "#engines/evaluation/index.ts";
import { digestOf, type DiffId } from "#lib/digest.ts";
import { findingCounts, findingDifferences, UNEXPLAINED, type ImageFindings } from "./compare.ts";
import { ourFindings, trivyFindings, type FoundFinding } from "./read.ts";
import { findingsSection } from "./section.ts";

const judged = (id: string, purl: string, more: Partial<JudgedFinding> = {}): JudgedFinding => ({
  ...{
    id,
    purl,
    bomRef: purl,
    name: "",
    version: "",
    range: "",
    severity: "high",
    kev: false,
    action: "none",
  },
  ...{ advisoryIds: [id], aliases: [], sources: [], vendors: [], evidence: [], trace: [] },
  layer: { index: 0, diffId: digestOf<DiffId>("layer") },
  ...more,
});

it("reads both reports into one form", () => {
  const ours = ourFindings({
    findings: [
      judged("CVE-1", "pkg:deb/debian/tar@1.34?arch=amd64&epoch=1", {
        fixedVersion: "0:1.35",
        aliases: ["X-1", "CVE-1"],
      }),
      judged("CVE-2", "pkg:golang/golang.org/x/net@v0.1.0#http2", {
        fixedVersion: "v0.2.0",
        suppressedBy: "distro:x",
      }),
      judged("CVE-2", "pkg:golang/golang.org/x/net@v0.1.0#http2"),
    ],
  });
  const theirs = trivyFindings({
    Results: [
      { Target: "a lock file" },
      {
        Vulnerabilities: [
          {
            VulnerabilityID: "CVE-1",
            VendorIDs: ["DSA-1"],
            PkgIdentifier: { PURL: "pkg:deb/debian/tar@1.34?epoch=1" },
            Severity: "LOW",
            FixedVersion: "1.35, 2.0",
          },
        ],
      },
    ],
  });
  const tar = { type: "deb", name: "tar", version: "1:1.34" };
  expect({ ours, theirs }).toEqual({
    ours: [
      { package: tar, id: "CVE-1", aliases: ["X-1"], severity: "high", fixes: ["1.35"] },
      {
        package: { type: "golang", name: "golang.org/x/net/http2", version: "0.1.0" },
        id: "CVE-2",
        aliases: [],
        severity: "high",
        fixes: [],
      },
    ],
    theirs: [{ package: tar, id: "CVE-1", aliases: ["DSA-1"], severity: "low", fixes: ["1.35", "2.0"] }],
  });
});

const npm = (name: string) => ({ type: "npm", name, version: "1" });
const found = (name: string, id: string, more: Partial<FoundFinding> = {}): FoundFinding => ({
  ...{ package: npm(name), id, aliases: [], severity: "high", fixes: ["2"] },
  ...more,
});
const image = (
  ours: readonly FoundFinding[],
  theirs: readonly FoundFinding[],
  more: Partial<ImageFindings> = {},
): ImageFindings => ({
  ...{ name: "app", ours, theirs },
  ourPackages: [{ ...npm("a"), paths: [] }],
  theirPackages: [{ ...npm("a"), paths: [] }],
  ...more,
});

describe("differences", () => {
  const because = (one: ImageFindings) => findingDifferences(one).map((each) => [each.kind, each.because]);
  it.each([
    {
      name: "the same under another name",
      ours: [found("a", "CVE-1", { aliases: ["GHSA-1"] })],
      theirs: [found("a", "GHSA-1")],
      want: [],
    },
    {
      name: "one of two packages",
      ours: [found("a", "CVE-1")],
      theirs: [found("b", "CVE-1")],
      want: [
        ["only StellaOps", UNEXPLAINED],
        ["only trivy", expect.stringContaining("do not list")],
      ],
    },
    {
      name: "a package that trivy lacks",
      ours: [found("c", "CVE-1")],
      theirs: [],
      want: [["only StellaOps", expect.stringContaining("trivy does not list")]],
    },
    {
      name: "a suppressed finding in one",
      ours: [found("c", "CVE-1", { suppressedBy: "distro:pkg:deb/x" })],
      theirs: [],
      want: [["only StellaOps", expect.stringContaining("distro answers")]],
    },
    {
      name: "a package of both",
      ours: [],
      theirs: [found("a", "CVE-1")],
      want: [["only trivy", UNEXPLAINED]],
    },
    {
      name: "no word for none",
      ours: [found("a", "CVE-1", { severity: "none" })],
      theirs: [found("a", "CVE-1", { severity: "low" })],
      want: [["other severity", expect.stringContaining("below low")]],
    },
    {
      name: "another severity",
      ours: [found("a", "CVE-1", { severity: "low" })],
      theirs: [found("a", "CVE-1")],
      want: [["other severity", expect.stringContaining("the range that met")]],
    },
    {
      name: "a fix among several",
      ours: [found("a", "CVE-1")],
      theirs: [found("a", "CVE-1", { fixes: ["1", "2"] })],
      want: [],
    },
    {
      name: "another fix",
      ours: [found("a", "CVE-1")],
      theirs: [found("a", "CVE-1", { fixes: ["3"] })],
      want: [["other fix", UNEXPLAINED]],
    },
    {
      name: "fixes of other ranges",
      ours: [found("a", "CVE-1", { fixes: [] })],
      theirs: [found("a", "CVE-1")],
      want: [["other fix", expect.stringContaining("other ranges")]],
    },
  ])("$name", ({ ours, theirs, want }) => {
    expect(because(image(ours, theirs))).toEqual(want);
  });
});

it("counts what both have and what one has alone", () => {
  const counted = findingCounts(
    image(
      [found("a", "CVE-1"), found("a", "CVE-2"), found("c", "CVE-3", { suppressedBy: "distro:x" })],
      [found("a", "CVE-1"), found("a", "CVE-4")],
    ),
  );
  expect(counted).toEqual([{ type: "npm", both: 1, onlyUs: 2, suppressed: 1, onlyTrivy: 1 }]);
});

it("has the sources, the counts, and all that is unexplained", () => {
  const text = findingsSection(
    [
      image([found("a", "CVE-1")], [found("a", "CVE-1")]),
      image([found("a", "CVE-1")], [found("a", "CVE-2", { severity: "low" })], { name: "other" }),
      image([], [], { name: "empty" }),
    ],
    {
      sources: [{ name: "kit", records: 2, exportDigest: "sha256:0123456789abcdef" }],
      unread: ["notes.txt"],
      rows: 2,
      leftOut: [{ reason: "distro", count: 1, example: "CVE-1 debian:sid a" }],
    },
  );
  expect(text.slice(text.indexOf("| advisories"))).toBe(`| advisories | records | export |
| --- | ---: | --- |
| kit | 2 | \`sha256:0123456789ab\` |

Without a connector: notes.txt.

Trivy's database has 2 pairs of a package and a vulnerability. Not said there: 1 distro (CVE-1 debian:sid a).

### Counts

Only StellaOps: in brackets, how many of them we list and do not count, as something else answers for the package.

| image | type | both | only StellaOps | only trivy |
| --- | --- | ---: | ---: | ---: |
| app | npm | 1 | 0 | 0 |
| other | npm | 0 | 1 | 1 |
| empty |  | 0 | 0 | 0 |

### Differences between findings

app: none.

other:

- only StellaOps, 1: **UNEXPLAINED**: CVE-1 in \`npm a 1\`
- only trivy, 1: **UNEXPLAINED**: CVE-2 in \`npm a 1\`

empty: none.
`);
});
