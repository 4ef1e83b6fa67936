// SPDX-License-Identifier: Apache-2.0
/** Discovery: which images run, and the Scans and Reports that should be there for them. */
export { DISCOVERED, desiredFor, objectName } from "./desired.ts";
export type { Desired, DesiredReport, DesiredScan } from "./desired.ts";
export { podFacts } from "./pod-facts.ts";
export type { Pod } from "./pod-facts.ts";
export type { PodFacts, RunningImage } from "./types.ts";
