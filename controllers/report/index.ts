// SPDX-License-Identifier: Apache-2.0
/** Kind Report: may this image run in this namespace, and why. */
export { reconcileReport } from "./reconcile.ts";
export type { Evaluation, ImageFactsState, ReportPorts, RunningState } from "./ports.ts";
