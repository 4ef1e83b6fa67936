// SPDX-License-Identifier: Apache-2.0
/** One scan in a process of its own, as the benchmark measures it: `scan-once.ts TARGET CACHE_DIR OUTPUT`. */
import { writeFileSync } from "node:fs";
import { folderFragmentCache } from "#engines/scanner/adapters/folder-fragment-cache.ts";
import { layerWorkerPool } from "#engines/scanner/adapters/layer-workers.ts";
import { cycloneDxText, scanImage, toCycloneDx } from "#engines/scanner/index.ts";
import { openImageSource } from "#lib/oci/open-image-source.ts";

const [target = "", cacheDir = "", output = ""] = process.argv.slice(2);
const source = await openImageSource(target);
const layerWorkers = layerWorkerPool();
const { sbom, counters } = await scanImage(
  source,
  { os: "linux", architecture: "amd64" },
  { fragmentCache: folderFragmentCache(cacheDir), layerWorkers },
);
const bom = toCycloneDx(sbom, { imageName: "bench", toolVersion: "0" });
writeFileSync(output, cycloneDxText(bom));
await layerWorkers.close();
await source.close();
process.stdout.write(
  `${JSON.stringify({ ...counters, components: sbom.components.length, omissions: sbom.omissions.length })}\n`,
);
