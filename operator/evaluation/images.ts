// SPDX-License-Identifier: Apache-2.0
/** What scans have found out, by any digest that names the image: of its manifest, or of an index. */
import { hexOf } from "#lib/digest.ts";
import type { Digest, ImageDigest } from "#lib/digest.ts";
import type { Catalog, CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";
import type { Sbom } from "#engines/scanner/index.ts";
import type { ImageDocument } from "../jobs/scan.ts";

/** From the digest of an index to the manifest that it leads to on our platform. */
export interface ImageAlias {
  readonly image: ImageDigest;
}

export interface ImageCatalog {
  readonly images: CatalogCollection<ImageDocument>;
  readonly aliases: CatalogCollection<ImageAlias>;
  find(digest: Digest): Promise<ImageDocument | undefined>;
  /** Remembers that the index leads to this manifest on our platform. */
  alias(index: Digest, image: ImageDigest): Promise<void>;
}

/** SBOMs over this size are refused rather than read into memory. */
const MAX_SBOM_BYTES = 256 * 1024 * 1024;

/** The canonical SBOM that a scan stored. @throws OBJECT_MISSING, OBJECT_CORRUPT, OBJECT_TOO_LARGE */
export async function readSbom(
  { artifacts }: ImageDocument,
  objects: ObjectStore,
  maxBytes = MAX_SBOM_BYTES,
): Promise<Sbom> {
  const artifact = artifacts.find(({ type }) => type === "sbom");
  const bytes = await objects.read(artifact?.key ?? "images/missing", maxBytes);
  return JSON.parse(Buffer.from(bytes).toString("utf8")) as Sbom;
}

export function imageCatalog(catalog: Catalog): ImageCatalog {
  const images = catalog.collection<ImageDocument>("images");
  const aliases = catalog.collection<ImageAlias>("image-aliases");
  return {
    images,
    aliases,
    find: async (digest) => {
      const alias = await aliases.get(hexOf(digest));
      return (await images.get(hexOf(alias?.body.image ?? digest)))?.body;
    },
    alias: async (index, image) => {
      await aliases.put(hexOf(index), { image });
    },
  };
}
