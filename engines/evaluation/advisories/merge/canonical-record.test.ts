// SPDX-License-Identifier: Apache-2.0
/** The record of one vulnerability: all that was said, by whom, and where they contradict each other. */
import { expect, it } from "vitest";
import type { Advisory } from "../../types.ts";
import { withDigest } from "../export.ts";
import { compileSnapshot } from "../snapshot/compile.ts";
import { openSnapshot } from "../snapshot/open.ts";
import { canonicalRecords } from "./canonical-record.ts";
import type { CanonicalRecord } from "./canonical-record.ts";

const CVE = "CVE-2024-0001";
const advisory = (id: string, vendor: string, more: Partial<Advisory> = {}): Advisory => ({
  id,
  aliases: id === CVE ? [] : [CVE],
  source: "osv",
  vendor,
  severity: "high",
  cvss: [],
  references: [],
  affected: [{ ecosystem: "npm", name: "x", ranges: [{ introduced: "0", fixed: "2.0.0" }] }],
  ...more,
});

function recordsOf(...advisories: readonly Advisory[]): readonly CanonicalRecord[] {
  const facts = { name: "all", exploited: [CVE], epss: [[CVE, 0.1]] as const, covers: [] };
  return [...canonicalRecords(openSnapshot(compileSnapshot([withDigest({ ...facts, advisories })])))];
}

it("keeps every value with who says it", () => {
  const [record] = recordsOf(
    advisory("GHSA-a", "github", {
      summary: "Bad",
      published: "2024-01-02",
      references: ["https://b", "https://a"],
    }),
    advisory(CVE, "debian", {
      references: ["https://a"],
      cvss: [{ version: "3.1", vector: "CVSS:3.1/x", source: "nvd" }],
      affected: [
        {
          ecosystem: "deb",
          distro: "debian:12",
          name: "x",
          ranges: [{ introduced: "0" }],
          distroStatus: "no-dsa",
        },
      ],
    }),
  );
  expect(record).toEqual({
    id: CVE,
    aliases: ["GHSA-a"],
    severity: "high",
    kev: true,
    epss: 0.1,
    rejected: false,
    malware: false,
    summaries: [{ vendor: "github", advisory: "GHSA-a", value: "Bad" }],
    severities: [
      { vendor: "debian", advisory: CVE, value: "high" },
      { vendor: "github", advisory: "GHSA-a", value: "high" },
    ],
    cvss: [{ vendor: "debian", advisory: CVE, value: "CVSS:3.1/x" }],
    published: [{ vendor: "github", advisory: "GHSA-a", value: "2024-01-02" }],
    modified: [],
    withdrawn: [],
    advisories: [
      { id: CVE, vendor: "debian", source: "osv" },
      { id: "GHSA-a", vendor: "github", source: "osv" },
    ],
    references: ["https://a", "https://b"],
    affected: [
      {
        package: "deb|debian:12|x",
        says: [
          {
            vendor: "debian",
            advisory: CVE,
            value: { ranges: [{ introduced: "0" }], distroStatus: "no-dsa" },
          },
        ],
      },
      {
        package: "npm|x",
        says: [
          { vendor: "github", advisory: "GHSA-a", value: { ranges: [{ introduced: "0", fixed: "2.0.0" }] } },
        ],
      },
    ],
    conflicts: [],
  });
});

const npm = (fixed: string): Pick<Advisory, "affected"> => ({
  affected: [{ ecosystem: "npm", name: "x", ranges: [{ introduced: "0", fixed }] }],
});

it.each<{ name: string; advisories: readonly Advisory[]; want: readonly string[] }>([
  { name: "all agree", advisories: [advisory("GHSA-a", "github"), advisory("SNYK-1", "snyk")], want: [] },
  {
    name: "another severity",
    advisories: [advisory("GHSA-a", "github"), advisory("SNYK-1", "snyk", { severity: "low" })],
    want: ["severity: github high, snyk low"],
  },
  {
    name: "a severity that one does not know",
    advisories: [advisory("GHSA-a", "github"), advisory("SNYK-1", "snyk", { severity: "unknown" })],
    want: [],
  },
  {
    name: "another fix",
    advisories: [advisory("GHSA-a", "github"), advisory("SNYK-1", "snyk", npm("2.0.1"))],
    want: ["affected npm|x: github >=0 <2.0.0, snyk >=0 <2.0.1"],
  },
  {
    name: "two advisories of one vendor",
    advisories: [advisory("GHSA-a", "github"), advisory("GHSA-b", "github", npm("2.0.1"))],
    want: [],
  },
  {
    name: "one takes it back",
    advisories: [advisory("GHSA-a", "github"), advisory("PYSEC-1", "pypa", { withdrawn: "2024-05-01" })],
    want: ["withdrawn: pypa 2024-05-01"],
  },
])("names what they contradict each other in: $name", ({ advisories, want }) => {
  const [record] = recordsOf(...advisories);
  const told = record?.conflicts.map(
    ({ field, package: key, values }) =>
      `${field}${key === undefined ? "" : ` ${key}`}: ${values.map(({ vendor, value }) => `${vendor} ${value}`).join(", ")}`,
  );
  expect(told).toEqual(want);
});

it("says that a CVE was rejected, and leaves out what names no package anywhere", () => {
  const rejected = advisory(CVE, "cve", {
    source: "cve5",
    affected: [],
    severity: "unknown",
    withdrawn: "2024-06-01",
  });
  const records = recordsOf(
    advisory("GHSA-a", "github"),
    rejected,
    advisory("CVE-2024-0002", "nvd", { affected: [], aliases: [] }),
  );
  expect(records.map(({ id, rejected: is, severity }) => [id, is, severity])).toEqual([[CVE, true, "high"]]);
});

it("takes nobody's word but the CVE's own record for a rejection", () => {
  const other = advisory(CVE, "someone", { affected: [], severity: "unknown", withdrawn: "2024-06-01" });
  expect(recordsOf(advisory("GHSA-a", "github"), other).map(({ rejected }) => rejected)).toEqual([false]);
});

it("leaves out times that a feed writes where it knows none", () => {
  const none = { published: "0001-01-01T00:00:00Z", modified: "1970-01-01T00:00:00Z" };
  const [record] = recordsOf(
    advisory("GHSA-a", "github", none),
    advisory(CVE, "nvd", { published: "1999-01-04" }),
  );
  expect(record?.published).toEqual([{ vendor: "nvd", advisory: CVE, value: "1999-01-04" }]);
  expect(record?.modified).toEqual([]);
});
