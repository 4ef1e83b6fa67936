// SPDX-License-Identifier: Apache-2.0
/** The documents that a scan leaves behind: the SBOM as evaluation reads it, and the formats that others ask for. */
import type { ScanArtifact } from "#controllers/scan/index.ts";
import {
  cycloneDxProtobuf,
  cycloneDxText,
  imageBomIndex,
  imageCycloneDx,
  imageSpdx,
  spdxText,
} from "#engines/scanner/index.ts";
import type { SbomView, ScanResult } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";

export interface ScanDocument {
  readonly type: ScanArtifact["type"];
  /** File name below the image's folder. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** The canonical SBOM first. @param imageName how the documents call the image */
export function* scanDocuments(
  scanned: ScanResult,
  imageName: string,
  toolVersion: string,
): Generator<ScanDocument> {
  yield { type: "sbom", name: "sbom.json", content: canonicalJson(scanned.sbom) };
  yield { type: "bom-index", name: "bom-index.bin", content: imageBomIndex(scanned.sbom) };
  for (const view of ["inventory", "usage"] as const)
    yield* viewDocuments(scanned, view, imageName, toolVersion);
}

function* viewDocuments(
  scanned: ScanResult,
  view: SbomView,
  imageName: string,
  toolVersion: string,
): Generator<ScanDocument> {
  const meta = { imageName, toolVersion, view };
  const bom = imageCycloneDx(scanned, meta);
  const prefix = view === "usage" ? "usage-" : "";
  yield { type: `${prefix}cyclonedx-json`, name: `${view}.cdx.json`, content: cycloneDxText(bom) };
  yield { type: `${prefix}cyclonedx-pb`, name: `${view}.cdx.pb`, content: cycloneDxProtobuf(bom) };
  yield {
    type: `${prefix}spdx-json`,
    name: `${view}.spdx.json`,
    content: spdxText(imageSpdx(scanned, meta)),
  };
}
