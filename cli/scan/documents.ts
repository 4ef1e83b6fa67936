// SPDX-License-Identifier: Apache-2.0
/** A scan as the formats that people ask for. */
import { renderTable } from "#engines/evaluation/index.ts";
import type { ReportDocument } from "#engines/evaluation/index.ts";
import {
  cycloneDxProtobuf,
  cycloneDxText,
  imageBomIndex,
  layerBom,
  layerSerial,
  layerSpdx,
  layerSpdxLink,
  spdxText,
  toCycloneDx,
  toSpdx,
} from "#engines/scanner/index.ts";
import type { CycloneDx, SbomView, ScanResult, Spdx } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { hexOf } from "#lib/digest.ts";
import manifest from "../../package.json" with { type: "json" };
import { isColorful, terminalWidth } from "../output.ts";
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
    case "cyclonedx-json":
      return cycloneDxText(cycloneDxOf(scanned, options));
    case "cyclonedx-pb":
      return cycloneDxProtobuf(cycloneDxOf(scanned, options));
    case "spdx-json":
      return spdxText(spdxOf(scanned, options));
    case "bom-index":
      return imageBomIndex(scanned.sbom);
    case "layer-sboms":
      return ""; // a folder, see `layerDocuments`
  }
}

function tableOf(report: ReportDocument, { all, wide, isForStdout }: DocumentOptions): string {
  return renderTable(report, {
    width: terminalWidth(),
    color: isForStdout && isColorful(process.stdout),
    wide,
    all,
  });
}

/** Each layer's own document is linked to; `layer-sboms` writes them. */
function cycloneDxOf({ sbom }: ScanResult, { imageName, view }: DocumentOptions): CycloneDx {
  const layerBoms = sbom.layers.map(({ diffId }) => ({
    diffId,
    serialNumber: layerSerial(diffId, sbom.analyzers),
  }));
  return toCycloneDx(sbom, { imageName, view, layerBoms, toolVersion: manifest.version });
}

function spdxOf({ sbom, resolved, fragments }: ScanResult, { imageName, view }: DocumentOptions): Spdx {
  const { created } = resolved.config;
  const layerDocuments = fragments.map((fragment) => layerSpdxLink(fragment, layerSpdx(fragment)));
  return toSpdx(sbom, {
    imageName,
    view,
    layerDocuments,
    toolVersion: manifest.version,
    ...(created === undefined ? {} : { timestamp: created }),
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
