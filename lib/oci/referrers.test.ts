// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../digest.ts";
import { codeOf } from "../errors.ts";
import { parseReference } from "./reference.ts";
import { Referrers } from "./referrers.ts";
import { startFakeRegistry } from "./testing/fake-registry.ts";
import type { FakeRegistry } from "./testing/fake-registry.ts";
import { fakePorts } from "../http/testing/fake-ports.ts";

const subject = {
  digest: digestOf("image"),
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  size: 5,
};
const sbom = (text: string) => ({
  artifactType: "application/vnd.cyclonedx+json",
  mediaType: "application/vnd.cyclonedx+json",
  bytes: Buffer.from(text),
  annotations: { "org.example.kind": text },
});

let registry: FakeRegistry;
let referrers: Referrers;
beforeEach(async () => {
  registry = await startFakeRegistry();
  referrers = new Referrers(parseReference(`${registry.host}/a/b:1`), {}, fakePorts());
});
afterEach(async () => {
  await referrers.close();
  await registry.close();
});

describe("referrers of a registry without the Referrers API", () => {
  it("are kept under the tag, each once", async () => {
    expect(await referrers.list(subject.digest)).toEqual([]);
    const one = await referrers.attach(subject, sbom("one"));
    await referrers.attach(subject, sbom("one"));
    const two = await referrers.attach(subject, { ...sbom("two"), artifactType: "application/x" });
    expect([one.listedBy, two.listedBy]).toEqual(["tag", "tag"]);
    const all = await referrers.list(subject.digest);
    expect(all.map(({ digest }) => digest)).toEqual([one.digest, two.digest].sort());
    const [found] = await referrers.list(subject.digest, "application/vnd.cyclonedx+json");
    expect(found).toMatchObject({ digest: one.digest, annotations: { "org.example.kind": "one" } });
    expect(Buffer.from(await referrers.read(one.digest, 100)).toString()).toBe("one");
    expect(await referrers.read(one.digest, 2).catch(codeOf)).toBe("MANIFEST_INVALID");
  });

  it("are not lost when several are attached at once", async () => {
    const names = ["a", "b", "c", "d"];
    const made = await Promise.all(names.map((name) => referrers.attach(subject, sbom(name))));
    const digests = made.map(({ digest }) => digest).sort();
    expect((await referrers.list(subject.digest)).map(({ digest }) => digest)).toEqual(digests);
  });

  it("are not looked for in somebody's image with such a tag", async () => {
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: subject.mediaType,
        config: descriptorOf("{}"),
        layers: [],
      }),
    );
    const tag = `a/b/sha256-${subject.digest.slice(7)}`;
    registry.manifests.set(tag, { bytes, mediaType: subject.mediaType });
    expect(await referrers.list(subject.digest)).toEqual([]);
    expect(await referrers.attach(subject, sbom("one")).catch(codeOf)).toBe("MANIFEST_INVALID");
    expect(registry.manifests.get(tag)?.bytes).toBe(bytes);
  });
});

describe("referrers of a registry with the Referrers API", () => {
  const index = (manifests: readonly unknown[]): string =>
    JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests });

  it("are read over pages, filtered here, and typed by their manifests", async () => {
    const { digest } = await referrers.attach(subject, sbom("one"));
    const manifest = registry.manifests.get(`a/b/${digest}`);
    const empty = {
      mediaType: subject.mediaType,
      digest,
      size: manifest?.bytes.length,
      artifactType: "application/vnd.oci.empty.v1+json",
    };
    const other = { ...descriptorOf("x"), artifactType: "application/other" };
    registry.intercept = (request, response) => {
      const url = request.url ?? "";
      if (!url.includes("/referrers/")) return false;
      const isFirst = !url.includes("page=2");
      const next = `</v2/a/b/referrers/${subject.digest}?page=2>; rel="next"`;
      response.writeHead(200, {
        "content-type": "application/vnd.oci.image.index.v1+json",
        ...(isFirst ? { link: next } : {}),
      });
      response.end(index(isFirst ? [other] : [empty]));
      return true;
    };
    const found = await referrers.list(subject.digest, "application/vnd.cyclonedx+json");
    expect(found.map((each) => each.digest)).toEqual([digest]);
    expect(await referrers.list(subject.digest)).toHaveLength(2);
  });

  it("end where pages go round in a circle", async () => {
    registry.intercept = (request, response) => {
      if (request.url?.includes("/referrers/") !== true) return false;
      response.writeHead(200, { link: `<${request.url}>; rel="next"` }).end(index([]));
      return true;
    };
    expect(await referrers.list(subject.digest).catch(codeOf)).toBe("MANIFEST_INVALID");
  });

  it("need no tag", async () => {
    registry.intercept = (request, response) => {
      if (request.method !== "PUT" || request.url?.includes("/manifests/") !== true) return false;
      request.resume();
      response.writeHead(201, { "oci-subject": subject.digest }).end();
      return true;
    };
    expect((await referrers.attach(subject, sbom("one"))).listedBy).toBe("referrers-api");
    expect([...registry.manifests.keys()]).toEqual([]);
  });
});

function descriptorOf(text: string): { mediaType: string; digest: string; size: number } {
  return { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf(text), size: text.length };
}
