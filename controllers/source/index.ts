// SPDX-License-Identifier: Apache-2.0
/** Kinds AdvisorySource and VexSource: a feed, imported on its interval. */
export { reconcileSource } from "./reconcile.ts";
export type { ImportJob, ImportRecord, SourceKind, SourcePorts } from "./ports.ts";
