// SPDX-License-Identifier: Apache-2.0
/** OpenVEX from document to finding: what is read, what is refused, and what a statement speaks of. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "#lib/digest.ts";
import { evaluationErrors } from "../errors.ts";
import { component, finding, IMAGE_DIGEST, report, sbom } from "../testing/builders.ts";
import type { EvaluationContext } from "../policy/types.ts";
import type { Finding } from "../types.ts";
import { applyVex } from "./apply-vex.ts";
import { compileVexSnapshot, vexCompiler } from "./compile-snapshot.ts";
import { emptyVexSnapshot, openVexSnapshot } from "./open-snapshot.ts";
import { readVexDocument } from "./formats/index.ts";
import type { VexDocument } from "./types.ts";

const read = (name: string): Uint8Array => readFileSync(new URL(`testdata/${name}`, import.meta.url));
const LODASH = "pkg:npm/lodash@4.17.4";

interface Statement {
  readonly [key: string]: unknown;
}
const statement = (product: unknown, more: Statement = {}): Statement => ({
  vulnerability: { name: "CVE-2024-1" },
  products: [product],
  status: "not_affected",
  justification: "vulnerable_code_not_present",
  ...more,
});
const openvex = (...statements: readonly Statement[]): string =>
  JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://acme.example/vex/1",
    author: "Acme",
    timestamp: "2024-01-01T00:00:00Z",
    version: 1,
    statements,
  });
const parse = (bytes: string | Uint8Array, name = "doc.json") => readVexDocument({ bytes, name });
const document = (bytes: string | Uint8Array, source = "acme", name = "doc.json"): VexDocument => ({
  source,
  name,
  bytes,
});

/** The finding after the statements, as `status suppressedBy`. */
function judged(
  documents: readonly VexDocument[],
  found: Finding = finding("CVE-2024-1", LODASH),
  context: EvaluationContext = {},
  image = sbom([component(LODASH)]),
): string {
  const snapshot = openVexSnapshot(compileVexSnapshot(documents).bytes);
  const [after] = applyVex([found], snapshot, { sbom: image, context });
  return `${after?.vex?.status ?? "-"} ${after?.suppressedBy ?? "-"}`;
}

describe("documents", () => {
  it.each([
    ["go-vex-v0.2.0.json", "CVE-2023-1255", "fixed", 2],
    ["go-vex-v0.0.1.json", "CVE-2023-12345", "fixed", 0],
    ["go-vex-under-investigation.json", "CVE-9876-54321", "under_investigation", 0],
    ["trivy-oci.json", "CVE-2023-42363", "not_affected", 3],
    ["trivy-first-three.json", "GO-2024-2575", "not_affected", 1],
  ])("reads %s", (name, id, status, subcomponents) => {
    const { claims, problems } = parse(read(name), name);
    expect(problems).toEqual([]);
    expect([
      claims[0]?.vulnerabilities[0],
      claims[0]?.status,
      claims[0]?.products[0]?.subcomponents.length,
    ]).toEqual([id, status, subcomponents]);
  });

  it.each([
    ["no JSON", "{", "doc.json: not JSON"],
    ["cut off", new TextDecoder().decode(read("go-vex-v0.2.0.json").subarray(0, 700)), "doc.json: not JSON"],
    ["not UTF-8", Uint8Array.of(0x22, 0xff, 0x22), "doc.json: not JSON"],
    ["a list", "[]", "doc.json: expected an object"],
    ["another format", '{"spdxVersion":"SPDX-2.3"}', "doc.json: it is no OpenVEX"],
    [
      "no statements",
      '{"@context":"https://openvex.dev/ns/v0.2.0"}',
      "doc.json: statements: expected a list",
    ],
  ])("refuses %s as a whole", (_, bytes, want) => {
    const { problems, statements } = compileVexSnapshot([
      document(bytes),
      document(openvex(statement(LODASH)), "b"),
    ]);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(want)]);
    expect(evaluationErrors.is(problems[0], "VEX_DOCUMENT_INVALID")).toBe(true);
    expect(statements).toBe(1);
  });

  it.each([
    [
      "without justification",
      statement(LODASH, { justification: undefined }),
      "statements[1].justification: not_affected needs",
    ],
    [
      "with an invented justification",
      statement(LODASH, { justification: "not_loaded" }),
      "statements[1].justification: not a",
    ],
    [
      "with an unknown status",
      statement(LODASH, { status: "safe" }),
      "statements[1].status: expected one of",
    ],
    [
      "without vulnerability",
      statement(LODASH, { vulnerability: {} }),
      "statements[1].vulnerability.name: is required",
    ],
    ["without products", statement(LODASH, { products: [] }), "statements[1].products: a statement needs"],
    ["with a nameless product", statement({}), "statements[1].products[0]: no @id"],
    [
      "with subcomponents that are no list",
      statement({ "@id": LODASH, subcomponents: {} }),
      "statements[1].products[0].subcomponents: expected a list",
    ],
    [
      "with a broken time",
      statement(LODASH, { timestamp: "soon" }),
      "statements[1].timestamp: not an RFC 3339 time",
    ],
  ])("refuses a statement %s and keeps the others", (_, broken, want) => {
    const { claims, problems } = parse(openvex(statement(LODASH), broken, statement(LODASH)));
    expect(claims).toHaveLength(2);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(`doc.json: ${want}`)]);
  });

  it("takes an impact statement in place of a justification", () => {
    const { claims } = parse(
      openvex(statement(LODASH, { justification: undefined, impact_statement: "not used" })),
    );
    expect(claims[0]).toMatchObject({ status: "not_affected", impact: "not used" });
  });

  it("never throws anything but VEX_DOCUMENT_INVALID", () => {
    const tryParse = (text: string): void => {
      try {
        parse(text);
      } catch (error) {
        if (!evaluationErrors.is(error, "VEX_DOCUMENT_INVALID")) throw error;
      }
    };
    fc.assert(fc.property(fc.jsonValue(), (value) => tryParse(openvex(value as unknown as Statement))));
    const key = fc.constantFrom("vulnerability", "products", "status", "@id", "subcomponents", "name");
    const loose = fc.dictionary(key, fc.oneof(fc.constantFrom("fixed", "CVE-1", LODASH), fc.jsonValue()));
    fc.assert(fc.property(loose, (value) => tryParse(openvex(value))));
  });
});

describe("products", () => {
  const image: EvaluationContext = { repository: "ghcr.io/acme/app", imageReference: "ghcr.io/acme/app:1.2" };
  const hex = encodeURIComponent(IMAGE_DIGEST);

  it.each<[unknown, boolean]>([
    ["pkg:npm/lodash", true],
    [LODASH, true],
    ["pkg:npm/lodash@4.17.5", false],
    ["pkg:npm/lodash@", false],
    ["pkg:npm/lodash@?type=x", false],
    ["pkg:npm/lodash?vcs_url=x", false],
    ["pkg:pypi/lodash", false],
    [{ "@id": "https://acme.example/lodash", identifiers: { purl: LODASH } }, true],
    [{ "@id": "https://acme.example/lodash" }, false],
    [`pkg:oci/app@${hex}`, true],
    [`pkg:oci/app@${hex}?arch=arm64`, false],
    [`pkg:oci/app@${encodeURIComponent(digestOf("other"))}?repository_url=ghcr.io/acme/app`, false],
    ["pkg:oci/app?repository_url=ghcr.io/acme/app", true],
    ["pkg:oci/app?repository_url=https://GHCR.io/acme", true],
    ["pkg:oci/app?repository_url=ghcr.io/acme/app&tag=1.2", true],
    ["pkg:oci/app?repository_url=ghcr.io/acme/app&tag=1.3", false],
    ["pkg:oci/app?repository_url=ghcr.io/other/app", false],
    ["pkg:oci/app", false],
    [`ghcr.io/acme/app@${IMAGE_DIGEST}`, true],
    [{ "@id": "x", hashes: { "sha-256": IMAGE_DIGEST.slice(7) } }, true],
    [{ "@id": `pkg:oci/app@${hex}`, subcomponents: [{ "@id": "pkg:npm/lodash" }] }, true],
    [{ "@id": `pkg:oci/app@${hex}`, subcomponents: [{ "@id": "pkg:npm/express" }] }, false],
    [{ "@id": `pkg:oci/app@${hex}`, subcomponents: [{ "@id": "[ERROR] no type" }] }, false],
    [{ "@id": "pkg:oci/app", subcomponents: [{ "@id": "pkg:npm/lodash" }] }, false],
  ])("%j: %s", (product, want) => {
    const answer = judged([document(openvex(statement(product)))], undefined, image);
    expect(answer).toBe(want ? "not_affected vex:acme" : "- -");
  });

  it("holds a claim about a program to that program's files", () => {
    const helm = "pkg:golang/helm.sh/helm/v3@v3.14.0";
    const app = component("pkg:golang/github.com/acme/app@v1.0.0", { evidence: [{ path: "usr/bin/app" }] });
    const claim = statement({
      "@id": "pkg:golang/github.com/acme/app",
      subcomponents: [{ "@id": "pkg:golang/helm.sh/helm/v3" }],
    });
    const at = (...paths: string[]): string =>
      judged(
        [document(openvex(claim))],
        finding("CVE-2024-1", helm, { evidence: paths.map((path) => ({ path })) }),
        {},
        sbom([app, component(helm)]),
      );
    expect([at("usr/bin/app"), at("usr/bin/other"), at("usr/bin/app", "usr/bin/other")]).toEqual([
      "not_affected vex:acme",
      "- -",
      "- -",
    ]);
  });

  it("holds a claim about an npm package to what lies under its node_modules", () => {
    const app = component("pkg:npm/app@1.0.0", { evidence: [{ path: "srv/app/package.json" }] });
    const claim = statement({ "@id": "pkg:npm/app@1.0.0", subcomponents: [{ "@id": "pkg:npm/lodash" }] });
    const at = (path: string): string =>
      judged(
        [document(openvex(claim))],
        finding("CVE-2024-1", LODASH, { evidence: [{ path }] }),
        {},
        sbom([app]),
      );
    expect([
      at("srv/app/node_modules/lodash/package.json"),
      at("srv/node_modules/lodash/package.json"),
    ]).toEqual(["not_affected vex:acme", "- -"]);
  });

  it("meets a finding by any of its ids, whatever the case", () => {
    const claim = statement(LODASH, { vulnerability: { name: "GO-1", aliases: ["ghsa-AA-bb"] } });
    const found = finding("CVE-2024-9", LODASH, { aliases: ["GHSA-aa-bb"] });
    expect(judged([document(openvex(claim))], found)).toBe("not_affected vex:acme");
  });
});

describe("times", () => {
  it("of a claim of the future: the report ends when it is believed", () => {
    const bytes = openvex(statement(LODASH, { timestamp: "2024-02-03T04:05:06Z" }));
    const made = (now: string) =>
      report([finding("CVE-2024-1", LODASH)], {
        sbom: sbom([component(LODASH)]),
        now: Date.parse(now),
        vexSnapshot: openVexSnapshot(compileVexSnapshot([document(bytes)]).bytes),
      });
    const before = made("2024-02-02T23:59:59Z");
    expect([before.nextExpiry, before.findings[0]?.vex?.timestamp]).toEqual([
      "2024-02-03T00:00:00Z",
      undefined,
    ]);
    const after = made("2024-02-03T00:00:00Z");
    expect([after.nextExpiry, after.findings[0]?.vex?.timestamp]).toEqual([
      undefined,
      "2024-02-03T04:05:06.000Z",
    ]);
  });

  it.each(["+012024-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00", "soon"])("refuses %s", (timestamp) => {
    const { claims, problems } = parse(openvex(statement(LODASH, { timestamp })));
    expect([claims.length, String(problems[0])]).toEqual([
      0,
      expect.stringContaining("statements[0].timestamp: not an RFC 3339 time"),
    ]);
  });
});

describe("statuses", () => {
  const at = (status: string, timestamp?: string): string =>
    openvex(statement(LODASH, { status, timestamp }));

  it.each([
    ["not_affected", "not_affected vex:acme"],
    ["fixed", "fixed vex:acme"],
    ["affected", "affected -"],
    ["under_investigation", "under_investigation -"],
  ])("%s: %s", (status, want) => {
    expect(judged([document(at(status))])).toBe(want);
  });

  it.each([
    [
      "the latest counts",
      [
        document(at("not_affected", "2024-05-01T00:00:00Z")),
        document(at("affected", "2024-05-01T03:00:00+02:00"), "b"),
      ],
      "affected -",
    ],
    [
      "at one time the careful word counts",
      [document(at("affected"), "b"), document(at("fixed"), "a")],
      "affected -",
    ],
    [
      "a document's time stands in",
      [document(at("affected")), document(at("fixed", "2023-01-01T00:00:00Z"), "b")],
      "affected -",
    ],
  ])("%s", (_, documents, want) => {
    expect(judged(documents)).toBe(want);
  });

  it("keeps what was said otherwise, and who it was", () => {
    const bytes = compileVexSnapshot([
      document(at("not_affected")),
      document(at("affected", "2023-01-01T00:00:00Z"), "b"),
    ]).bytes;
    const made = report([finding("CVE-2024-1", LODASH, { kev: true })], {
      now: Date.parse("2024-06-01"),
      vexSnapshot: openVexSnapshot(bytes),
    });
    expect(made.findings[0]?.vex).toEqual({
      status: "not_affected",
      justification: "vulnerable_code_not_present",
      source: "acme",
      author: "Acme",
      document: "https://acme.example/vex/1",
      timestamp: "2024-01-01T00:00:00.000Z",
      scope: "version",
      reason: "affected by b (weight 1), not_affected by acme (weight 1)",
      conflicts: [
        {
          status: "affected",
          source: "b",
          document: "https://acme.example/vex/1",
          timestamp: "2023-01-01T00:00:00.000Z",
        },
      ],
    });
    expect(made).toMatchObject({
      verdict: "pass",
      suppressed: 1,
      counts: { high: 0 },
      digests: { vex: digestOf(bytes) },
    });
  });

  it("says that a signature lies beside a document and was not verified, and what is to be done", () => {
    const text = openvex(statement(LODASH, { status: "affected", action_statement: "Take 4.17.12." }));
    const found = [
      { ...document(text), signature: "unverified" as const },
      document(openvex(statement(LODASH, { status: "fixed", timestamp: "2023-01-01T00:00:00Z" })), "b"),
    ];
    const snapshot = openVexSnapshot(compileVexSnapshot(found).bytes);
    const image = { sbom: sbom([component(LODASH)]), context: {} };
    const [after] = applyVex([finding("CVE-2024-1", LODASH)], snapshot, image);
    expect(after?.vex).toMatchObject({
      action: "Take 4.17.12.",
      signature: "unverified",
      reason: expect.stringContaining(
        "affected by acme (weight 1, signature unverified), fixed by b (weight 1)",
      ) as string,
    });
  });

  it("answers nothing of malware, and is told", () => {
    const found = { ...finding("CVE-2024-1", LODASH), malware: true as const };
    const snapshot = openVexSnapshot(
      compileVexSnapshot([document(openvex(statement({ "@id": LODASH })))]).bytes,
    );
    const [after] = applyVex([found], snapshot, { sbom: sbom([component(LODASH)]), context: {} });
    expect(after).not.toHaveProperty("suppressedBy");
    expect(after?.vex).toMatchObject({ status: "not_affected", isOpen: true });
    expect(after?.vex?.reason).toMatch(/; VEX does not answer for malware$/);
  });

  it("leaves the distro's word first", () => {
    const found = finding("CVE-2024-1", LODASH, { suppressedBy: "pkg:deb/debian/node-lodash@4" });
    expect(judged([document(at("fixed"))], found)).toBe("fixed pkg:deb/debian/node-lodash@4");
  });
});

describe("snapshot", () => {
  const documents = [
    document(read("trivy-oci.json"), "trivy", "a.json"),
    document(read("go-vex-v0.2.0.json"), "go-vex", "b.json"),
    document(read("trivy-first-three.json"), "trivy", "c.json"),
  ];

  it("is the same whatever the order and repetition of documents", () => {
    const one = compileVexSnapshot(documents);
    const two = compileVexSnapshot([...documents.toReversed(), ...documents]);
    expect(two.digest).toBe(one.digest);
    expect([one.documents, openVexSnapshot(one.bytes).statements]).toEqual([3, one.statements]);
  });

  it("tells each document's problems when it is added", () => {
    const compiler = vexCompiler();
    expect(compiler.add(document("{")).problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("not JSON"),
    ]);
    expect(compiler.finish().problemCount).toBe(1);
  });

  it("has an empty form that changes nothing", () => {
    const found = [finding("CVE-1", LODASH)];
    expect(applyVex(found, emptyVexSnapshot(), { sbom: sbom([]), context: {} })).toBe(found);
  });
});
