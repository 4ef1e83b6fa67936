// SPDX-License-Identifier: Apache-2.0
/** The scanner: an image in, its inventory with evidence out. */
export { analyzerVersions } from "./analyzers/catalog.ts";
export type { Fragment } from "./facts.ts";
export type { FragmentCache, LayerAnswer, LayerTask, LayerWorkers, ScanProgress } from "./ports.ts";
export {
  scanImage,
  type ScanCounters,
  type ScanOptions,
  type ScanPorts,
  type ScanResult,
} from "./scan-image.ts";
export { cycloneDxText, toCycloneDx, type CycloneDxMeta } from "./cyclonedx/to-cyclonedx.ts";
export type { Component, Distro, Evidence, Omission, PackageType, Sbom } from "./types.ts";
