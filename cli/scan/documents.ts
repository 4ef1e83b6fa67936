// SPDX-License-Identifier: Apache-2.0
/** A scan as the formats that people ask for. */
import {
  cycloneDxProtobuf,
  cycloneDxText,
  imageBomIndex,
  imageCycloneDx,
  imageSpdx,
  layerBom,
  layerSpdx,
  spdxText,
} from "#engines/scanner/index.ts";
import type { DocumentMeta, SbomView, ScanResult } from "#engines/scanner/index.ts";
import { hexOf } from "#lib/digest.ts";
import manifest from "../../package.json" with { type: "json" };
import { terminalWidth } from "../output.ts";
import { packagesTable } from "./packages-table.ts";
import type { Format } from "../verbs/scan.ts";

export interface DocumentOptions {
  readonly imageName: string;
  readonly view: SbomView;
  readonly all: boolean;
  readonly wide: boolean;
  /** Whether it goes to a terminal's stdout, and may be coloured and cut to its width. */
  readonly isForStdout: boolean;
}

/** Formats that say what is known about what is in the image. */
export type JudgedFormat = Extract<Format, "table" | "json" | "sarif">;

/** Formats that say what is in the image and nothing of what is known about it. */
export type InventoryFormat = Exclude<Format, JudgedFormat>;

export const isInventory = (format: Format): format is InventoryFormat =>
  format !== "table" && format !== "json" && format !== "sarif";

export function documentOf(
  format: InventoryFormat,
  scanned: ScanResult,
  options: DocumentOptions,
): string | Uint8Array {
  switch (format) {
    case "packages":
      return packagesTable(scanned, options.view, { width: terminalWidth(), wide: options.wide });
    case "cyclonedx-json":
      return cycloneDxText(imageCycloneDx(scanned, metaOf(options)));
    case "cyclonedx-pb":
      return cycloneDxProtobuf(imageCycloneDx(scanned, metaOf(options)));
    case "spdx-json":
      return spdxText(imageSpdx(scanned, metaOf(options)));
    case "bom-index":
      return imageBomIndex(scanned.sbom);
    case "layer-sboms":
      return ""; // a folder, see `layerDocuments`
  }
}

const metaOf = ({ imageName, view }: DocumentOptions): DocumentMeta => ({
  imageName,
  view,
  toolVersion: manifest.version,
});

/** File names and contents: a document of each layer in both formats, which the image's documents link to. */
export function* layerDocuments({ fragments }: ScanResult): Generator<{ name: string; text: string }> {
  for (const fragment of new Map(fragments.map((each) => [each.diffId, each])).values()) {
    const name = hexOf(fragment.diffId);
    yield { name: `${name}.cdx.json`, text: cycloneDxText(layerBom(fragment)) };
    yield { name: `${name}.spdx.json`, text: spdxText(layerSpdx(fragment)) };
  }
}
