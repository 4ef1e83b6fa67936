// SPDX-License-Identifier: Apache-2.0
/** What scans have found out, by any digest that names the image: of its manifest, or of an index. */
import { hexOf } from "#lib/digest.ts";
import type { Digest, ImageDigest } from "#lib/digest.ts";
import type { Catalog, CatalogCollection } from "#lib/stores/ports.ts";
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
