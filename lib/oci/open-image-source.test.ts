// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { copyFile, readFile, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf, hexOf } from "../digest.ts";
import { openImageSource } from "./open-image-source.ts";
import { startFakeRegistry } from "./testing/fake-registry.ts";
import type { FakeRegistry } from "./testing/fake-registry.ts";
import { sampleImage, temporaryFolder } from "./testing/support.ts";
import type { LayerDescriptor, ResolvedImage, SharedImageSource } from "./types.ts";
import { collect } from "./verify.ts";
import { writeDockerArchive, writeOciArchive, writeOciLayout, writeTarFile } from "./writer.ts";
import type { WrittenLayout } from "./writer.ts";
import { tarBytes, treeEntries } from "./writing/tar.ts";

const amd64 = { os: "linux", architecture: "amd64" };
const arm64 = { os: "linux", architecture: "arm64" };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let registry: FakeRegistry;
const at = (name: string): string => join(folder.path, name);
const code = (value: string): Error => expect.objectContaining({ code: value }) as Error;

async function resolve(target: string, platform = amd64): Promise<ResolvedImage> {
  const source = await openImageSource(target);
  try {
    return await source.resolve(platform);
  } finally {
    await source.close();
  }
}

beforeAll(async () => {
  folder = await temporaryFolder();
  registry = await startFakeRegistry();
});
afterAll(async () => {
  await registry.close();
  await folder[Symbol.asyncDispose]();
});

describe("one image from every source", () => {
  let written: WrittenLayout;
  beforeAll(async () => {
    const input = sampleImage({ ref: "r.example/team/app:1" }, 2_500_000);
    written = await writeOciLayout(at("layout"), input);
    await writeOciArchive(at("oci.tar"), input);
    await writeDockerArchive(at("docker.tar"), input);
    registry.serve(at("layout"), "app", "1");
  });

  const targets = (): string[] => [
    `oci-dir:${at("layout")}`,
    `oci-archive:${at("oci.tar")}`,
    `${registry.host}/app:1`,
  ];

  it("is the same image", async () => {
    for (const target of targets()) {
      const image = await resolve(target);
      expect(image).toMatchObject({
        imageDigest: written.images[0]?.imageDigest,
        reference: target,
        platform: amd64,
      });
      expect(image.config).toMatchObject({
        entrypoint: ["/app"],
        env: ["PATH=/bin"],
        cmd: [],
        labels: {},
        user: "",
      });
      expect(image.layers).toEqual(
        written.images[0]?.layers.map(({ digest, diffId, size, mediaType }) => ({
          digest,
          diffId,
          size,
          mediaType,
        })),
      );
      expect(image.indexDigest).toBeUndefined();
    }
  });

  it("has a digest of its own in a docker-archive, the same each time", async () => {
    const one = await resolve(`docker-archive:${at("docker.tar")}`);
    const two = await resolve(`docker-archive:${at("docker.tar")}:r.example/team/app:1`);
    expect(one.imageDigest).toBe(two.imageDigest);
    expect(one.layers.map((layer) => layer.diffId)).toEqual(
      written.images[0]?.layers.map((layer) => layer.diffId),
    );
    expect(one.layers[0]?.digest).toBe(one.layers[0]?.diffId);
  });

  it("gives its layers verified, in this thread and in another", async () => {
    for (const target of [...targets(), `docker-archive:${at("docker.tar")}`]) {
      const source = await openImageSource(target);
      const { layers } = await source.resolve(amd64);
      for (const layer of layers) {
        expect(await collect(await source.openLayer(layer))).toHaveLength(layer.size);
        expect(await inWorker(source, layer)).toEqual({ bytes: layer.size });
      }
      expect(source.layerFile(layers[1] as LayerDescriptor)?.size).toBe(
        target.includes("/app:1") ? undefined : layers[1]?.size,
      );
      await source.close();
    }
  });

  it("gives local layers in chunks of a MiB", async () => {
    const source = await openImageSource(`oci-archive:${at("oci.tar")}`);
    const { layers } = await source.resolve(amd64);
    const sizes: number[] = [];
    for await (const chunk of await source.openLayer(layers[1] as LayerDescriptor)) sizes.push(chunk.length);
    expect(sizes.slice(0, 2)).toEqual([1_048_576, 1_048_576]);
  });
});

async function inWorker(source: SharedImageSource, layer: LayerDescriptor): Promise<unknown> {
  const workerData = { access: source.describeLayerAccess(layer), layer };
  const worker = new Worker(new URL("./testing/read-layer-worker.ts", import.meta.url), { workerData });
  // Both are awaited from the start: a worker that ends at once has its last message and its exit told in one go.
  const [said] = await Promise.all([once(worker, "message"), once(worker, "exit")]);
  return said[0];
}

describe("several platforms", () => {
  const variant = (architecture: string, content: string): ReturnType<typeof sampleImage> =>
    sampleImage({
      platform: { os: "linux", architecture },
      layers: [{ tar: tarBytes([{ path: "a", content }]) }],
    });

  it("are chosen from an index, with its digest", async () => {
    const images = [variant("amd64", "x"), variant("arm64", "y")];
    const written = await writeOciLayout(at("multi"), { ref: "m:1", images });
    registry.serve(at("multi"), "multi", "1");
    for (const target of [`oci-dir:${at("multi")}`, `${registry.host}/multi:1`]) {
      expect(await resolve(target, arm64)).toMatchObject({
        imageDigest: written.images[1]?.imageDigest,
        indexDigest: written.entries[0]?.digest,
        platform: arm64,
      });
      await expect(resolve(target, { os: "linux", architecture: "s390x" })).rejects.toThrow(
        "has no image for linux/s390x; it has linux/amd64, linux/arm64",
      );
    }
  });

  it("without platforms in the index are told apart by their configs", async () => {
    const written = await writeOciLayout(at("bare"), {
      images: [variant("amd64", "x"), variant("arm64", "y")],
    });
    const index = written.entries[0]?.digest ?? "";
    const blob = at(`bare/blobs/sha256/${index.slice(7)}`);
    const text = (await readFile(blob, "utf8")).replaceAll(/,"platform":\{[^}]*\}/g, "");
    registry.serve(at("bare"), "bare", "0");
    registry.manifests.set("bare/1", {
      bytes: Buffer.from(text),
      mediaType: "application/vnd.oci.image.index.v1+json",
    });
    expect((await resolve(`${registry.host}/bare:1`, arm64)).imageDigest).toBe(
      written.images[1]?.imageDigest,
    );
    await expect(
      resolve(`${registry.host}/bare:1`, { os: "windows", architecture: "amd64" }),
    ).rejects.toThrow(code("PLATFORM_MISSING"));
  });

  it("a single image is taken as it is", async () => {
    await writeOciLayout(at("single"), variant("arm64", "x"));
    expect((await resolve(`oci-dir:${at("single")}`, amd64)).platform).toEqual(arm64);
  });
});

describe("several images in one place", () => {
  beforeAll(async () => {
    const images = ["app:1", "app:2"].map((ref) => sampleImage({ ref, config: { user: ref } }));
    await writeOciLayout(at("two"), images);
    await writeOciArchive(at("two.tar"), images);
    await writeDockerArchive(at("two-docker.tar"), images);
  });

  it.each(["oci-dir:two", "oci-archive:two.tar", "docker-archive:two-docker.tar"])(
    "%s needs a name",
    async (target) => {
      const [kind = "", name = ""] = target.split(":");
      const path = `${kind}:${at(name)}`;
      expect((await resolve(`${path}:app:2`)).config.user).toBe("app:2");
      await expect(resolve(path)).rejects.toThrow("several images");
      await expect(resolve(path)).rejects.toThrow(/app:1, app:2$/);
      await expect(resolve(`${path}:app:3`)).rejects.toThrow(/no image named "app:3".*app:1, app:2/);
      await expect(resolve(`${path}:app:3`)).rejects.toThrow(code("IMAGE_MISSING"));
    },
  );

  it("may be named by digest", async () => {
    const index = JSON.parse(await readFile(at("two/index.json"), "utf8")) as {
      manifests: { digest: string }[];
    };
    const digest = index.manifests[1]?.digest ?? "";
    expect((await resolve(`oci-dir:${at("two")}@${digest}`)).imageDigest).toBe(digest);
  });
});

describe("docker-archive", () => {
  it("follows links between layers and takes gzip layers", async () => {
    const input = sampleImage({ ref: "a:1" });
    const gzip = input.layers.map((layer) => ({ ...layer, compression: "gzip" as const }));
    await writeDockerArchive(at("gz.tar"), { ...input, layers: gzip });
    const source = await openImageSource(`docker-archive:${at("gz.tar")}`);
    const image = await source.resolve(amd64);
    expect(image.layers[1]?.mediaType).toContain("gzip");
    expect(image.layers[1]?.digest).not.toBe(image.layers[1]?.diffId);
    expect(await collect(await source.openLayer(image.layers[1] as LayerDescriptor))).toHaveLength(
      image.layers[1]?.size ?? 0,
    );

    const layer = tarBytes([{ path: "a", content: "x" }]);
    const config = {
      os: "linux",
      architecture: "amd64",
      rootfs: { diff_ids: Array(2).fill(digestOf(layer)) },
    };
    await writeTarFile(at("old.tar"), [
      { path: "abc.json", content: JSON.stringify(config) },
      { path: "1/layer.tar", content: layer },
      { path: "2/layer.tar", type: "symlink", linkTarget: "../1/layer.tar" },
      {
        path: "manifest.json",
        content: JSON.stringify([
          { Config: "abc.json", RepoTags: null, Layers: ["1/layer.tar", "2/layer.tar"] },
        ]),
      },
    ]);
    const old = await openImageSource(`docker-archive:${at("old.tar")}`);
    for (const one of (await old.resolve(amd64)).layers)
      expect(await collect(await old.openLayer(one))).toEqual(layer);
  });

  it.each([
    {
      name: "no manifest.json",
      entries: [{ path: "x", content: "" }],
      why: "has no manifest.json",
      is: "ARCHIVE_INVALID",
    },
    {
      name: "a broken manifest.json",
      entries: [{ path: "manifest.json", content: "{" }],
      why: "is not JSON",
      is: "ARCHIVE_INVALID",
    },
    {
      name: "an OCI archive",
      entries: [{ path: "oci-layout", content: "{}" }],
      why: "looks like an oci-archive",
      is: "ARCHIVE_INVALID",
    },
    {
      name: "no image",
      entries: [{ path: "manifest.json", content: "[]" }],
      why: "has no image",
      is: "IMAGE_MISSING",
    },
    {
      name: "a missing layer",
      entries: [
        { path: "manifest.json", content: '[{"Config":"c","Layers":["l"]}]' },
        {
          path: "c",
          content: JSON.stringify({
            os: "linux",
            architecture: "amd64",
            rootfs: { diff_ids: [`sha256:${"0".repeat(64)}`] },
          }),
        },
      ],
      why: "layer l is not in",
      is: "BLOB_MISSING",
    },
  ])("with $name is refused", async ({ entries, why, is }) => {
    await writeTarFile(at("bad.tar"), entries);
    await expect(resolve(`docker-archive:${at("bad.tar")}`)).rejects.toThrow(code(is));
    await expect(resolve(`docker-archive:${at("bad.tar")}`)).rejects.toThrow(why);
  });
});

describe("damage", () => {
  it.each([
    { name: "no folder", target: "oci-dir:nowhere", is: "IMAGE_MISSING" },
    { name: "no archive", target: "oci-archive:nowhere", is: "IMAGE_MISSING" },
    { name: "no layout", target: "oci-dir:.", is: "ARCHIVE_INVALID" },
  ])("$name", async ({ target, is }) => {
    const [kind = "", name = ""] = target.split(":");
    await expect(resolve(`${kind}:${at(name)}`)).rejects.toThrow(code(is));
  });

  it("of a layer is found by whoever reads it", async () => {
    await writeOciLayout(at("hurt"), sampleImage());
    const source = await openImageSource(`oci-dir:${at("hurt")}`);
    const [small, large] = (await source.resolve(amd64)).layers as [LayerDescriptor, LayerDescriptor];
    const path = at(`hurt/blobs/sha256/${hexOf(large.digest)}`);
    await writeFile(path, Buffer.alloc(large.size));
    await expect(source.openLayer(large).then(collect)).rejects.toThrow(code("BLOB_DIGEST_MISMATCH"));
    expect(await inWorker(source, large)).toEqual({ code: "BLOB_DIGEST_MISMATCH" });
    await truncate(path, 10);
    await expect(source.openLayer(large)).rejects.toThrow(`has 10 bytes, not ${large.size}`);
    await rm(at(`hurt/blobs/sha256/${hexOf(small.digest)}`));
    await expect(source.openLayer(small)).rejects.toThrow(code("BLOB_MISSING"));
    expect(() => source.describeLayerAccess(small)).toThrow(code("BLOB_MISSING"));
    expect(source.layerFile(small)).toBeUndefined();
  });

  it("of an archive after it was opened is found too", async () => {
    await writeOciArchive(at("hurt.tar"), sampleImage());
    const source = await openImageSource(`oci-archive:${at("hurt.tar")}`);
    const layer = (await source.resolve(amd64)).layers[1] as LayerDescriptor;
    await truncate(at("hurt.tar"), (source.layerFile(layer)?.offset ?? 0) + 100);
    await expect(source.openLayer(layer).then(collect)).rejects.toThrow(
      `ended after 100 of ${layer.size} bytes`,
    );
  });

  it("an artifact is no image", async () => {
    await writeOciLayout(at("art"), sampleImage());
    const written = registry.serve(at("art"), "art", "1");
    const bytes = Buffer.from(registry.manifests.get(`art/${written}`)!.bytes)
      .toString()
      .replace("vnd.oci.image.config", "vnd.cncf.helm.config");
    registry.manifests.set("art/1", {
      bytes: Buffer.from(bytes),
      mediaType: "application/vnd.oci.image.manifest.v1+json",
    });
    await expect(resolve(`${registry.host}/art:1`)).rejects.toThrow("not a container image");
  });

  it("more layers than diff ids are refused", async () => {
    await writeOciLayout(at("odd"), sampleImage());
    const digest = registry.serve(at("odd"), "odd", "1");
    const manifest = JSON.parse(Buffer.from(registry.manifests.get(`odd/${digest}`)!.bytes).toString()) as {
      layers: unknown[];
    };
    manifest.layers.push(manifest.layers[0]);
    registry.manifests.set("odd/1", {
      bytes: Buffer.from(JSON.stringify(manifest)),
      mediaType: "application/vnd.oci.image.manifest.v1+json",
    });
    await expect(resolve(`${registry.host}/odd:1`)).rejects.toThrow(
      "has 3 layers but its config has 2 diff ids",
    );
  });
});

describe("writing", () => {
  it("gives the same bytes for the same input", async () => {
    for (const name of ["w1", "w2"]) {
      const inputs = [
        sampleImage({ ref: "a" }),
        sampleImage({ ref: "b", layers: [{ tar: tarBytes([]), compression: "zstd" as const }] }),
      ];
      await writeOciArchive(at(`${name}.tar`), inputs);
      await writeDockerArchive(at(`${name}-docker.tar`), inputs);
    }
    expect((await readFile(at("w1.tar"))).equals(await readFile(at("w2.tar")))).toBe(true);
    expect((await readFile(at("w1-docker.tar"))).equals(await readFile(at("w2-docker.tar")))).toBe(true);
    expect((await readdir(folder.path)).filter((name) => name.includes(".parts-"))).toEqual([]);
  });

  it("keeps names, links and modes of a tree", async () => {
    await writeOciLayout(at("tree"), sampleImage({ ref: "x" }));
    await rename(at("tree/index.json"), at("tree/z.json"));
    await copyFile(at("tree/z.json"), at("tree/a b.json"));
    const paths: string[] = [];
    for await (const entry of treeEntries(at("tree"), {
      prefix: "/opt/x",
      exclude: (path) => path === "blobs",
    }))
      paths.push(`${entry.type ?? "file"} ${entry.path}`);
    expect(paths).toEqual([
      "directory opt",
      "directory opt/x",
      "file opt/x/a b.json",
      "file opt/x/oci-layout",
      "file opt/x/z.json",
    ]);
  });
});
