// SPDX-License-Identifier: Apache-2.0
/**
 * A layer's facts as an SPDX 2.3 document, which the documents of all images with that layer can refer to
 * (SPDX 2.3, section 6.6, External document references).
 */
import { createHash } from "node:crypto";
import { hexOf } from "#lib/digest.ts";
import type { Fragment } from "../../facts.ts";
import { layerInventory, layerUuid } from "../layer-inventory.ts";
import { unasserted } from "./packages.ts";
import { LAYER, NOT_KNOWN, documentOf, spdxText, withNamespace, type LayerSpdxLink } from "./to-spdx.ts";
import type { Spdx } from "./types.ts";

/** A function of the fragment alone: no version of the product, no time, no name of an image. */
export function layerSpdx(fragment: Fragment): Spdx {
  const { diffId, analyzers } = fragment;
  const document = documentOf(layerInventory(fragment), {
    name: diffId,
    created: NOT_KNOWN,
    creator: "Tool: stella",
    subject: () => ({
      SPDXID: LAYER,
      name: diffId,
      ...unasserted,
      checksums: [{ algorithm: "SHA256", checksumValue: hexOf(diffId) }],
      primaryPackagePurpose: "ARCHIVE",
    }),
    layers: [],
  });
  return withNamespace(document, layerUuid(diffId, analyzers));
}

/** How an image's document refers to this one. */
export function layerSpdxLink({ diffId }: Fragment, document: Spdx): LayerSpdxLink {
  const sha1 = createHash("sha1").update(spdxText(document)).digest("hex");
  return { diffId, namespace: document.documentNamespace, sha1 };
}
