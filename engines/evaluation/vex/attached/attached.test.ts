// SPDX-License-Identifier: Apache-2.0
/** What is attached to an image: what is taken out of attestations, and that it is heard about that image alone. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { component, finding, IMAGE_DIGEST, report, sbom } from "../../testing/builders.ts";
import { evaluationErrors } from "../../errors.ts";
import { openVexSnapshot } from "../open-snapshot.ts";
import type { AttachedImage } from "../types.ts";
import { ATTACHED_VEX, ATTACHED_VEX_WEIGHT, compileAttached } from "./compile-attached.ts";
import { unwrapVex } from "./unwrap.ts";

const LODASH = "pkg:npm/lodash@4.17.4";
const image: AttachedImage = {
  imageDigest: IMAGE_DIGEST,
  indexDigest: digestOf("index"),
  repository: "registry.example/team/app",
};
const other = digestOf("other");

const openvex = (product: unknown, more: object = {}): object => ({
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": "https://team.example/vex/1",
  author: "Team",
  timestamp: "1969-01-01T00:00:00Z",
  version: 1,
  statements: [
    {
      vulnerability: { name: "CVE-1" },
      products: [product],
      status: "not_affected",
      justification: "vulnerable_code_not_present",
      ...more,
    },
  ],
});
const statement = (predicate: unknown, more: object = {}): object => ({
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "app", digest: { sha256: hexOf(IMAGE_DIGEST) } }],
  predicateType: "https://openvex.dev/ns",
  predicate,
  ...more,
});
const envelope = (payload: unknown, more: object = {}): object => ({
  payloadType: "application/vnd.in-toto+json",
  payload: Buffer.from(JSON.stringify(payload)).toString("base64"),
  signatures: [{ sig: "AAAA" }],
  ...more,
});
const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const ours = openvex(IMAGE_DIGEST);
const analysis = { state: "not_affected", justification: "code_not_present" };
const cyclonedx = (vulnerability: object): object => ({
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  metadata: { component: { type: "container", name: "app", version: IMAGE_DIGEST, "bom-ref": "app" } },
  vulnerabilities: [{ id: "CVE-1", affects: [{ ref: "app" }], ...vulnerability }],
});

describe("unwrapVex", () => {
  it.each([
    { name: "a document", given: ours, signature: "none" },
    { name: "a CycloneDX VEX", given: cyclonedx({ analysis }), signature: "none" },
    { name: "a statement", given: statement(ours), signature: "none" },
    {
      name: "a statement about the index",
      given: statement(ours, { subject: [{ digest: { sha256: hexOf(digestOf("index")) } }] }),
      signature: "none",
    },
    {
      name: "the predicate's name in the specification's example",
      given: statement(ours, { predicateType: "text/vex" }),
      signature: "none",
    },
    {
      name: "a versioned predicate",
      given: statement(ours, { predicateType: "https://openvex.dev/ns/v0.2.0" }),
      signature: "none",
    },
    { name: "a signed statement", given: envelope(statement(ours)), signature: "unverified" },
    {
      name: "a Sigstore bundle",
      given: {
        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        dsseEnvelope: envelope(statement(ours)),
      },
      signature: "unverified",
    },
    {
      name: "a signed CycloneDX VEX",
      given: envelope(statement(cyclonedx({ analysis }), { predicateType: "https://cyclonedx.org/bom" })),
      signature: "unverified",
    },
    { name: "provenance", given: statement({}, { predicateType: "https://slsa.dev/provenance/v1" }) },
    {
      name: "another predicate whose name begins alike",
      given: statement(ours, { predicateType: "https://openvex.dev/nsx" }),
    },
    { name: "an SBOM", given: cyclonedx({}) },
    {
      name: "an SBOM's attestation",
      given: statement(cyclonedx({}), { predicateType: "https://cyclonedx.org/bom" }),
    },
    { name: "an envelope of something else", given: envelope(ours, { payloadType: "text/plain" }) },
    { name: "a Sigstore signature", given: { mediaType: "x", messageSignature: {} } },
  ])("$name: $signature", ({ given, signature }) => {
    expect(unwrapVex(bytesOf(given), image, "a")?.signature).toBe(signature);
  });

  it.each([
    { name: "no JSON", given: "{", want: /^a: not JSON/ },
    {
      name: "another image's",
      given: statement(ours, { subject: [{ digest: { sha256: hexOf(other) } }] }),
      want: /^a: subject: it is about another image/,
    },
    {
      name: "nobody's",
      given: statement(ours, { subject: undefined }),
      want: /^a: subject: it is about another image/,
    },
    { name: "no predicate", given: statement(7), want: /^a: predicate: expected an object/ },
    { name: "an empty predicate", given: statement({}), want: /^a: predicate: it is no OpenVEX/ },
    {
      name: "no signature",
      given: envelope(statement(ours), { signatures: [] }),
      want: /^a: the envelope: signatures/,
    },
    {
      name: "a payload that is no JSON",
      given: envelope(statement(ours), { payload: "AAAA" }),
      want: /^a: payload: not JSON/,
    },
  ])("refuses $name", ({ given, want }) => {
    const bytes = typeof given === "string" ? Buffer.from(given) : bytesOf(given);
    const refused = (): unknown => unwrapVex(bytes, image, "a");
    expect(refused).toThrow(want);
    expect(refused).toThrow(expect.objectContaining({ code: "VEX_DOCUMENT_INVALID" }) as Error);
  });

  it("fails in one way only, whatever is attached", () => {
    const parts = fc.constantFrom(
      "dsseEnvelope",
      "payload",
      "payloadType",
      "predicateType",
      "predicate",
      "subject",
      "@context",
      "bomFormat",
      "vulnerabilities",
      "signatures",
    );
    const values = fc.oneof(
      fc.json().map((text): unknown => JSON.parse(text)),
      fc.constantFrom<unknown>("https://openvex.dev/ns", "application/vnd.in-toto+json", ours, "CycloneDX", [
        {},
      ]),
    );
    fc.assert(
      fc.property(fc.dictionary(parts, values), (object) => {
        try {
          compileAttached([{ name: "a", bytes: bytesOf(object) }], image);
          unwrapVex(bytesOf(object), image, "a");
        } catch (error) {
          expect(evaluationErrors.is(error)).toBe(true);
        }
      }),
    );
  });
});

/** The finding on lodash in the image, by what is attached and what others say. */
function judged(product: unknown, more: object = {}) {
  const { bytes, facts } = compileAttached([{ name: "a", bytes: bytesOf(openvex(product, more)) }], image);
  const found = report([finding("CVE-1", LODASH)], {
    sbom: sbom([component(LODASH)]),
    attachedVex: { snapshot: openVexSnapshot(bytes), facts },
    vexTrust: { [ATTACHED_VEX]: ATTACHED_VEX_WEIGHT },
  });
  return { by: found.findings[0]?.suppressedBy, scope: found.findings[0]?.vex?.scope, facts, found };
}

describe("a document that is attached", () => {
  const lodash = [{ "@id": LODASH }];
  it.each([
    { name: "the image by digest", product: IMAGE_DIGEST },
    { name: "the image by its index", product: digestOf("index") },
    { name: "purl with digest", product: `pkg:oci/any@${IMAGE_DIGEST.replace(":", "%3A")}` },
    { name: "purl with repository", product: "pkg:oci/app?repository_url=registry.example/team/app" },
    {
      name: "purl with repository and another tag",
      product: "pkg:oci/app@9?repository_url=registry.example/team/app",
    },
    { name: "purl with the repository above", product: "pkg:oci/app?repository_url=registry.example/team" },
    { name: "purl with a name", product: "pkg:oci/app" },
    { name: "Docker's purl", product: "pkg:docker/team/app@1.0?repository_url=registry.example" },
    { name: "the image's package", product: { "@id": "pkg:oci/app", subcomponents: lodash } },
    { name: "a package", product: LODASH },
    { name: "a package without version", product: "pkg:npm/lodash" },
  ])("answers for the image: $name", ({ product }) => {
    const { by, scope, facts } = judged(product);
    expect([by, scope, facts.leftOut]).toEqual(["vex:attached:image", "image", []]);
  });

  it.each([
    { name: "another digest", product: other },
    {
      name: "another digest in this repository",
      product: `pkg:oci/app@${other}?repository_url=registry.example/team/app`,
    },
    { name: "another repository", product: "pkg:oci/app?repository_url=registry.example/vendor/app" },
    { name: "another name", product: "pkg:oci/base" },
    { name: "Docker Hub's image of that name", product: "pkg:docker/team/app" },
    {
      name: "a platform",
      product: { identifiers: { cpe23: "cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*" } },
    },
    { name: "a word", product: "https://example/app" },
    {
      name: "this image and another",
      product: { "@id": `pkg:oci/app@${other}`, hashes: { "sha-256": hexOf(IMAGE_DIGEST) } },
    },
  ])("is not heard about $name", ({ product }) => {
    const { by, facts } = judged(product);
    expect([by, facts.statements, facts.leftOutCount]).toEqual([undefined, 0, 1]);
    expect(facts.leftOut[0]).toMatch(/^a: it is not heard about .+, to which it is not attached$/);
  });

  it("is no answer about packages that are not in it, or are part of a program that is not", () => {
    expect(judged("pkg:npm/other").by).toBeUndefined();
    expect(judged({ "@id": "pkg:npm/other", subcomponents: lodash }).by).toBeUndefined();
  });

  it("of an attestation is about its subject where it names no product, and is refused by itself", () => {
    const unsaid = openvex(undefined, { products: undefined });
    const facts = (given: object) => compileAttached([{ name: "a", bytes: bytesOf(given) }], image).facts;
    expect(facts(envelope(statement(unsaid)))).toMatchObject({ statements: 1, leftOut: [] });
    expect(facts(unsaid)).toMatchObject({
      statements: 0,
      leftOut: ["a: statements[0].products: a statement needs at least one product"],
    });
  });

  it("is named in the report, with what it weighs", () => {
    const { found, facts } = judged(IMAGE_DIGEST);
    expect(found).toMatchObject({
      attachedVex: facts,
      vexTrust: { "attached:image": 0.5 },
      digests: { attachedVex: compileAttached([{ name: "a", bytes: bytesOf(ours) }], image).digest },
      reasons: [expect.anything(), expect.stringContaining("is not_affected by attached:image")],
    });
  });

  it("gives the same bytes in any order, and tells of what is damaged beside it", () => {
    const parts = [
      { name: "sha256:1", bytes: bytesOf(ours) },
      { name: "sha256:2", bytes: Buffer.from("{") },
      { name: "sha256:3", bytes: bytesOf(statement(openvex("pkg:npm/lodash"))) },
      { name: "sha256:4", bytes: bytesOf(cyclonedx({})) },
    ];
    const made = compileAttached(parts, image, ["sha256:5: gone"]);
    expect(made.facts).toEqual({
      repository: "registry.example/team/app",
      documents: 2,
      statements: 2,
      leftOut: [expect.stringMatching(/^sha256:2: not JSON/), "sha256:5: gone"],
      leftOutCount: 2,
    });
    expect(compileAttached(parts.toReversed(), image, ["sha256:5: gone"])).toEqual(made);
  });

  it("says no more than so much, in the order of the names", () => {
    const aliases = Array.from({ length: 49 }, (_, index) => `X-${index}`);
    const products = Array.from({ length: 3000 }, (_, index) => `pkg:npm/p${index}`);
    const wide = bytesOf(openvex("x", { vulnerability: { name: "CVE-1", aliases }, products }));
    const parts = ["b", "a"].map((name) => ({ name, bytes: wide }));
    const { documents, leftOut } = compileAttached(parts, image).facts;
    expect([documents, leftOut]).toEqual([1, ["b: it says something 150000 times, of 50000 that are taken"]]);
  });

  it("tells of twenty troubles, and counts all", () => {
    const many = Array.from({ length: 30 }, (_, index) => ({
      name: `sha256:${index}`,
      bytes: Buffer.from("x".repeat(999)),
    }));
    const { facts } = compileAttached(many, image);
    expect([facts.leftOut.length, facts.leftOutCount]).toEqual([20, 30]);
    expect(Math.max(...facts.leftOut.map((line) => line.length))).toBeLessThanOrEqual(300);
  });

  it("belongs to one image, whoever else has that digest's name", () => {
    const elsewhere = { ...image, imageDigest: other as ImageDigest };
    const { facts } = compileAttached([{ name: "a", bytes: bytesOf(ours) }], elsewhere);
    expect(facts.statements).toBe(0);
  });
});
