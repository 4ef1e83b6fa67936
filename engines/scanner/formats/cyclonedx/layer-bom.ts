// SPDX-License-Identifier: Apache-2.0
/**
 * A layer's facts as a CycloneDX 1.6 document, which the documents of all images with that layer can link to.
 * Source: https://cyclonedx.org/capabilities/bomlink/
 */
import { createHash } from "node:crypto";
import { hexOf } from "#lib/digest.ts";
import type { Fragment } from "../../facts.ts";
import { layerInventory, layerSerial } from "../layer-inventory.ts";
import { toolPart } from "./parts.ts";
import { cycloneDxText, documentOf, withSerial, type LayerBomLink } from "./to-cyclonedx.ts";
import type { CycloneDx } from "./types.ts";

/** A function of the fragment alone: no version of the product, no time, no name of an image. */
export function layerBom(fragment: Fragment): CycloneDx {
  const { diffId, analyzers } = fragment;
  const document = documentOf(layerInventory(fragment), {
    tool: toolPart(undefined),
    subject: {
      type: "file",
      "bom-ref": `layer:${diffId}`,
      name: diffId,
      hashes: [{ alg: "SHA-256", content: hexOf(diffId) }],
    },
    links: [],
  });
  return withSerial(document, layerSerial(diffId, analyzers));
}

/** How an image's document names this one. */
export function layerBomLink({ diffId }: Fragment, bom: CycloneDx): Required<LayerBomLink> {
  const sha256 = createHash("sha256").update(cycloneDxText(bom)).digest("hex");
  return { diffId, serialNumber: bom.serialNumber, sha256 };
}
