// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { expect, it } from "vitest";
import { fetchArtifact } from "./artifact.ts";
import { openImageSource } from "./open-image-source.ts";
import { pushImage } from "./push.ts";
import { fail, startFakeRegistry } from "./testing/fake-registry.ts";
import { sampleImage, temporaryFolder } from "./testing/support.ts";
import { fakePorts } from "../http/testing/fake-ports.ts";
import { collect } from "./verify.ts";
import { writeDockerArchive, writeOciLayout } from "./writer.ts";

const amd64 = { os: "linux", architecture: "amd64" };

it.each([
  { name: "whole blobs", options: {} },
  { name: "blobs in parts", options: { chunkBytes: 10_000 } },
])("pushes $name, each once", async ({ options }) => {
  await using folder = await temporaryFolder();
  const registry = await startFakeRegistry();
  try {
    const written = await writeOciLayout(folder.path, { ref: "x", images: [sampleImage({}, 50_000)] });
    const reference = `${registry.host}/a/b:1`;
    expect(await pushImage(folder.path, reference, options)).toBe(written.entries[0]?.digest);
    const source = await openImageSource(reference);
    const image = await source.resolve(amd64);
    expect(image.imageDigest).toBe(written.images[0]?.imageDigest);
    for (const layer of image.layers)
      expect(await collect(await source.openLayer(layer))).toHaveLength(layer.size);
    await source.close();
    registry.requests.length = 0;
    await pushImage(`oci-dir:${folder.path}`, reference, options);
    expect(registry.requests.filter(({ url }) => url.includes("uploads"))).toEqual([]);
  } finally {
    await registry.close();
  }
});

it("pushes again what a broken upload left behind, and answers challenges", async () => {
  await using folder = await temporaryFolder();
  const registry = await startFakeRegistry();
  let broken = 0;
  registry.intercept = (request, response) => {
    if (request.headers.authorization === undefined) {
      request.resume();
      fail(response, 401, "UNAUTHORIZED", { "www-authenticate": "Basic" });
      return true;
    }
    if (request.method !== "PUT" || broken++ > 0) return false;
    request.socket.destroy();
    return true;
  };
  try {
    await writeDockerArchive(join(folder.path, "d.tar"), sampleImage({ ref: "x:1" }));
    const settings = { credentials: [{ pattern: registry.host, username: "u", password: "p" }] };
    const digest = await pushImage(`docker-archive:${join(folder.path, "d.tar")}`, `${registry.host}/d`, {
      registry: settings,
      ports: fakePorts(),
    });
    const source = await openImageSource(`${registry.host}/d@${digest}`, { registry: settings });
    expect((await source.resolve(amd64)).imageDigest).toBe(digest);
    await source.close();
  } finally {
    await registry.close();
  }
});

it("refuses a digest that is not the image's", async () => {
  await using folder = await temporaryFolder();
  await writeOciLayout(folder.path, sampleImage());
  await expect(pushImage(folder.path, `localhost:1/a@sha256:${"0".repeat(64)}`)).rejects.toThrow(
    "cannot be pushed as",
  );
});

it("fetches artifacts with annotations and verified layers", async () => {
  await using folder = await temporaryFolder();
  const registry = await startFakeRegistry();
  try {
    await writeOciLayout(folder.path, sampleImage({ annotations: { "org.example.note": "x" } }));
    const digest = registry.serve(folder.path, "feed", "1");
    for (const target of [`${registry.host}/feed:1`, `oci-dir:${folder.path}`]) {
      const artifact = await fetchArtifact(target);
      expect(artifact).toMatchObject({
        digest,
        artifactType: "application/vnd.oci.image.config.v1+json",
        annotations: { "org.example.note": "x" },
      });
      for (const layer of artifact.layers) expect(await collect(await layer.open())).toHaveLength(layer.size);
      expect((await collect(await artifact.config.open())).toString()).toContain("diff_ids");
      await artifact.close();
    }
    await writeOciLayout(folder.path, { images: [sampleImage()] });
    await expect(fetchArtifact(`oci-dir:${folder.path}`)).rejects.toThrow("is an index of several manifests");
  } finally {
    await registry.close();
  }
});
