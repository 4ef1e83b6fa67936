// SPDX-License-Identifier: Apache-2.0
/**
 * All images of a layout, one after the other in one process as a scanner in a cluster would: `scan-many.ts LAYOUT COUNT
 * CACHE_DIR`. Prints what was read, as JSON.
 */
import { folderFragmentCache } from "#engines/scanner/adapters/folder-fragment-cache.ts";
import { layerWorkerPool } from "#engines/scanner/adapters/layer-workers.ts";
import { cycloneDxText, imageCycloneDx, scanImage } from "#engines/scanner/index.ts";
import { openImageSource } from "#lib/oci/open-image-source.ts";

const [layout = "", count = "0", cacheDir = ""] = process.argv.slice(2);
const layerWorkers = layerWorkerPool();
const ports = { fragmentCache: folderFragmentCache(cacheDir), layerWorkers };
const sum = { images: 0, analyzed: 0, cached: 0, components: 0, bytes: 0 };
for (let index = 0; index < Number(count); index++) {
  const source = await openImageSource(`oci-dir:${layout}:app-${index}`);
  const scanned = await scanImage(source, { os: "linux", architecture: "amd64" }, ports);
  const meta = { imageName: `app-${index}`, view: "inventory", toolVersion: "0" } as const;
  sum.bytes += cycloneDxText(imageCycloneDx(scanned, meta)).length;
  sum.images++;
  sum.analyzed += scanned.counters.analyzed;
  sum.cached += scanned.counters.cached;
  sum.components += scanned.sbom.components.length;
  await source.close();
}
await layerWorkers.close();
process.stdout.write(`${JSON.stringify(sum)}\n`);
