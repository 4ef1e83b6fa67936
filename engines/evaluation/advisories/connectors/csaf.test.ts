// SPDX-License-Identifier: Apache-2.0
/** CSAF documents to advisories: which products are packages, and what is said of them; the samples are in connectors.test.ts. */
import { describe, expect, it } from "vitest";
import { csafDocument } from "../../csaf/testing/document.ts";
import type { Advisory } from "../../types.ts";
import { importText } from "../testing/import-text.ts";
import { rangesOfVers } from "../vers-ranges.ts";

async function affectedOf(text: string): Promise<Advisory["affected"]> {
  return (await importText("t.json", text)).export.advisories[0]?.affected ?? [];
}

describe("csaf", () => {
  const cpe = (id: string, text: string): object => ({
    product_id: id,
    name: id,
    product_identification_helper: { cpe: text },
  });
  const package_ = (id: string, purl: string): object => ({
    product_id: id,
    name: id,
    product_identification_helper: { purl },
  });
  const inside = (part: string, whole: string): object => ({
    category: "default_component_of",
    full_product_name: { product_id: `${whole}:${part}`, name: part },
    product_reference: part,
    relates_to_product_reference: whole,
  });
  const about = (vulnerability: Record<string, unknown>): string =>
    JSON.stringify(
      csafDocument({
        products: [
          cpe("rhel9", "cpe:/o:redhat:enterprise_linux:9::baseos"),
          cpe("eus", "cpe:/o:redhat:rhel_eus:9.2::baseos"),
          cpe("ocp", "cpe:/a:redhat:openshift:4.16::el9"),
          package_("rpm", "pkg:rpm/redhat/curl@7.76.1-26.el9?arch=x86_64&epoch=1"),
          package_("module", "pkg:rpm/redhat/nodejs@18.1-2.module%2Bel9?arch=x86_64&rpmmod=nodejs:18:90:abc"),
          package_("any", "pkg:rpm/redhat/vim"),
          package_("npm", "pkg:npm/%40acme/thing@1.0.0"),
          package_("nuget", "pkg:nuget/Acme.Thing"),
          package_("image", "pkg:oci/app@sha256%3Aab?repository_url=ghcr.io/acme/app"),
        ],
        relationships: [
          ...["rpm", "module", "any", "npm"].map((part) => inside(part, "rhel9")),
          inside("rpm", "eus"),
          inside("rpm", "ocp"),
        ],
        vulnerability,
      }),
    );
  const vim = { ecosystem: "rpm", distro: "rhel:9", name: "vim", ranges: [{ introduced: "0" }] };
  const remedy = (category: string, details: string): object => ({
    remediations: [{ category, details, product_ids: ["rhel9:any"] }],
  });

  it.each<{ name: string; says: Record<string, unknown>; want: readonly unknown[] }>([
    {
      name: "a distro's fix, with its epoch",
      says: { product_status: { fixed: ["rhel9:rpm"] } },
      want: [
        {
          ecosystem: "rpm",
          distro: "rhel:9",
          name: "curl",
          ranges: [{ introduced: "0", fixed: "1:7.76.1-26.el9" }],
        },
      ],
    },
    {
      name: "of a module",
      says: { product_status: { fixed: ["rhel9:module"] } },
      want: [
        {
          ecosystem: "rpm",
          distro: "rhel:9",
          name: "nodejs",
          module: "nodejs:18",
          ranges: [{ introduced: "0", fixed: "18.1-2.module+el9" }],
        },
      ],
    },
    {
      name: "with the distro's own severity",
      says: {
        product_status: { fixed: ["rhel9:rpm"] },
        threats: [{ category: "impact", details: "Important", product_ids: ["rhel9:rpm"] }],
      },
      want: [
        {
          ecosystem: "rpm",
          distro: "rhel:9",
          name: "curl",
          severity: "high",
          ranges: [{ introduced: "0", fixed: "1:7.76.1-26.el9" }],
        },
      ],
    },
    {
      name: "a stream that is kept up for longer",
      says: { product_status: { fixed: ["eus:rpm"] } },
      want: [],
    },
    { name: "a product that is no distro", says: { product_status: { fixed: ["ocp:rpm"] } }, want: [] },
    {
      name: "an npm package in a distro",
      says: { product_status: { known_affected: ["rhel9:npm"] } },
      want: [],
    },
    { name: "no fix", says: { product_status: { known_affected: ["rhel9:any"] } }, want: [vim] },
    {
      name: "none planned",
      says: {
        product_status: { known_affected: ["rhel9:any"] },
        ...remedy("no_fix_planned", "Will not fix"),
      },
      want: [{ ...vim, distroStatus: "will_not_fix" }],
    },
    {
      name: "none any more",
      says: {
        product_status: { known_affected: ["rhel9:any"] },
        ...remedy("no_fix_planned", "Out of support scope"),
      },
      want: [{ ...vim, distroStatus: "end_of_life" }],
    },
    {
      name: "none for another reason",
      says: {
        product_status: { known_affected: ["rhel9:any"] },
        ...remedy("no_fix_planned", "We are tired."),
      },
      want: [{ ...vim, distroStatus: "will_not_fix" }],
    },
    {
      name: "none yet",
      says: {
        product_status: { known_affected: ["rhel9:any"] },
        ...remedy("none_available", "Fix deferred"),
      },
      want: [{ ...vim, distroStatus: "fix_deferred" }],
    },
    {
      name: "not affected, or not known",
      says: { product_status: { known_not_affected: ["rhel9:any"], under_investigation: ["rhel9:rpm"] } },
      want: [],
    },
    {
      name: "one version of a package",
      says: { product_status: { known_affected: ["npm"] } },
      want: [{ ecosystem: "npm", name: "@acme/thing", ranges: [], versions: ["1.0.0"] }],
    },
    {
      name: "a package as such",
      says: { product_status: { known_affected: ["nuget"] } },
      want: [{ ecosystem: "nuget", name: "Acme.Thing", ranges: [{ introduced: "0" }] }],
    },
    {
      name: "a fix of a package says nothing of versions before",
      says: { product_status: { fixed: ["npm"] } },
      want: [],
    },
    { name: "an image", says: { product_status: { known_affected: ["image"] } }, want: [] },
  ])("$name", async ({ says, want }) => {
    expect(await affectedOf(about(says))).toEqual(want);
  });

  it("refuses what a validator would, with the test's number and the place", async () => {
    const text = about({ product_status: { fixed: ["P9"] } });
    expect((await importText("t.json", text)).rejected).toEqual([
      {
        document: "t.json",
        path: "$.vulnerabilities[0].product_status.fixed[0]",
        reason: 'test 6.1.1 of CSAF 2.0: the product "P9" is defined nowhere',
      },
    ]);
  });

  it("rejects a flaw that has only a bug's number, and keeps the others", async () => {
    const document = JSON.parse(about({})) as { vulnerabilities: object[] };
    document.vulnerabilities.push({ ids: [{ system_name: "Bugs", text: "123456" }] });
    const result = await importText("t.json", JSON.stringify(document));
    expect(result).toMatchObject({ records: 1, rejected: [{ path: "$.vulnerabilities[1]" }] });
  });

  it("passes over a provider's lists", async () => {
    const result = await importText("feed.json", '{"feed":{"entry":[]}}', "csaf");
    expect(result).toMatchObject({ records: 0, skipped: 1, rejectedCount: 0 });
  });
});

it.each([
  ["vers:npm/>=1.0.0|<2.0.0", { ranges: [{ introduced: "1.0.0", fixed: "2.0.0" }] }],
  ["vers:npm/<=2.0.0", { ranges: [{ introduced: "0", lastAffected: "2.0.0" }] }],
  ["vers:npm/>=3.0.0", { ranges: [{ introduced: "3.0.0" }] }],
  [
    "vers:npm/<1.0.0|>=2.0.0|<2.1.0|3.0.0",
    {
      ranges: [
        { introduced: "0", fixed: "1.0.0" },
        { introduced: "2.0.0", fixed: "2.1.0" },
      ],
      versions: ["3.0.0"],
    },
  ],
  ["vers:npm/*", { ranges: [{ introduced: "0" }] }],
  ["vers:npm/1.0.0", { ranges: [], versions: ["1.0.0"] }],
  ["vers:npm/>1.0.0", undefined],
  ["vers:npm/<2.0.0|!=1.0.0", undefined],
  ["vers:npm/>=1.0.0|>=2.0.0", undefined],
  ["vers:npm/<1.0.0|<2.0.0", undefined],
  ["vers:npm/soon", undefined],
  ["<1.0.0", undefined],
])("%s as ranges of an advisory", (range, want) => {
  expect(rangesOfVers(range, "npm")).toEqual(want);
});
