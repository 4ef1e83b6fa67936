// SPDX-License-Identifier: Apache-2.0
/** CSAF and CycloneDX documents to claims: whole samples against golden results, then single statements that show a rule. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csafDocument, type DocumentParts } from "../../csaf/testing/document.ts";
import { evaluationErrors } from "../../errors.ts";
import { compileVexSnapshot } from "../compile-snapshot.ts";
import { openVexSnapshot } from "../open-snapshot.ts";
import type { VexDocument, VexReading } from "../types.ts";
import { readVexDocument } from "./index.ts";

const at = (name: string): URL => new URL(`../testdata/${name}`, import.meta.url);
const read = (document: unknown): VexReading =>
  readVexDocument({ bytes: JSON.stringify(document), name: "doc.json" });
const messages = ({ problems }: VexReading): readonly string[] => problems.map(({ message }) => message);
/** Status and products of each claim, `part < whole` where there is a whole. */
const told = ({ claims }: VexReading): readonly string[] =>
  claims.map(({ status, products }) => {
    const names = products.flatMap(({ ids, subcomponents }) =>
      subcomponents.length === 0
        ? [ids.join()]
        : subcomponents.map((part) => `${part.join()} < ${ids.join()}`),
    );
    return `${status}: ${names.join(" ")}`;
  });

describe("samples", () => {
  it.each([
    "csaf-redhat-curl.json",
    "../../advisories/connectors/testdata/csaf-redhat.json",
    "cyclonedx-vex.json",
    "cyclonedx-bom.json",
  ])("%s", async (name) => {
    const { bom: _, ...reading } = readVexDocument({ bytes: readFileSync(at(name)), name: "doc.json" });
    expect(reading.problems).toEqual([]);
    const golden = name.split("/").at(-1)!.replace(".json", ".claims.golden.json");
    await expect(`${JSON.stringify(reading, null, 2)}\n`).toMatchFileSnapshot(at(golden).pathname);
  });
});

const PURL = "pkg:npm/acme@1.0.0";
const PRODUCT = { product_id: "P", name: "Acme", product_identification_helper: { purl: PURL } };
const csaf = (vulnerability: DocumentParts["vulnerability"], more: DocumentParts = {}): VexReading =>
  read(csafDocument({ products: [PRODUCT], ...more, ...(vulnerability ? { vulnerability } : {}) }));
const FLAG = { label: "vulnerable_code_not_present", product_ids: ["P"] };

describe("CSAF", () => {
  it.each([
    ["known_not_affected", "not_affected"],
    ["known_affected", "affected"],
    ["first_affected", "affected"],
    ["last_affected", "affected"],
    ["fixed", "fixed"],
    ["first_fixed", "fixed"],
    ["under_investigation", "under_investigation"],
  ])("%s: %s", (member, want) => {
    const { claims } = csaf({ product_status: { [member]: ["P"] }, flags: [FLAG] });
    expect(claims).toMatchObject([
      { vulnerabilities: ["CVE-2024-1000"], status: want, products: [{ ids: [PURL], subcomponents: [] }] },
    ]);
  });

  it("a recommendation is no status", () => {
    expect(csaf({ product_status: { recommended: ["P"] } })).toMatchObject({ claims: [], unnamed: 0 });
  });

  it("names its vulnerability, and by what else looks like one", () => {
    const ids = ["2241933", "GHSA-aaaa-bbbb-cc11", "Cisco Bug", "RHBZ#1"].map((text) => ({
      system_name: "x",
      text,
    }));
    expect(csaf({ product_status: { fixed: ["P"] }, ids }).claims[0]?.vulnerabilities).toEqual([
      "CVE-2024-1000",
      "GHSA-AAAA-BBBB-CC11",
    ]);
  });

  it.each<{ name: string; vulnerability: Record<string, unknown>; want: unknown }>([
    {
      name: "a flag's label and date",
      vulnerability: { flags: [{ ...FLAG, date: "2024-01-05T01:00:00+01:00" }] },
      want: { justification: FLAG.label, timestamp: "2024-01-05T00:00:00.000Z" },
    },
    {
      name: "the document's date where the flag has none",
      vulnerability: { flags: [FLAG] },
      want: { justification: FLAG.label, timestamp: "2024-02-01T00:00:00.000Z" },
    },
    {
      name: "a threat's impact, through a group",
      vulnerability: { threats: [{ category: "impact", details: " Not built in. ", group_ids: ["G"] }] },
      want: { impact: "Not built in." },
    },
    {
      name: "both",
      vulnerability: { flags: [FLAG], threats: [{ category: "impact", details: "No.", product_ids: ["P"] }] },
      want: { justification: FLAG.label, impact: "No." },
    },
  ])("why it is not affected: $name", ({ vulnerability, want }) => {
    const status = { product_status: { known_not_affected: ["P"] } };
    const { claims } = csaf(
      { ...status, ...vulnerability },
      { groups: [{ group_id: "G", product_ids: ["P"] }] },
    );
    expect(claims).toMatchObject([want as object]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["nothing", {}],
    ["a word of severity", { threats: [{ category: "impact", details: "Moderate", product_ids: ["P"] }] }],
    ["a threat of nobody", { threats: [{ category: "impact", details: "Not built in." }] }],
    ["another category", { threats: [{ category: "target_set", details: "All.", product_ids: ["P"] }] }],
  ])("refuses a not affected for which there is %s", (_, vulnerability) => {
    const reading = csaf({ product_status: { known_not_affected: ["P"] }, ...vulnerability });
    expect(reading.claims).toEqual([]);
    expect(messages(reading)).toEqual([
      "doc.json: $.vulnerabilities[0].product_status.known_not_affected: 1 products have neither a flag nor an impact statement",
    ]);
  });

  it.each([
    ["known_affected", /^vendor_fix https:\/\/acme\.example\/1: Take 2\.; none_available: Wait x+$/],
    ["fixed", /^vendor_fix https:\/\/acme\.example\/1: Take 2\.$/],
    ["known_not_affected", undefined],
  ])("says what is to be done of %s, in one line, cut", (status, want) => {
    const remediations = [
      { category: "none_available", details: `Wait\n\n${"x".repeat(400)}`, product_ids: ["P"] },
      { category: "vendor_fix", details: "Take 2.", url: "https://acme.example/1", product_ids: ["P"] },
    ];
    const { action } = csaf({ product_status: { [status]: ["P"] }, flags: [FLAG], remediations }).claims[0]!;
    if (want === undefined) expect(action).toBeUndefined();
    else expect(action).toMatch(want);
    expect(action?.length ?? 0).toBeLessThanOrEqual(300);
  });

  it("groups what is said alike, and keeps parts with their wholes", () => {
    const part = (id: string): object => ({
      product_id: id,
      name: id,
      product_identification_helper: { purl: `pkg:rpm/redhat/${id}@1-2.el9?arch=x86_64` },
    });
    const inside = (id: string): object => ({
      category: "default_component_of",
      full_product_name: { product_id: `R:${id}`, name: id },
      product_reference: id,
      relates_to_product_reference: "R",
    });
    const cpe = "cpe:/o:redhat:enterprise_linux:9";
    const reading = csaf(
      { product_status: { fixed: ["R:a", "P", "R:b"], known_affected: ["R"] } },
      {
        products: [
          PRODUCT,
          part("a"),
          part("b"),
          { product_id: "R", name: "RHEL", product_identification_helper: { cpe } },
        ],
        relationships: [inside("a"), inside("b")],
      },
    );
    expect(told(reading)).toEqual([
      `affected: ${cpe}`,
      `fixed: pkg:rpm/redhat/a@1-2.el9?arch=x86_64 < ${cpe} pkg:rpm/redhat/b@1-2.el9?arch=x86_64 < ${cpe} ${PURL}`,
    ]);
    expect(reading.claims[1]?.products.map(({ isCpeOnly }) => isCpeOnly)).toEqual([true, undefined]);
  });

  it("counts the products that have no name", () => {
    const reading = csaf(
      { product_status: { fixed: ["P", "Q"] } },
      { products: [PRODUCT, { product_id: "Q", name: "Acme for machines" }] },
    );
    expect([told(reading), reading.unnamed]).toEqual([[`fixed: ${PURL}`], 1]);
  });

  it("is refused with the test's number, the place and the reason", () => {
    const document = csafDocument({
      products: [PRODUCT],
      vulnerability: { product_status: { fixed: ["Q"] } },
    });
    expect(() => read(document)).toThrow(
      'doc.json: $.vulnerabilities[0].product_status.fixed[0]: CSAF test 6.1.1: the product "Q" is defined nowhere',
    );
    expect(() => read({ document: { csaf_version: "2.1" } })).toThrow("doc.json: $.document.category: ");
  });
});

interface Bom {
  readonly [key: string]: unknown;
}
const SERIAL = "3e671687-395b-41f5-a30f-a58921a69b79";
const NOT_AFFECTED = { state: "not_affected", justification: "code_not_reachable" };
const flaw = (ref: string, more: Bom = {}): Bom => ({
  id: "cve-2024-1000",
  analysis: NOT_AFFECTED,
  affects: [{ ref }],
  ...more,
});
const bom = (vulnerability: Bom | undefined, more: Bom = {}): Bom => ({
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  ...(vulnerability === undefined ? {} : { vulnerabilities: [vulnerability] }),
  ...more,
});
const LODASH = "pkg:npm/lodash@4.17.4";
const IMAGE = `pkg:oci/app@sha256%3A${"ab".repeat(32)}`;
const root = (more: Bom): Bom => ({
  metadata: { component: { type: "application", name: "Acme", "bom-ref": "root", ...more } },
});
const components = { components: [{ type: "library", name: "lodash", "bom-ref": "c1", purl: LODASH }] };

describe("CycloneDX", () => {
  it.each<[Bom, object]>([
    [{ state: "resolved" }, { status: "fixed" }],
    [{ state: "resolved_with_pedigree" }, { status: "fixed" }],
    [{ state: "exploitable", detail: "It is." }, { status: "affected" }],
    [{ state: "in_triage" }, { status: "under_investigation" }],
    [{ state: "false_positive" }, { status: "not_affected", impact: "false_positive" }],
    [NOT_AFFECTED, { status: "not_affected", justification: "vulnerable_code_not_in_execute_path" }],
    [
      { state: "not_affected", justification: "code_not_present", detail: "Cut out." },
      { status: "not_affected", justification: "vulnerable_code_not_present", impact: "Cut out." },
    ],
    [
      { state: "not_affected", justification: "protected_at_perimeter", detail: "By a wall." },
      { status: "not_affected", impact: "protected_at_perimeter: By a wall." },
    ],
    [
      { state: "not_affected", detail: "Trust us." },
      { status: "not_affected", impact: "Trust us." },
    ],
    [
      { state: "exploitable", response: ["will_not_fix", "update"] },
      { status: "affected", action: "will_not_fix, update: Take 5." },
    ],
    [
      { state: "in_triage", lastUpdated: "2024-05-01T02:00:00+02:00" },
      { timestamp: "2024-05-01T00:00:00.000Z" },
    ],
    [{ state: "in_triage", firstIssued: "2024-04-01T00:00:00Z" }, { timestamp: "2024-04-01T00:00:00.000Z" }],
  ])("%j", (analysis, want) => {
    const { claims } = read(
      bom(flaw(LODASH, { analysis, recommendation: analysis["response"] ? "Take 5." : "" })),
    );
    expect(claims).toEqual([
      {
        vulnerabilities: ["CVE-2024-1000"],
        products: [{ ids: [LODASH], subcomponents: [] }],
        ...claims[0],
        ...want,
      },
    ]);
    expect(claims[0]?.impact).toBe((want as { impact?: string }).impact);
    expect(claims[0]?.justification).toBe((want as { justification?: string }).justification);
  });

  it.each<{ name: string; document: Bom; want: readonly string[]; unnamed?: number }>([
    { name: "a purl", document: bom(flaw(LODASH)), want: [LODASH] },
    { name: "a component that stands alone", document: bom(flaw("c1"), components), want: [LODASH] },
    {
      name: "a component in its product",
      document: bom(flaw("c1"), { ...components, ...root({ purl: IMAGE }) }),
      want: [`${LODASH} < ${IMAGE}`],
    },
    {
      name: "a component in a product without a name",
      document: bom(flaw("c1"), { ...components, ...root({}) }),
      want: [],
      unnamed: 1,
    },
    {
      name: "the product",
      document: bom(flaw("root"), { ...components, ...root({ purl: IMAGE }) }),
      want: [IMAGE],
    },
    {
      name: "the product by its own CPE",
      document: bom(flaw("root"), root({ cpe: "cpe:/a:acme:app" })),
      want: ["cpe:/a:acme:app"],
    },
    {
      name: "an image as syft writes it",
      document: bom(flaw("root"), root({ type: "container", version: `sha256:${"cd".repeat(32)}` })),
      want: [`sha256:${"cd".repeat(32)}`],
    },
    {
      name: "a component inside a component",
      document: bom(flaw("c2"), {
        components: [{ components: [{ "bom-ref": "c2", purl: "pkg:npm/in@1" }] }],
      }),
      want: ["pkg:npm/in@1"],
    },
    {
      name: "a reference that is a purl itself",
      document: bom(flaw("pkg:npm/r@1"), { components: [{ "bom-ref": "pkg:npm/r@1", name: "r" }] }),
      want: ["pkg:npm/r@1"],
    },
    { name: "a reference to nothing", document: bom(flaw("c9"), components), want: [], unnamed: 1 },
    {
      name: "a reference of two components",
      document: bom(flaw("c1"), {
        components: [components.components[0], { "bom-ref": "c1", purl: "pkg:npm/x@1" }],
      }),
      want: [],
      unnamed: 1,
    },
    {
      name: "itself by a BOM-Link",
      document: bom(flaw(`urn:cdx:${SERIAL}/1#c1`), { ...components, serialNumber: `urn:uuid:${SERIAL}` }),
      want: [LODASH],
    },
    {
      name: "another document by a BOM-Link",
      document: bom(flaw(`urn:cdx:${SERIAL}/1#c1`), components),
      want: [`urn:cdx:${SERIAL}/1#c1`],
    },
  ])("names $name", ({ document, want, unnamed = 0 }) => {
    const reading = read(document);
    expect([told(reading).map((text) => text.replace("not_affected: ", "")), reading.unnamed]).toEqual([
      want,
      unnamed,
    ]);
  });

  it.each<{ state: Bom; version: Bom; want: string }>([
    {
      state: NOT_AFFECTED,
      version: { version: "4.1.0", status: "unaffected" },
      want: "not_affected: pkg:npm/lodash@4.1.0",
    },
    {
      state: NOT_AFFECTED,
      version: { version: "4.1.0", status: "affected" },
      want: "affected: pkg:npm/lodash@4.1.0",
    },
    {
      state: { state: "exploitable" },
      version: { version: "4.1.0" },
      want: "affected: pkg:npm/lodash@4.1.0",
    },
    {
      state: { state: "exploitable" },
      version: { version: "4.1.0", status: "unaffected" },
      want: "not_affected: pkg:npm/lodash@4.1.0",
    },
    {
      state: { state: "exploitable" },
      version: { version: "4.1.0", status: "unknown" },
      want: "under_investigation: pkg:npm/lodash@4.1.0",
    },
    {
      state: { state: "resolved" },
      version: { version: "4.1.0", status: "unaffected" },
      want: "fixed: pkg:npm/lodash@4.1.0",
    },
    {
      state: { state: "in_triage" },
      version: { version: "4.1.0" },
      want: "under_investigation: pkg:npm/lodash@4.1.0",
    },
    {
      state: { state: "exploitable" },
      version: { range: "vers:npm/<4.17.5" },
      want: "affected: pkg:npm/lodash?vers=vers:npm%2F%3C4.17.5",
    },
  ])("versions: $state.state $version", ({ state, version, want }) => {
    const reading = read(bom(flaw("", { analysis: state, affects: [{ ref: LODASH, versions: [version] }] })));
    expect(told(reading)).toEqual([want]);
    const [claim] = reading.claims;
    expect(
      claim?.status === "not_affected" ? (claim.justification ?? claim.impact) : "a reason",
    ).toBeDefined();
  });

  it("tells of a flaw without an analysis, and claims nothing", () => {
    expect(read(bom(flaw(LODASH, { analysis: undefined })))).toMatchObject({ claims: [], problems: [] });
  });

  it.each<[string, Bom, string]>([
    [
      "an unknown state",
      flaw(LODASH, { analysis: { state: "safe" } }),
      "vulnerabilities[0].analysis.state: expected one of",
    ],
    [
      "no reason",
      flaw(LODASH, { analysis: { state: "not_affected" } }),
      "vulnerabilities[0].analysis.justification: not_affected needs",
    ],
    ["no product", flaw(LODASH, { affects: [] }), "vulnerabilities[0].affects: it names no product"],
    ["no id", flaw(LODASH, { id: " " }), "vulnerabilities[0].id: is required"],
    [
      "a product that is none",
      flaw(LODASH, { affects: [{}] }),
      "vulnerabilities[0].affects[0].ref: is required",
    ],
    [
      "a version that is none",
      flaw(LODASH, { affects: [{ ref: LODASH, versions: [{}] }] }),
      "vulnerabilities[0].affects[0].versions[0]: it has neither",
    ],
    [
      "a status that is none",
      flaw(LODASH, { affects: [{ ref: LODASH, versions: [{ version: "1", status: "x" }] }] }),
      "vulnerabilities[0].affects[0].versions[0].status: expected",
    ],
    [
      "a time that is none",
      flaw(LODASH, { analysis: { ...NOT_AFFECTED, lastUpdated: "soon" } }),
      "vulnerabilities[0].analysis.lastUpdated: not an RFC 3339 time",
    ],
  ])("refuses %s, and goes on", (_, broken, want) => {
    const reading = read(bom(undefined, { vulnerabilities: [broken, flaw(LODASH)] }));
    expect(reading.claims).toHaveLength(1);
    expect(messages(reading)).toEqual([expect.stringContaining(`doc.json: ${want}`)]);
  });

  it.each([
    [{ specVersion: "2.0" }, "specVersion: expected 1.0 to 1.7"],
    [{ specVersion: 1.6 }, "specVersion: expected 1.0 to 1.7"],
    [{ vulnerabilities: {} }, "vulnerabilities: expected a list"],
  ])("refuses %j as a whole", (more, want) => {
    expect(() => read(bom(flaw(LODASH), more))).toThrow(`doc.json: ${want}`);
  });
});

describe("BOM-Links", () => {
  const document = (name: string, value: unknown, source = "acme"): VexDocument => ({
    source,
    name,
    bytes: JSON.stringify(value),
  });
  const vex = (ref: string): VexDocument => document("vex.json", bom(flaw(ref)));
  const other = (more: Bom, source?: string): VexDocument =>
    document(
      "bom.json",
      bom(undefined, { specVersion: "1.3", serialNumber: `urn:uuid:${SERIAL}`, ...more }),
      source,
    );
  const link = (ref: string): string => `urn:cdx:${SERIAL}/1${ref}`;

  it.each<{ name: string; ref: string; beside?: VexDocument; want: readonly string[] }>([
    {
      name: "a component in the product",
      ref: "#c1",
      beside: other({ ...components, ...root({ purl: IMAGE }) }),
      want: [`${LODASH} < ${IMAGE}`],
    },
    {
      name: "the product by its reference",
      ref: "#root",
      beside: other(root({ purl: IMAGE })),
      want: [IMAGE],
    },
    { name: "the document as a whole", ref: "", beside: other(root({ purl: IMAGE })), want: [IMAGE] },
    {
      name: "a percent-encoded reference",
      ref: "#a%20b",
      beside: other({ ...root({ purl: IMAGE }), components: [{ "bom-ref": "a b", purl: LODASH }] }),
      want: [`${LODASH} < ${IMAGE}`],
    },
    { name: "a product without a name", ref: "#c1", beside: other({ ...components, ...root({}) }), want: [] },
    { name: "a BOM of nothing in particular", ref: "#c1", beside: other(components), want: [] },
    {
      name: "a document of another version",
      ref: "#c1",
      beside: other({ ...components, ...root({ purl: IMAGE }), version: 2 }),
      want: [],
    },
    {
      name: "a document of another source",
      ref: "#c1",
      beside: other({ ...components, ...root({ purl: IMAGE }) }, "other"),
      want: [],
    },
    { name: "a purl in a document that nobody has", ref: `#${LODASH}`, want: [`${LODASH} < ${link("")}`] },
    { name: "anything else in it", ref: "#c1", want: [] },
  ])("$name", ({ ref, beside, want }) => {
    const documents = [vex(link(ref)), ...(beside === undefined ? [] : [beside])];
    const compiled = compileVexSnapshot(documents);
    expect(compileVexSnapshot(documents.toReversed()).digest).toBe(compiled.digest);
    const snapshot = openVexSnapshot(compiled.bytes);
    const subjects = [...snapshot.vulnerabilities()].flatMap((id) => [...snapshot.about(id).values()].flat());
    const found = subjects.flatMap(({ ids, statements }) =>
      statements().map(({ product, subcomponent }) =>
        subcomponent === undefined ? ids.join() : `${ids.join()} < ${product.join()}`,
      ),
    );
    expect([found, compiled.unnamed, compiled.documents]).toEqual([want, want.length === 0 ? 1 : 0, 1]);
  });
});

describe("any document", () => {
  it("is refused in another format than the source is said to have", () => {
    const bytes = JSON.stringify(bom(flaw(LODASH)));
    expect(() => readVexDocument({ bytes, name: "a.json" }, "csaf")).toThrow(
      "a.json: it is a document of cyclonedx",
    );
    expect(readVexDocument({ bytes, name: "a.json" }, "cyclonedx").claims).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ["deep", `{"bomFormat":"CycloneDX","x":${"[".repeat(100)}`, "nested deeper than 64"],
    ["cut off", JSON.stringify(csafDocument({})).slice(0, -9), "not JSON"],
    [
      "of components that no list holds",
      `{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[${"{},".repeat(10_001)}{}]}`,
      "over 10000 parts of it are refused",
    ],
  ])("%s", (_, bytes, want) => {
    // An entry without an analysis claims nothing; with one that is none it is wrong.
    const text = bytes.replaceAll("{}", '{"analysis":{"state":1}}');
    expect(() => readVexDocument({ bytes: text, name: "a.json" })).toThrow(`a.json: `);
    expect(() => readVexDocument({ bytes: text, name: "a.json" })).toThrow(want);
  });

  it("throws nothing but VEX_DOCUMENT_INVALID", () => {
    const tryRead = (value: unknown): void => {
      try {
        read(value);
      } catch (error) {
        if (!evaluationErrors.is(error, "VEX_DOCUMENT_INVALID")) throw error;
      }
    };
    const key = fc.constantFrom(
      "id",
      "analysis",
      "state",
      "affects",
      "ref",
      "versions",
      "purl",
      "components",
    );
    const words = fc.constantFrom("not_affected", LODASH, "c1", `urn:cdx:${SERIAL}/1#%zz`, "vers:npm/");
    const loose = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        words,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(key, tie("value"), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(loose, (value) => tryRead(bom(value as Bom, { components: [value], metadata: value }))),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        tryRead(csafDocument({ vulnerability: value as never, products: value as never })),
      ),
    );
  });
});

describe("authors", () => {
  const cyclonedx = (metadata: object): string =>
    JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", metadata });
  it.each([
    {
      name: "OpenVEX",
      bytes: '{"@context":"https://openvex.dev/ns","author":" Acme ","statements":[]}',
      want: "Acme",
    },
    {
      name: "OpenVEX, none",
      bytes: '{"@context":"https://openvex.dev/ns","author":7,"statements":[]}',
      want: undefined,
    },
    {
      name: "CycloneDX",
      bytes: cyclonedx({
        authors: [{ name: "Ann" }],
        manufacturer: { name: "Works" },
        supplier: { name: "Shop" },
      }),
      want: "Shop",
    },
    {
      name: "CycloneDX, its writer",
      bytes: cyclonedx({ authors: [{ name: "Ann" }], supplier: {} }),
      want: "Ann",
    },
    { name: "CycloneDX, none", bytes: cyclonedx({ authors: "Ann" }), want: undefined },
  ])("$name: $want", ({ bytes, want }) => {
    expect(readVexDocument({ bytes, name: "a" }).author).toBe(want);
  });
});
