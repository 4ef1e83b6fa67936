// SPDX-License-Identifier: Apache-2.0
/** Our OpenVEX documents against the official schema, and read back to the same answers; origin in testdata/README.md. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileVexSnapshot, openVexSnapshot, renderOpenVex } from "#engines/evaluation/index.ts";
import type { ReportDocument, VexDocument, VexStatus } from "#engines/evaluation/index.ts";
import { component, finding, report, sbom } from "#engines/evaluation/testing/builders.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addFormat("iri", (text: string) => URL.canParse(text));
const hasForm = ajv.compile(
  JSON.parse(
    await readFile(join(import.meta.dirname, "testdata/openvex_json_schema.json"), "utf8"),
  ) as object,
);

const PURLS = [
  "pkg:npm/lodash@4.17.4",
  "pkg:npm/%40babel/traverse@7.0.0",
  "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12",
  "pkg:rpm/redhat/curl@7.76.1-26.el9?arch=x86_64&distro=rhel-9.4&epoch=1",
];
const IDS = ["CVE-2024-1", "CVE-2024-2", "GHSA-aaaa-bbbb-cccc"];
const statuses: readonly VexStatus[] = ["not_affected", "affected", "fixed", "under_investigation"];

/** What one of several sources says of one vulnerability in one package. */
interface Said {
  readonly source: string;
  readonly id: string;
  readonly purl: string;
  readonly status: VexStatus;
  readonly why: string;
  readonly day: number | undefined;
}

const documentOf = ({ source, id, purl, status, why, day }: Said, index: number): VexDocument => ({
  source,
  name: `${index}.json`,
  bytes: JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `https://${source}.example/${index}`,
    author: source,
    ...(day === undefined ? {} : { timestamp: `2024-01-${String(day).padStart(2, "0")}T00:00:00Z` }),
    statements: [
      {
        vulnerability: { name: id },
        products: [purl],
        status,
        ...(why === "" ? { justification: "component_not_present" } : { impact_statement: why }),
      },
    ],
  }),
});

function judged(documents: readonly VexDocument[], trust = {}): ReportDocument {
  const findings = PURLS.flatMap((purl) => IDS.map((id) => finding(id, purl, { aliases: [`${id}-alias`] })));
  return report(findings, {
    sbom: sbom(PURLS.map((purl) => component(purl))),
    vexSnapshot: openVexSnapshot(compileVexSnapshot(documents).bytes),
    vexTrust: trust,
    context: { repository: "registry.example/team/app" },
    now: Date.parse("2024-06-01"),
  });
}

/** By finding: the status, and whether it is set aside. */
const answers = ({ findings }: ReportDocument): unknown =>
  findings.map(({ id, purl, vex, suppressedBy }) => [
    id,
    purl,
    vex?.isOpen === true ? "under_investigation" : vex?.status,
    suppressedBy !== undefined,
  ]);

const exported = (made: ReportDocument): string | undefined => renderOpenVex(made, { author: "Acme" });

const said: fc.Arbitrary<Said> = fc.record({
  source: fc.constantFrom("a", "b", "c"),
  id: fc.constantFrom(...IDS),
  purl: fc.constantFrom(...PURLS, "pkg:npm/lodash"),
  status: fc.constantFrom(...statuses),
  why: fc.constantFrom("", "It is not called."),
  day: fc.option(fc.integer({ min: 1, max: 28 }), { nil: undefined }),
});

describe("renderOpenVex", () => {
  it("has the form of the schema, and gives the same answers when it is imported", () => {
    const weights = fc.constantFrom(0.2, 0.5, 1);
    fc.assert(
      fc.property(
        fc.array(said, { minLength: 1, maxLength: 12 }),
        fc.record({ a: weights, b: weights, c: weights }),
        (all, trust) => {
          const made = judged(all.map(documentOf), trust);
          const text = exported(made) ?? "";
          hasForm(JSON.parse(text));
          expect(hasForm.errors ?? []).toEqual([]);
          const again = judged([{ source: "consensus", name: "export", bytes: text }]);
          expect(answers(again)).toEqual(answers(made));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keeps its bytes", async () => {
    const all: readonly Said[] = [
      { source: "a", id: IDS[0]!, purl: PURLS[0]!, status: "not_affected", why: "", day: 1 },
      { source: "b", id: IDS[0]!, purl: PURLS[0]!, status: "affected", why: "", day: 2 },
      { source: "a", id: IDS[1]!, purl: PURLS[2]!, status: "affected", why: "", day: undefined },
      { source: "a", id: IDS[2]!, purl: PURLS[3]!, status: "fixed", why: "", day: 3 },
      { source: "c", id: IDS[1]!, purl: PURLS[1]!, status: "not_affected", why: "It is not called.", day: 4 },
    ];
    const text = exported(judged(all.map(documentOf), { b: 0.5, c: 0.4 }));
    expect(exported(judged(all.map(documentOf).toReversed(), { b: 0.5, c: 0.4 }))).toBe(text);
    await expect(text).toMatchFileSnapshot("testdata/golden.openvex.json");
  });

  it("is nothing where nobody says anything", () => {
    expect(exported(judged([]))).toBeUndefined();
  });
});
