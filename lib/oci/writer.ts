// SPDX-License-Identifier: Apache-2.0
/**
 * Writing images as OCI layouts, tars of them, and docker-archives: the same input gives the same bytes.
 * Follows OCI image-spec v1.1 (image-layout.md, manifest.md, config.md).
 */
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { canonicalJson } from "../canonical-json.ts";
import { hexOf } from "../digest.ts";
import type { DiffId, Digest, ImageDigest, LayerDigest } from "../digest.ts";
import { mediaTypes } from "./media-types.ts";
import type { LayerDescriptor, Platform } from "./types.ts";
import { storeBytes, storeLayer } from "./writing/blob-store.ts";
import type { Compression, StoredBlob, TarSource } from "./writing/blob-store.ts";
import { treeEntries, writeTar } from "./writing/tar.ts";

export interface LayerInput {
  readonly tar: TarSource;
  readonly compression?: Compression;
  /** History line of the config. */
  readonly createdBy?: string;
}

export interface ConfigInput {
  readonly created?: string;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** `NAME=value`. */
  readonly env?: readonly string[];
  readonly workingDir?: string;
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly exposedPorts?: readonly string[];
}

export interface ImageInput {
  readonly layers: readonly LayerInput[];
  readonly config?: ConfigInput;
  /** Default linux/amd64. */
  readonly platform?: Platform;
  /** Name in the layout's index (`org.opencontainers.image.ref.name`). */
  readonly ref?: string;
  /** Of the manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Several platforms behind one name. */
export interface IndexInput {
  readonly ref?: string;
  readonly images: readonly ImageInput[];
}

export interface WrittenImage {
  readonly imageDigest: ImageDigest;
  readonly configDigest: Digest;
  readonly platform: Platform;
  readonly layers: readonly LayerDescriptor[];
}

export interface WrittenLayout {
  /** In the order given, those of indexes in their places. */
  readonly images: readonly WrittenImage[];
  /** What index.json names, in the order given. */
  readonly entries: readonly { readonly ref?: string; readonly digest: Digest }[];
}

const REF_NAME = "org.opencontainers.image.ref.name";
const DEFAULT_PLATFORM: Platform = { os: "linux", architecture: "amd64" };
type Entry = StoredBlob & { annotations?: Record<string, string>; platform?: Platform };

/** Writes a layout into a folder, which is made where absent. */
export async function writeOciLayout(
  dir: string,
  input: ImageInput | IndexInput | readonly (ImageInput | IndexInput)[],
): Promise<WrittenLayout> {
  await mkdir(dir, { recursive: true });
  const images: WrittenImage[] = [];
  const entries: Entry[] = [];
  for (const item of "layers" in input || "images" in input ? [input] : input) {
    const stored =
      "images" in item ? await storeIndex(dir, item, images) : await storeImage(dir, item, images);
    entries.push(item.ref === undefined ? stored : { ...stored, annotations: { [REF_NAME]: item.ref } });
  }
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: entries };
  await writeFile(join(dir, "oci-layout"), canonicalJson({ imageLayoutVersion: "1.0.0" }));
  await writeFile(join(dir, "index.json"), canonicalJson(index));
  return {
    images,
    entries: entries.map(({ digest, annotations }) => {
      const ref = annotations?.[REF_NAME];
      return ref === undefined ? { digest } : { ref, digest };
    }),
  };
}

/** The same as one tar file. */
export async function writeOciArchive(
  file: string,
  input: Parameters<typeof writeOciLayout>[1],
): Promise<WrittenLayout> {
  return throughFolder(file, async (folder) => {
    const written = await writeOciLayout(folder, input);
    await writeTarFile(file, treeEntries(folder, { owner: { uid: 0, gid: 0 }, defaultModes: true }));
    return written;
  });
}

/** The shape of `docker save`, with one image for each input; `ref` becomes its tag. */
export async function writeDockerArchive(
  file: string,
  input: ImageInput | readonly ImageInput[],
): Promise<readonly WrittenImage[]> {
  return throughFolder(file, async (folder) => {
    const inputs = "layers" in input ? [input] : input;
    const images: WrittenImage[] = [];
    const saved = [];
    for (const image of inputs) {
      const layers = image.layers.map((layer) => ({
        ...layer,
        compression: layer.compression ?? ("none" as const),
      }));
      await storeImage(folder, { ...image, layers }, images);
      const written = images.at(-1) as WrittenImage;
      saved.push({
        Config: `blobs/sha256/${hexOf(written.configDigest)}`,
        RepoTags: image.ref === undefined ? null : [image.ref],
        Layers: written.layers.map((layer) => `blobs/sha256/${hexOf(layer.digest)}`),
      });
    }
    await writeFile(join(folder, "manifest.json"), canonicalJson(saved));
    await writeTarFile(file, treeEntries(folder, { owner: { uid: 0, gid: 0 }, defaultModes: true }));
    return images;
  });
}

export async function writeTarFile(file: string, entries: Parameters<typeof writeTar>[0]): Promise<void> {
  await pipeline(Readable.from(writeTar(entries), { objectMode: false }), createWriteStream(file));
}

async function throughFolder<T>(file: string, write: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const folder = await mkdtemp(`${file}.parts-`);
  try {
    return await write(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function storeIndex(dir: string, input: IndexInput, images: WrittenImage[]): Promise<Entry> {
  const manifests: Entry[] = [];
  for (const image of input.images) {
    const stored = await storeImage(dir, image, images);
    manifests.push({ ...stored, platform: image.platform ?? DEFAULT_PLATFORM });
  }
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  return storeBytes(dir, Buffer.from(canonicalJson(index)), mediaTypes.ociIndex);
}

async function storeImage(dir: string, input: ImageInput, images: WrittenImage[]): Promise<Entry> {
  const platform = input.platform ?? DEFAULT_PLATFORM;
  const layers: (StoredBlob & { readonly diffId: DiffId })[] = [];
  for (const layer of input.layers)
    layers.push(await storeLayer(dir, layer.tar, layer.compression ?? "gzip"));
  const config = await storeBytes(
    dir,
    Buffer.from(
      canonicalJson(
        configOf(
          input,
          platform,
          layers.map(({ diffId }) => diffId),
        ),
      ),
    ),
    mediaTypes.ociConfig,
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config,
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    annotations: input.annotations,
  };
  const stored = await storeBytes(dir, Buffer.from(canonicalJson(manifest)), mediaTypes.ociManifest);
  images.push({
    imageDigest: stored.digest as ImageDigest,
    configDigest: config.digest,
    platform,
    layers: layers.map((layer) => ({ ...layer, digest: layer.digest as LayerDigest })),
  });
  return stored;
}

function configOf(input: ImageInput, platform: Platform, diffIds: readonly DiffId[]): unknown {
  const { config = {} } = input;
  const created = config.created ?? "1970-01-01T00:00:00Z";
  return {
    created,
    ...platform,
    config: {
      Entrypoint: config.entrypoint,
      Cmd: config.cmd,
      Env: config.env,
      WorkingDir: config.workingDir,
      User: config.user,
      Labels: config.labels,
      ExposedPorts: config.exposedPorts && Object.fromEntries(config.exposedPorts.map((port) => [port, {}])),
    },
    rootfs: { type: "layers", diff_ids: diffIds },
    history: input.layers.map(({ createdBy }) => ({ created, created_by: createdBy })),
  };
}
