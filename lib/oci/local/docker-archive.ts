// SPDX-License-Identifier: Apache-2.0
/**
 * Archives of `docker save`: manifest.json, configs and layer tars (Docker image spec v1.2, "Combined Image JSON +
 * Filesystem Changeset Format"). They hold no manifest, so one is made; see `manifestOf`.
 */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { canonicalJson } from "../../canonical-json.ts";
import { isDigest } from "../../digest.ts";
import type { Digest } from "../../digest.ts";
import type { Content } from "../content.ts";
import { ociErrors } from "../errors.ts";
import { parseImageConfig } from "../image-config.ts";
import { asArray, asObject, asString, stringList } from "../json-fields.ts";
import type { Fail } from "../json-fields.ts";
import { parseManifest } from "../manifest.ts";
import type { ManifestDocument } from "../manifest.ts";
import { mediaTypes } from "../media-types.ts";
import { formatReference, parseReference } from "../reference.ts";
import type { LayerFile } from "../types.ts";
import { readFileRange } from "./file-range.ts";
import { blobAccess, readSmall } from "./layout.ts";
import { indexTar } from "./tar-index.ts";
import type { TarIndex } from "./tar-index.ts";

const MAX_IMAGES = 1000;
const MAX_LAYERS = 1000;

interface SavedImage {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/**
 * @param name a tag (`app:1`), or `@sha256:...` of a config, when the archive holds several images
 * @throws IMAGE_MISSING, ARCHIVE_INVALID, MANIFEST_INVALID
 */
export async function openDockerArchive(path: string, name: string | undefined): Promise<Content> {
  const description = `docker-archive:${path}`;
  const index = await indexTar(path);
  const image = chooseImage(await readManifestJson(index, description), name, description);
  const blobs = new Map<Digest, LayerFile>();
  const document = await manifestOf(index, image, description, blobs);
  return {
    description,
    root: () => Promise.resolve(document),
    manifest: () => Promise.resolve(document),
    ...blobAccess(description, (digest) => blobs.get(digest)),
    close: () => Promise.resolve(),
  };
}

async function readManifestJson(index: TarIndex, description: string): Promise<readonly SavedImage[]> {
  const fail: Fail = (why) => ociErrors.make("ARCHIVE_INVALID", `manifest.json of ${description}: ${why}`);
  if (index.find("manifest.json") === undefined && index.find("oci-layout") !== undefined) {
    throw ociErrors.make(
      "ARCHIVE_INVALID",
      `${description} has no manifest.json; it looks like an oci-archive`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse((await readSmall(index.find, "manifest.json", description)).toString("utf8"));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw fail("is not JSON");
    throw cause;
  }
  return asArray(value, "the document", MAX_IMAGES, fail).map((item, i) => {
    const image = asObject(item, `[${i}]`, fail);
    return {
      config: asString(image["Config"], `[${i}].Config`, fail),
      tags: stringList(image["RepoTags"], `[${i}].RepoTags`, MAX_IMAGES, fail),
      layers: stringList(image["Layers"], `[${i}].Layers`, MAX_LAYERS, fail),
    };
  });
}

function chooseImage(
  images: readonly SavedImage[],
  name: string | undefined,
  description: string,
): SavedImage {
  const wanted = name === undefined || isDigest(name) ? name : (canonical(name) ?? name);
  const found =
    wanted === undefined
      ? images
      : images.filter((image) =>
          isDigest(wanted)
            ? image.config.includes(wanted.slice("sha256:".length))
            : image.tags.some((tag) => canonical(tag) === wanted),
        );
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const names = images.flatMap((image) => (image.tags.length > 0 ? image.tags : [image.config])).sort();
  const why =
    first === undefined
      ? `no image${name === undefined ? "" : ` named ${JSON.stringify(name)}`}`
      : "several images";
  throw ociErrors.make(
    "IMAGE_MISSING",
    `${description} has ${why}; name one by ":TAG" behind the path: ${names.join(", ") || "there is none"}`,
    { data: { names } },
  );
}

function canonical(tag: string): string | undefined {
  try {
    return formatReference(parseReference(tag));
  } catch {
    return undefined;
  }
}

/**
 * The image's identity where no registry gave one: an OCI manifest in canonical JSON with `schemaVersion`, `mediaType`,
 * `config` and `layers` (each `mediaType`, `digest`, `size`) of the bytes as the archive stores them. The same config
 * and layers give the same digest on every machine; it differs from the digest that a registry gives after a push.
 */
async function manifestOf(
  index: TarIndex,
  image: SavedImage,
  description: string,
  blobs: Map<Digest, LayerFile>,
): Promise<ManifestDocument> {
  const configBytes = await readSmall(index.find, image.config, description);
  const { diffIds } = parseImageConfig(configBytes, `${image.config} of ${description}`);
  if (diffIds.length !== image.layers.length) {
    throw ociErrors.make(
      "MANIFEST_INVALID",
      `${description} has ${image.layers.length} layers but its config has ${diffIds.length} diff ids`,
    );
  }
  const layers: { mediaType: string; digest: Digest; size: number }[] = [];
  for (const [i, path] of image.layers.entries()) {
    const file = index.find(path);
    if (file === undefined) throw ociErrors.make("BLOB_MISSING", `layer ${path} is not in ${description}`);
    const gzip = await isGzip(file);
    const digest = gzip ? await hashFile(file) : (diffIds[i] as Digest);
    layers.push({ mediaType: gzip ? mediaTypes.ociLayerGzip : mediaTypes.ociLayer, digest, size: file.size });
    blobs.set(digest, file);
  }
  const configFile = index.find(image.config) as LayerFile;
  const configDigest = await hashFile(configFile);
  blobs.set(configDigest, configFile);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: configDigest, size: configFile.size },
    layers,
  };
  return parseManifest(
    Buffer.from(canonicalJson(manifest)),
    mediaTypes.ociManifest,
    `manifest of ${description}`,
  );
}

async function isGzip(file: LayerFile): Promise<boolean> {
  const handle = await open(file.path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, Math.min(2, file.size), file.offset);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

async function hashFile(file: LayerFile): Promise<Digest> {
  const hash = createHash("sha256");
  for await (const chunk of readFileRange(file)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}
