// SPDX-License-Identifier: Apache-2.0
/** An SBOM file as the result of a scan that read no layer. */
import { readSbom } from "#engines/scanner/index.ts";
import type { ReadSbomOptions, ScanResult } from "#engines/scanner/index.ts";
import { digestOf } from "#lib/digest.ts";
import type { DiffId } from "#lib/digest.ts";
import { emptyImageConfig } from "#lib/oci/image-config.ts";
import { readStdin, readText } from "../files.ts";

/** @param file `-` is stdin. @throws SBOM_INVALID, FILE_MISSING, FILE_TOO_LARGE */
export async function readScan(file: string, options: ReadSbomOptions): Promise<ScanResult> {
  const text = await (file === "-" ? readStdin() : readText(file));
  const sbom = readSbom(text, options);
  const { imageDigest, platform } = sbom;
  const itself = digestOf<DiffId>(text); // stands for the layers that it does not name
  const layers = sbom.layers.filter(({ diffId }) => diffId !== itself);
  return {
    sbom,
    resolved: {
      imageDigest,
      platform,
      reference: `sbom:${file}`,
      config: emptyImageConfig(platform),
      layers: layers.map((layer) => ({ ...layer, mediaType: "" })),
    },
    fragments: [],
    counters: { layers: layers.length, cached: 0, analyzed: 0, bytes: 0 },
  };
}
