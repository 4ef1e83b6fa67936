// SPDX-License-Identifier: Apache-2.0
/**
 * The mandatory tests of CSAF 2.0, section 6.1, each by documents of our own that fail it and nothing else, beside some that must
 * pass. The JSON schema of the standard is not ours to copy, so form is checked by our own reading of it.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCsaf } from "#engines/evaluation/csaf/read-csaf.ts";
import { csafTests, testsLeftOut, testsRelaxed } from "#engines/evaluation/csaf/tests/index.ts";
import { changed, validOf, validVex } from "./documents.ts";
import type { Change } from "./documents.ts";

const TRACKING = "document.tracking";
const FLAW = "vulnerabilities.0";
const CVSS = `${FLAW}.scores.0.cvss_v3`;
const CLIENT = "product_tree.full_product_names.0.product_identification_helper";
const SECOND_VERSION = "product_tree.branches.0.branches.1.name";

/** A version, and the versions of the history, a day apart. */
const versions = (version: string, ...numbers: readonly string[]): readonly Change[] => [
  ["set", `${TRACKING}.version`, version],
  [
    "set",
    `${TRACKING}.revision_history`,
    numbers.map((number, day) => ({ date: `2024-01-0${day + 1}T00:00:00Z`, number, summary: "x" })),
  ],
];
const relation = (id: string, part: string, whole: string): Change => [
  "add",
  "product_tree.relationships",
  {
    category: "installed_with",
    full_product_name: { product_id: id, name: id },
    product_reference: part,
    relates_to_product_reference: whole,
  },
];
const informational = validOf("csaf_informational_advisory");
const advisory = validOf("csaf_security_advisory");
const SCORE = {
  products: ["P1"],
  cvss_v3: {
    version: "3.1",
    vectorString: "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    baseScore: 8.4,
    baseSeverity: "HIGH",
  },
};

interface Case {
  readonly test: string;
  readonly name: string;
  /** Absent: the valid VEX document. */
  readonly of?: unknown;
  readonly changes: readonly Change[];
  /** Without `$.`, in which the changes' paths are written. */
  readonly path: string;
}

const failing: readonly Case[] = [
  {
    test: "6.1.1",
    name: "in a status",
    changes: [["add", `${FLAW}.product_status.fixed`, "P9"]],
    path: `${FLAW}.product_status.fixed.1`,
  },
  {
    test: "6.1.1",
    name: "in a group",
    changes: [["add", "product_tree.product_groups.0.product_ids", "P9"]],
    path: "product_tree.product_groups.0.product_ids.2",
  },
  {
    test: "6.1.1",
    name: "in a relationship",
    changes: [relation("P5", "P9", "P1")],
    path: "product_tree.relationships.1.product_reference",
  },
  {
    test: "6.1.1",
    name: "in a flag",
    changes: [["add", `${FLAW}.flags.0.product_ids`, "P9"]],
    path: `${FLAW}.flags.0.product_ids.1`,
  },
  {
    test: "6.1.1",
    name: "in a score",
    changes: [["add", `${FLAW}.scores.0.products`, "P9"]],
    path: `${FLAW}.scores.0.products.1`,
  },
  {
    test: "6.1.2",
    name: "with another name",
    changes: [["add", "product_tree.full_product_names", { product_id: "P1", name: "Acme Mailer" }]],
    path: "product_tree.full_product_names.1.product_id",
  },
  {
    test: "6.1.3",
    name: "of itself",
    changes: [relation("P5", "P3", "P5")],
    path: "product_tree.relationships.1.full_product_name.product_id",
  },
  {
    test: "6.1.3",
    name: "in a round",
    changes: [relation("P5", "P6", "P1"), relation("P6", "P3", "P5")],
    path: "product_tree.relationships.1.full_product_name.product_id",
  },
  {
    test: "6.1.4",
    name: "in a threat",
    changes: [["set", `${FLAW}.threats.0.group_ids`, ["G1", "G9"]]],
    path: `${FLAW}.threats.0.group_ids.1`,
  },
  {
    test: "6.1.5",
    name: "twice",
    changes: [["add", "product_tree.product_groups", { group_id: "G1", product_ids: ["P2"] }]],
    path: "product_tree.product_groups.1.group_id",
  },
  {
    test: "6.1.6",
    name: "affected and fixed",
    changes: [["set", `${FLAW}.product_status.first_fixed`, ["P1"]]],
    path: `${FLAW}.product_status.first_fixed.0`,
  },
  {
    test: "6.1.6",
    name: "fixed and under investigation",
    changes: [["add", `${FLAW}.product_status.under_investigation`, "P2"]],
    path: `${FLAW}.product_status.under_investigation.1`,
  },
  {
    test: "6.1.7",
    name: "two of 3.1",
    changes: [["add", `${FLAW}.scores`, SCORE]],
    path: `${FLAW}.scores.1`,
  },
  {
    test: "6.1.8",
    name: "without severity",
    changes: [["drop", `${CVSS}.baseSeverity`]],
    path: `${CVSS}.baseSeverity`,
  },
  {
    test: "6.1.8",
    name: "a vector that is none",
    changes: [["set", `${CVSS}.vectorString`, "CVSS:3.1/AV:N"]],
    path: `${CVSS}.vectorString`,
  },
  {
    test: "6.1.8",
    name: "version 2 as a text",
    changes: [["set", `${FLAW}.scores.0.cvss_v2`, "AV:N/AC:L/Au:N/C:P/I:P/A:P"]],
    path: `${FLAW}.scores.0.cvss_v2`,
  },
  {
    test: "6.1.9",
    name: "a wrong score",
    changes: [["set", `${CVSS}.baseScore`, 9.9]],
    path: `${CVSS}.baseScore`,
  },
  {
    test: "6.1.9",
    name: "a wrong severity",
    changes: [["set", `${CVSS}.baseSeverity`, "HIGH"]],
    path: `${CVSS}.baseSeverity`,
  },
  {
    test: "6.1.8",
    name: "a vector of another version",
    changes: [["set", `${CVSS}.version`, "3.0"]],
    path: `${CVSS}.vectorString`,
  },
  {
    test: "6.1.9",
    name: "a temporal score of no temporal metric",
    changes: [["set", `${CVSS}.temporalScore`, 9.1]],
    path: `${CVSS}.temporalScore`,
  },
  {
    test: "6.1.9",
    name: "an environmental severity",
    changes: [["set", `${CVSS}.environmentalSeverity`, "LOW"]],
    path: `${CVSS}.environmentalSeverity`,
  },
  {
    test: "6.1.10",
    name: "another scope",
    changes: [["set", `${CVSS}.scope`, "CHANGED"]],
    path: `${CVSS}.scope`,
  },
  {
    test: "6.1.10",
    name: "a maturity that the vector does not have",
    changes: [["set", `${CVSS}.exploitCodeMaturity`, "HIGH"]],
    path: `${CVSS}.exploitCodeMaturity`,
  },
  {
    test: "6.1.12",
    name: "a region for a language",
    changes: [["set", "document.lang", "EZ"]],
    path: "document.lang",
  },
  {
    test: "6.1.13",
    name: "without a name",
    changes: [["set", `${CLIENT}.purl`, "pkg:maven/@1.3.4"]],
    path: `${CLIENT}.purl`,
  },
  {
    test: "6.1.14",
    name: "falling",
    changes: versions("1.2.0", "1.1.0", "1.3.0", "1.2.0"),
    path: `${TRACKING}.revision_history.2.number`,
  },
  {
    test: "6.1.15",
    name: "without a source",
    changes: [["set", "document.publisher.category", "translator"]],
    path: "document.source_lang",
  },
  {
    test: "6.1.16",
    name: "behind its history",
    changes: [["set", `${TRACKING}.version`, "1"]],
    path: `${TRACKING}.version`,
  },
  {
    test: "6.1.18",
    name: "a draft in the past",
    changes: versions("1", "0", "1"),
    path: `${TRACKING}.revision_history.0.number`,
  },
  {
    test: "6.1.19",
    name: "a candidate in the past",
    changes: versions("1.0.0", "1.0.0-rc", "1.0.0"),
    path: `${TRACKING}.revision_history.0.number`,
  },
  {
    test: "6.1.21",
    name: "a gap",
    changes: versions("3", "1", "3"),
    path: `${TRACKING}.revision_history.1.number`,
  },
  {
    test: "6.1.21",
    name: "a late start",
    changes: versions("2", "2"),
    path: `${TRACKING}.revision_history.0.number`,
  },
  {
    test: "6.1.22",
    name: "twice",
    changes: versions("2", "1", "2", "2"),
    path: `${TRACKING}.revision_history.2.number`,
  },
  {
    test: "6.1.23",
    name: "twice",
    changes: [["add", "vulnerabilities", { cve: "CVE-2024-1000", notes: [], product_status: { fixed: [] } }]],
    path: "vulnerabilities.1.cve",
  },
  {
    test: "6.1.24",
    name: "at one moment in two time zones",
    changes: [
      ["add", `${FLAW}.involvements`, { party: "vendor", status: "open", date: "2024-03-01T01:00:00+01:00" }],
    ],
    path: `${FLAW}.involvements.1`,
  },
  {
    test: "6.1.25",
    name: "two of one",
    changes: [["add", `${CLIENT}.hashes.0.file_hashes`, { algorithm: "sha256", value: "cd".repeat(32) }]],
    path: `${CLIENT}.hashes.0.file_hashes`,
  },
  ...["Csaf_a", "Informational Advisory", "security-incident-response", "V_eX"].map((name): Case => ({
    test: "6.1.26",
    name,
    changes: [["set", "document.category", name]],
    path: "document.category",
  })),
  {
    test: "6.1.27.1",
    name: "a disclaimer alone",
    of: informational,
    changes: [["set", "document.notes", [{ category: "legal_disclaimer", text: "x" }]]],
    path: "document.notes",
  },
  {
    test: "6.1.27.2",
    name: "itself alone",
    of: informational,
    changes: [["set", "document.references.0.category", "self"]],
    path: "document.references",
  },
  {
    test: "6.1.27.3",
    name: "none is expected",
    of: informational,
    changes: [["set", "vulnerabilities", []]],
    path: "vulnerabilities",
  },
  {
    test: "6.1.27.4",
    name: "no tree",
    of: advisory,
    changes: [
      ["drop", "product_tree"],
      ["set", "vulnerabilities", []],
    ],
    path: "product_tree",
  },
  { test: "6.1.27.5", name: "no notes", changes: [["drop", `${FLAW}.notes`]], path: `${FLAW}.notes` },
  {
    test: "6.1.27.6",
    name: "no status",
    of: advisory,
    changes: [["drop", `${FLAW}.product_status`]],
    path: `${FLAW}.product_status`,
  },
  {
    test: "6.1.27.7",
    name: "a recommendation alone",
    changes: [["set", `${FLAW}.product_status`, { recommended: ["P2"], first_fixed: ["P2"] }]],
    path: `${FLAW}.product_status`,
  },
  { test: "6.1.27.8", name: "no id", changes: [["drop", `${FLAW}.cve`]], path: `${FLAW}.cve` },
  { test: "6.1.27.9", name: "no reason", changes: [["drop", `${FLAW}.flags`]], path: `${FLAW}.flags` },
  {
    test: "6.1.27.9",
    name: "a threat of another category",
    changes: [
      ["drop", `${FLAW}.flags`],
      ["add", `${FLAW}.threats.0.product_ids`, "P3"],
    ],
    path: `${FLAW}.flags`,
  },
  {
    test: "6.1.27.10",
    name: "for one of two",
    changes: [
      ["add", `${FLAW}.product_status.known_affected`, "P4"],
      ["set", `${FLAW}.product_status.under_investigation`, []],
    ],
    path: `${FLAW}.remediations`,
  },
  {
    test: "6.1.27.11",
    name: "none",
    of: advisory,
    changes: [["drop", "vulnerabilities"]],
    path: "vulnerabilities",
  },
  {
    test: "6.1.28",
    name: "to itself",
    changes: [["set", "document.source_lang", "EN"]],
    path: "document.source_lang",
  },
  {
    test: "6.1.29",
    name: "of nothing",
    changes: [["add", `${FLAW}.remediations`, { category: "workaround", details: "Do." }]],
    path: `${FLAW}.remediations.1`,
  },
  ...["prior to 4.2", "<=2", "all versions", "vers:all/*"].map((name): Case => ({
    test: "6.1.31",
    name,
    changes: [["set", SECOND_VERSION, name]],
    path: SECOND_VERSION,
  })),
  {
    test: "6.1.32",
    name: "of nothing",
    changes: [["add", `${FLAW}.flags`, { label: "component_not_present" }]],
    path: `${FLAW}.flags.1`,
  },
  {
    test: "6.1.33",
    name: "by a group",
    changes: [["add", `${FLAW}.flags`, { label: "component_not_present", group_ids: ["G1"] }]],
    path: `${FLAW}.flags.1`,
  },
];

/** `6.1.1 vulnerabilities.0.product_status.fixed.1` */
const faultsOf = (document: unknown): readonly string[] => {
  const reading = readCsaf(document);
  if (reading.ok) return [];
  return reading.faults.map(({ test, path }) => `${test} ${path.slice(2).replace(/\[(\d+)\]/g, ".$1")}`);
};

describe("each test", () => {
  it.each(failing)("$test $name", ({ of = validVex(), changes, path, test }) => {
    expect(faultsOf(of)).toEqual([]);
    expect(faultsOf(changed(of, changes))).toEqual([`${test} ${path}`]);
  });

  /** What fails these fails others too. */
  it.each([
    { test: "6.1.17", name: "a draft's version", changes: versions("0.9.0", "0.9.0"), also: ["6.1.18"] },
    {
      test: "6.1.20",
      name: "a candidate",
      changes: versions("1.0.0-rc", "1.0.0-rc"),
      also: ["6.1.17", "6.1.19"],
    },
    { test: "6.1.30", name: "a mixture", changes: versions("2", "1.0.0", "2"), also: [] },
  ])("$test $name", ({ changes, test, also }) => {
    const failed = faultsOf(changed(validVex(), changes)).map((fault) => fault.split(" ", 1)[0]);
    expect(failed.sort()).toEqual([test, ...also].sort());
  });

  it("is made, or is said to be left out, for every number of the section", () => {
    const profiles = Array.from({ length: 11 }, (_, index) => `6.1.27.${index + 1}`);
    const numbers = Array.from({ length: 33 }, (_, index) => `6.1.${index + 1}`);
    const all = numbers.flatMap((number) => (number === "6.1.27" ? profiles : [number]));
    const made = csafTests.map(({ id }) => id);
    expect([...made, ...Object.keys(testsLeftOut)].sort()).toEqual([...all].sort());
    const tried = new Set([...failing.map(({ test }) => test), "6.1.17", "6.1.20", "6.1.30"]);
    expect(made.filter((id) => !tried.has(id))).toEqual([]);
  });

  it("passes more than the letter says only where docs/vex.md says so", () => {
    const page = readFileSync(new URL("../../../docs/vex.md", import.meta.url), "utf8");
    const told = [...page.matchAll(/^\| (6\.1\.[\d.]+) \|/gm)].map(([, id]) => id);
    expect(told).toEqual(Object.keys(testsRelaxed));
    expect(csafTests.map(({ id }) => id)).toEqual(expect.arrayContaining(told));
  });
});

describe("documents that pass", () => {
  it.each<{ name: string; of?: unknown; changes?: readonly Change[] }>([
    { name: "of each kind of statement" },
    { name: "an advisory", of: advisory },
    { name: "an informational advisory", of: informational },
    { name: "any other category", of: validOf("Acme Bulletin") },
    { name: "csaf_base", of: validOf("csaf_base") },
    { name: "semantic versions", changes: versions("1.2.0+7", "1.0.0", "1.2.0") },
    {
      name: "revisions of one moment, in any order",
      changes: [
        [
          "set",
          `${TRACKING}.revision_history`,
          ["2", "1"].map((number) => ({ date: "2024-03-01T00:00:00Z", number, summary: "x" })),
        ],
      ],
    },
    {
      name: "a product that is defined twice in the same words",
      changes: [
        [
          "add",
          "product_tree.branches",
          {
            category: "vendor",
            name: "Acme again",
            branches: [
              {
                category: "product_version",
                name: "1.0",
                product: { product_id: "P1", name: "Acme Server 1.0" },
              },
            ],
          },
        ],
      ],
    },
    {
      name: "a recommendation of an affected version",
      changes: [["set", `${FLAW}.product_status.recommended`, ["P1"]]],
    },
    {
      name: "an impact statement through a group",
      changes: [
        ["set", `${FLAW}.flags`, []],
        ["add", `${FLAW}.threats`, { category: "impact", details: "Not built in.", group_ids: ["G1"] }],
      ],
    },
    {
      name: "temporal and environmental scores",
      changes: [
        ["set", `${CVSS}.vectorString`, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/CR:L"],
        ["set", `${CVSS}.temporalScore`, 9],
        ["set", `${CVSS}.temporalSeverity`, "CRITICAL"],
        ["set", `${CVSS}.environmentalScore`, 8.7],
        ["set", `${CVSS}.exploitCodeMaturity`, "UNPROVEN"],
      ],
    },
    {
      name: "scores of two versions",
      changes: [
        [
          "set",
          `${FLAW}.scores.0.cvss_v2`,
          {
            version: "2.0",
            vectorString: "AV:N/AC:L/Au:N/C:P/I:P/A:P",
            baseScore: 7.5,
            authentication: "NONE",
          },
        ],
      ],
    },
    ...["firewalld-0:1.3.4-1.el9.noarch", "glibc-all-langpacks-0:2.28-225.el8", "installer 4"].map(
      (name) => ({
        name: `a version called ${name}`,
        changes: [["set", SECOND_VERSION, name]] satisfies readonly Change[],
      }),
    ),
    {
      name: "a purl that breaks a rule of its type",
      changes: [["set", `${CLIENT}.purl`, "pkg:oci/acme/app"]],
    },
    { name: "members that nobody has heard of", changes: [["set", "document.x_acme", { deep: [1] }]] },
  ])("$name", ({ of = validVex(), changes = [] }) => {
    expect(faultsOf(changed(of, changes))).toEqual([]);
  });
});

describe("form", () => {
  it.each<{ name: string; change: Change }>([
    { name: "another version of CSAF", change: ["set", "document.csaf_version", "2.1"] },
    { name: "no tracking", change: ["drop", TRACKING] },
    { name: "no history", change: ["set", `${TRACKING}.revision_history`, []] },
    { name: "an unknown flag", change: ["set", `${FLAW}.flags.0.label`, "not_loaded"] },
    { name: "a status that is no list", change: ["set", `${FLAW}.product_status.fixed`, "P2"] },
    { name: "a version that is none", change: ["set", `${TRACKING}.version`, "v2"] },
    { name: "a date that is none", change: ["set", `${TRACKING}.current_release_date`, "soon"] },
    { name: "a CVE that is none", change: ["set", `${FLAW}.cve`, "CVE-24-1"] },
    { name: "a CPE that is none", change: ["set", `${CLIENT}.cpe`, "acme"] },
  ])("$name", ({ change }) => {
    expect(faultsOf(changed(validVex(), [change]))).toEqual([`schema ${change[1]}`]);
  });

  it("a draft is not read", () => {
    const draft = changed(validVex(), [["set", `${TRACKING}.status`, "draft"]]);
    expect(faultsOf(draft)).toEqual([`status ${TRACKING}.status`]);
  });
});
