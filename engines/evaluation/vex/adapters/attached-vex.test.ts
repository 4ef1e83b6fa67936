// SPDX-License-Identifier: Apache-2.0
/** VEX attached to an image in a registry on loopback, in the ways in which people attach it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest, ImageDigest } from "#lib/digest.ts";
import { mediaTypes } from "#lib/oci/media-types.ts";
import { parseReference } from "#lib/oci/reference.ts";
import { Referrers } from "#lib/oci/referrers.ts";
import { startFakeRegistry } from "#lib/oci/testing/fake-registry.ts";
import type { FakeRegistry } from "#lib/oci/testing/fake-registry.ts";
import { attachedVex } from "./attached-vex.ts";

const IMAGE = digestOf<ImageDigest>("image");
const INDEX = digestOf("index");
const IN_TOTO = "application/vnd.in-toto+json";
const OPENVEX = "application/vnd.openvex+json";

const openvex = (cve: string): object => ({
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": `https://team.example/${cve}`,
  statements: [{ vulnerability: { name: cve }, products: [IMAGE], status: "fixed" }],
});
const statement = (cve: string, predicateType = "https://openvex.dev/ns"): object => ({
  predicateType,
  subject: [{ digest: { sha256: hexOf(IMAGE) } }],
  predicate: openvex(cve),
});
const envelope = (cve: string): object => ({
  payloadType: IN_TOTO,
  payload: Buffer.from(JSON.stringify(statement(cve))).toString("base64"),
  signatures: [{ sig: "AAAA" }],
});

let registry: FakeRegistry;
beforeEach(async () => {
  registry = await startFakeRegistry();
});
afterEach(() => registry.close());

const reference = () => parseReference(`${registry.host}/team/app:1`);

async function attach(
  content: unknown,
  artifactType: string,
  {
    annotations = {},
    subject = IMAGE,
  }: { annotations?: Readonly<Record<string, string>>; subject?: Digest } = {},
): Promise<Digest> {
  const referrers = new Referrers(reference());
  const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.from(JSON.stringify(content));
  try {
    const to = { digest: subject, mediaType: mediaTypes.ociManifest, size: 1 };
    return (await referrers.attach(to, { artifactType, mediaType: artifactType, bytes, annotations })).digest;
  } finally {
    await referrers.close();
  }
}

/** Under the tag, and by its digest. */
function put(
  layers: readonly { content: object; mediaType: string; annotations?: object }[],
  tag?: string,
): Digest {
  const blob = (content: object): { digest: Digest; size: number } => {
    const bytes = Buffer.from(JSON.stringify(content));
    registry.blobs.set(digestOf(bytes), bytes);
    return { digest: digestOf(bytes), size: bytes.length };
  };
  return putManifest(
    {
      config: { mediaType: mediaTypes.ociConfig, ...blob({}) },
      layers: layers.map(({ content, ...rest }) => ({ ...rest, ...blob(content) })),
    },
    mediaTypes.ociManifest,
    tag,
  );
}

function putManifest(content: object, mediaType: string, tag?: string): Digest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  const digest = digestOf(bytes);
  for (const name of [digest, ...(tag === undefined ? [] : [tag])])
    registry.manifests.set(`team/app/${name}`, { bytes, mediaType });
  return digest;
}

const found = (indexDigest?: Digest, signal?: AbortSignal) =>
  attachedVex(
    { reference: reference(), settings: {}, ...(signal === undefined ? {} : { signal }) },
    { imageDigest: IMAGE, ...(indexDigest === undefined ? {} : { indexDigest }) },
  );

describe("attachedVex", () => {
  it("says that nothing is there", async () => {
    expect((await found(INDEX)).facts).toEqual({
      repository: `${registry.host}/team/app`,
      documents: 0,
      statements: 0,
      leftOut: [],
      leftOutCount: 0,
    });
  });

  it.each([
    { name: "the document", type: OPENVEX, content: openvex("CVE-1") },
    { name: "just JSON", type: "text/json", content: openvex("CVE-1") },
    { name: "Docker's attestation", type: IN_TOTO, content: statement("CVE-1") },
    {
      name: "a signed attestation",
      type: "application/vnd.dsse.envelope.v1+json",
      content: envelope("CVE-1"),
    },
    {
      name: "cosign's bundle",
      type: "application/vnd.dev.sigstore.bundle.v0.3+json",
      content: { dsseEnvelope: envelope("CVE-1") },
      annotations: { "dev.sigstore.bundle.predicateType": "https://openvex.dev/ns" },
    },
    {
      name: "what is attached to the index",
      type: IN_TOTO,
      content: statement("CVE-1"),
      subject: INDEX,
      annotations: { "in-toto.io/predicate-type": "https://openvex.dev/ns/v0.2.0" },
    },
  ])("reads $name", async ({ type, content, ...how }) => {
    await attach(content, type, how);
    expect((await found(INDEX)).facts).toMatchObject({ documents: 1, statements: 1, leftOut: [] });
  });

  it("reads cosign's tag and what BuildKit keeps in the index, of this image alone", async () => {
    const predicate = { predicateType: "https://openvex.dev/ns" };
    const dsse = "application/vnd.dsse.envelope.v1+json";
    put(
      [{ content: envelope("CVE-1"), mediaType: dsse, annotations: predicate }],
      `sha256-${hexOf(IMAGE)}.att`,
    );
    const key = "in-toto.io/predicate-type";
    const built = put([
      { content: statement("CVE-2"), mediaType: IN_TOTO, annotations: { [key]: "https://openvex.dev/ns" } },
      { content: { no: 1 }, mediaType: IN_TOTO, annotations: { [key]: "https://slsa.dev/provenance/v1" } },
    ]);
    const foreign = put([{ content: statement("CVE-3"), mediaType: IN_TOTO }]);
    const entry = (digest: Digest, of: Digest): object => ({
      mediaType: mediaTypes.ociManifest,
      digest,
      size: 1,
      annotations: { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": of },
    });
    const manifests = [entry(built, IMAGE), entry(foreign, digestOf("arm"))];
    const index = putManifest({ manifests }, mediaTypes.ociIndex);
    const { facts } = await found(index);
    expect(facts).toMatchObject({ documents: 2, statements: 2, leftOut: [] });
  });

  it("opens nothing that is told to be something else", async () => {
    await attach("{", "application/vnd.cyclonedx+json", {
      annotations: { "org.stella-ops.sbom.analyzers": "x" },
    });
    await attach("{", "application/spdx+json");
    await attach("{", IN_TOTO, { annotations: { "in-toto.io/predicate-type": "https://spdx.dev/Document" } });
    const before = registry.requests.length;
    expect((await found()).facts.leftOut).toEqual([]);
    expect(registry.requests.slice(before).filter(({ url }) => url.includes("/blobs/"))).toEqual([]);
  });

  it("goes on beside what is damaged, too large, or gone", async () => {
    await attach(openvex("CVE-1"), OPENVEX);
    const damaged = await attach("{", OPENVEX);
    const large = await attach(" ".repeat(4 * 1024 * 1024 + 1), OPENVEX);
    const gone = await attach(openvex("CVE-2"), OPENVEX);
    registry.manifests.delete(`team/app/${gone}`);
    const swapped = await attach(openvex("CVE-3"), OPENVEX);
    const [layer] = (
      JSON.parse(Buffer.from(registry.manifests.get(`team/app/${swapped}`)!.bytes).toString()) as {
        layers: { digest: string; size: number }[];
      }
    ).layers;
    registry.blobs.set(layer!.digest, Buffer.alloc(layer!.size));
    const { facts } = await found();
    expect(facts).toMatchObject({ documents: 1, statements: 1, leftOutCount: 4 });
    const told = (of: Digest): readonly string[] => facts.leftOut.filter((line) => line.startsWith(of));
    expect(told(damaged)).toEqual([expect.stringMatching(/: not JSON/)]);
    expect(told(large)).toEqual([expect.stringMatching(/: MANIFEST_INVALID: .*at most 4194304 are read$/)]);
    expect(told(gone)).toEqual([`${gone}: it is not there`]);
    expect(told(swapped)).toEqual([expect.stringMatching(/: BLOB_DIGEST_MISMATCH: /)]);
  });

  it("reads so many and so much", async () => {
    const pad = " ".repeat(3 * 1024 * 1024);
    for (const cve of ["CVE-1", "CVE-2", "CVE-3"]) await attach(JSON.stringify(openvex(cve)) + pad, OPENVEX);
    expect((await found()).facts).toMatchObject({
      documents: 2,
      leftOut: [expect.stringMatching(/: more than 8388608 bytes together$/)],
    });
    const manifests = Array.from({ length: 60 }, (_, index) => ({
      mediaType: mediaTypes.ociManifest,
      digest: digestOf(`gone ${index}`),
      size: 1,
      artifactType: OPENVEX,
    }));
    putManifest({ manifests }, mediaTypes.ociIndex, `sha256-${hexOf(IMAGE)}`);
    const { leftOut, leftOutCount } = (await found()).facts;
    expect(leftOutCount).toBe(51);
    expect(leftOut[0]).toBe("10 artifacts: at most 50 are opened");
  });

  it("is told of where the registry says no, and ends with who asked", async () => {
    registry.intercept = (_, response) => {
      response.writeHead(403).end();
      return true;
    };
    const { facts } = await found();
    expect(facts).toMatchObject({ documents: 0, leftOutCount: 2 });
    expect(facts.leftOut.every((line) => line.includes("REGISTRY_DENIED"))).toBe(true);
    await expect(found(undefined, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  });
});
