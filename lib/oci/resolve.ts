// SPDX-License-Identifier: Apache-2.0
/**
 * From a manifest or index to one image: platform choice, config, layers paired with diff ids.
 * Follows OCI image-spec v1.1 (image-index.md, config.md).
 */
import type { Digest, ImageDigest, LayerDigest } from "../digest.ts";
import type { Content } from "./content.ts";
import { ociErrors } from "./errors.ts";
import { MAX_CONFIG_BYTES, parseImageConfig } from "./image-config.ts";
import type { Descriptor, Index, Manifest, ManifestDocument } from "./manifest.ts";
import { isImageConfig, manifestKind } from "./media-types.ts";
import { choosePlatform, formatPlatform, platformFit } from "./platform.ts";
import type { LayerDescriptor, Platform, ResolvedImage } from "./types.ts";
import { collect } from "./verify.ts";

const MAX_INDEX_DEPTH = 4;
const MAX_CONFIGS_READ = 16;
/** Indexes and manifests opened for one image; nested wide indexes would ask for millions. */
const MAX_DOCUMENTS = 128;

/** An image manifest, and the index that led to it. */
interface Chosen {
  readonly manifest: Manifest;
  readonly digest: Digest;
  readonly indexDigest?: Digest;
}

/**
 * A reference to an index gives the entry that fits `platform` best; one to a plain manifest gives that image, whatever
 * its platform: the result says which it is.
 * @throws MANIFEST_INVALID, PLATFORM_MISSING and what the content throws
 */
export async function resolveImage(
  content: Content,
  reference: string,
  platform: Platform,
): Promise<ResolvedImage> {
  const root = await content.root(platform);
  const chosen = await choose(bounded(content), root, platform, 0);
  const { config, diffIds, platform: found } = await readConfig(content, chosen.manifest, chosen.digest);
  return {
    imageDigest: chosen.digest as ImageDigest,
    ...(chosen.indexDigest === undefined ? {} : { indexDigest: chosen.indexDigest }),
    reference,
    platform: found,
    config,
    layers: pairLayers(chosen, diffIds, content.description),
  };
}

/** The same content, which refuses to open more documents than any real image needs. */
function bounded(content: Content): Content {
  let opened = 0;
  return {
    ...content,
    manifest: (blob) => {
      if (++opened <= MAX_DOCUMENTS) return content.manifest(blob);
      const why = `its indexes lead to more than ${MAX_DOCUMENTS} manifests`;
      return Promise.reject(ociErrors.make("MANIFEST_INVALID", `${content.description}: ${why}`));
    },
  };
}

async function choose(
  content: Content,
  document: ManifestDocument,
  platform: Platform,
  depth: number,
): Promise<Chosen> {
  if (document.content.kind === "manifest") return { manifest: document.content, digest: document.digest };
  if (depth >= MAX_INDEX_DEPTH) {
    throw ociErrors.make(
      "MANIFEST_INVALID",
      `${content.description}: indexes nest deeper than ${MAX_INDEX_DEPTH}`,
    );
  }
  for (const entry of await candidates(content, document.content, platform)) {
    try {
      const inner = await choose(content, await content.manifest(entry), platform, depth + 1);
      return { ...inner, indexDigest: document.digest };
    } catch (error) {
      if (!ociErrors.is(error, "PLATFORM_MISSING")) throw error;
    }
  }
  throw missing(content, document.content, platform);
}

/** Entries worth opening, best first: a named platform that fits, nested indexes, then images that name none. */
async function candidates(
  content: Content,
  index: Index,
  platform: Platform,
): Promise<readonly Descriptor[]> {
  const entries = index.manifests.filter((entry) => !isAttestation(entry));
  const fitting = choosePlatform(entries, platform);
  if (fitting !== undefined) return [fitting];
  const unnamed = entries.filter((entry) => entry.platform === undefined);
  const nested = unnamed.filter((entry) => manifestKind(entry.mediaType) === "index");
  const images = unnamed.filter((entry) => manifestKind(entry.mediaType) === "manifest");
  const only = images.length === 1 && entries.length === 1 ? images : [];
  return [...nested, ...(only.length > 0 ? only : await byConfig(content, images, platform))];
}

/** For entries without a platform the config tells. */
async function byConfig(
  content: Content,
  entries: readonly Descriptor[],
  platform: Platform,
): Promise<readonly Descriptor[]> {
  const fits: { entry: Descriptor; fit: number }[] = [];
  for (const entry of entries.slice(0, MAX_CONFIGS_READ)) {
    const document = await content.manifest(entry);
    if (document.content.kind !== "manifest" || !isImageConfig(document.content.config.mediaType)) continue;
    const { platform: have } = await readConfig(content, document.content, document.digest);
    const fit = platformFit(have, platform);
    if (fit > 0) fits.push({ entry, fit });
  }
  return fits.sort((a, b) => b.fit - a.fit).map(({ entry }) => entry);
}

async function readConfig(
  content: Content,
  manifest: Manifest,
  digest: Digest,
): Promise<ReturnType<typeof parseImageConfig>> {
  const { config } = manifest;
  const where = `config ${config.digest} of ${content.description}`;
  if (!isImageConfig(config.mediaType)) {
    const type = manifest.artifactType ?? config.mediaType;
    throw ociErrors.make(
      "MANIFEST_INVALID",
      `${content.description} (${digest}) is an artifact of type ${type}, not a container image`,
    );
  }
  if (config.size > MAX_CONFIG_BYTES) {
    throw ociErrors.make("MANIFEST_INVALID", `${where} is larger than ${MAX_CONFIG_BYTES} bytes`);
  }
  return parseImageConfig(await collect(await content.open(config)), where);
}

function pairLayers(
  { manifest, digest }: Chosen,
  diffIds: ReturnType<typeof parseImageConfig>["diffIds"],
  description: string,
): readonly LayerDescriptor[] {
  if (manifest.layers.length !== diffIds.length) {
    throw ociErrors.make(
      "MANIFEST_INVALID",
      `${description} (${digest}) has ${manifest.layers.length} layers but its config has ${diffIds.length} diff ids`,
    );
  }
  return diffIds.map((diffId, i) => {
    const layer = manifest.layers[i] as Descriptor;
    return { digest: layer.digest as LayerDigest, diffId, size: layer.size, mediaType: layer.mediaType };
  });
}

/** BuildKit stores attestations as entries of platform unknown/unknown. */
function isAttestation(entry: Descriptor): boolean {
  return (
    entry.platform?.os === "unknown" ||
    entry.annotations["vnd.docker.reference.type"] === "attestation-manifest"
  );
}

function missing(content: Content, index: Index, platform: Platform): Error {
  const entries = index.manifests.filter((entry) => !isAttestation(entry));
  const have = entries.flatMap((entry) =>
    entry.platform === undefined ? [] : [formatPlatform(entry.platform)],
  );
  const available = [...new Set(have)].sort();
  return ociErrors.make(
    "PLATFORM_MISSING",
    `${content.description} has no image for ${formatPlatform(platform)}; it has ${available.join(", ") || "none that name a platform"}`,
    { data: { platform: formatPlatform(platform), available } },
  );
}
