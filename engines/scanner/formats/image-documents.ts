// SPDX-License-Identifier: Apache-2.0
/** The documents of a scanned image, with what ties them to the image's time and to the documents of its layers. */
import type { ScanResult } from "../scan-image.ts";
import { toCycloneDx } from "./cyclonedx/to-cyclonedx.ts";
import type { CycloneDx } from "./cyclonedx/types.ts";
import type { DocumentMeta } from "./document.ts";
import { layerSerial } from "./layer-inventory.ts";
import { layerSpdx, layerSpdxLink } from "./spdx/layer-spdx.ts";
import { toSpdx } from "./spdx/to-spdx.ts";
import type { Spdx } from "./spdx/types.ts";

/** Links to each layer's own document by its serial number (BOM-Link); of another tool's SBOM there are none. */
export function imageCycloneDx({ sbom }: Pick<ScanResult, "sbom">, meta: DocumentMeta): CycloneDx {
  const layers = Object.keys(sbom.analyzers).length > 0 ? sbom.layers : [];
  const layerBoms = layers.map(({ diffId }) => ({
    diffId,
    serialNumber: layerSerial(diffId, sbom.analyzers),
  }));
  return toCycloneDx(sbom, { ...meta, layerBoms });
}

/** Refers to each layer's own document by its digest; `created` is the image's. */
export function imageSpdx(
  { sbom, resolved, fragments }: Pick<ScanResult, "sbom" | "resolved" | "fragments">,
  meta: DocumentMeta,
): Spdx {
  const { created } = resolved.config;
  const layerDocuments = fragments.map((fragment) => layerSpdxLink(fragment, layerSpdx(fragment)));
  return toSpdx(sbom, { ...(created === undefined ? {} : { timestamp: created }), ...meta, layerDocuments });
}
