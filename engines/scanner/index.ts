// SPDX-License-Identifier: Apache-2.0
/** The scanner: an image in, its inventory with evidence out. */
export { analyzerVersions } from "./analyzers/catalog.ts";
export { isBaseOf, type KnownImage } from "./compose/base-image.ts";
export type { Fragment } from "./facts.ts";
export type { FragmentCache, LayerAnswer, LayerTask, LayerWorkers, ScanProgress } from "./ports.ts";
export {
  scanImage,
  type ScanCounters,
  type ScanOptions,
  type ScanPorts,
  type ScanResult,
} from "./scan-image.ts";
export { distroNamespace } from "./compose/purl-of.ts";
export { bomIndexErrors } from "./bom-index/errors.ts";
export { ImageBomIndex, imageBomIndex } from "./bom-index/image-index.ts";
export { mergeBomIndexes, type MergeInput } from "./bom-index/merge.ts";
export { MergedBomIndex, type UsageFilter } from "./bom-index/merged-index.ts";
export type { DocumentMeta, SbomView } from "./formats/document.ts";
export { imageCycloneDx, imageSpdx } from "./formats/image-documents.ts";
export { layerSerial } from "./formats/layer-inventory.ts";
export { layerBom, layerBomLink } from "./formats/cyclonedx/layer-bom.ts";
export { cycloneDxProtobuf } from "./formats/cyclonedx/protobuf.ts";
export {
  cycloneDxText,
  toCycloneDx,
  type CycloneDxMeta,
  type LayerBomLink,
} from "./formats/cyclonedx/to-cyclonedx.ts";
export type { CycloneDx } from "./formats/cyclonedx/types.ts";
export { layerSpdx, layerSpdxLink } from "./formats/spdx/layer-spdx.ts";
export { rootSpdx } from "./formats/spdx/root-spdx.ts";
export { spdxText, toSpdx, type LayerSpdxLink, type SpdxMeta } from "./formats/spdx/to-spdx.ts";
export type { Spdx } from "./formats/spdx/types.ts";
export { readSbom, type ReadSbomOptions } from "./formats/read/read-sbom.ts";
export type { Component, Distro, Evidence, Omission, PackageType, Sbom } from "./types.ts";
export { isLicenseChoice } from "./license-choice.ts";
export { diffSboms, type SbomDiff } from "./diff/diff-sboms.ts";
export { isUsageKnown } from "./usage/usage-known.ts";
