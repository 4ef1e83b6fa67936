// SPDX-License-Identifier: Apache-2.0
/** A scan as the formats that people ask for. */
import { renderTable } from "#engines/evaluation/index.ts";
import type { ReportDocument } from "#engines/evaluation/index.ts";
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
import { canonicalJson } from "#lib/canonical-json.ts";
import { hexOf } from "#lib/digest.ts";
import manifest from "../../package.json" with { type: "json" };
import { isColorful, terminalWidth } from "../output.ts";
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

/** Formats that say what is in the image and nothing of what is known about it. */
export const isInventory = (format: Format): boolean => format !== "table" && format !== "json";

/** @param report needed for `table` and `json` */
export function documentOf(
  format: Format,
  scanned: ScanResult,
  report: ReportDocument | undefined,
  options: DocumentOptions,
): string | Uint8Array {
  switch (format) {
    case "table":
      return report ? tableOf(report, options) : "";
    case "json":
      return report ? `${canonicalJson(report)}\n` : "";
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

function tableOf(report: ReportDocument, { all, wide, isForStdout }: DocumentOptions): string {
  return renderTable(report, {
    width: terminalWidth(),
    color: isForStdout && isColorful(process.stdout),
    wide,
    all,
  });
}

/** File names and contents: a document of each layer in both formats, which the image's documents link to. */
export function* layerDocuments({ fragments }: ScanResult): Generator<{ name: string; text: string }> {
  for (const fragment of new Map(fragments.map((each) => [each.diffId, each])).values()) {
    const name = hexOf(fragment.diffId);
    yield { name: `${name}.cdx.json`, text: cycloneDxText(layerBom(fragment)) };
    yield { name: `${name}.spdx.json`, text: spdxText(layerSpdx(fragment)) };
  }
}
