// SPDX-License-Identifier: Apache-2.0
/** Kind Scan: one image digest, read once. */
export { jobOf, reconcileScan } from "./reconcile.ts";
export type { ScanArtifact, ScanJob, ScanPorts, ScanRecord } from "./ports.ts";
