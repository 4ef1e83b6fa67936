// SPDX-License-Identifier: Apache-2.0
/** Advisories as a Trivy database. */
export { composeTrivyDb, type TrivyDb } from "./compose.ts";
export type { LeftOut, LeftOutReason } from "./left-out.ts";
export { trivyMetadata, type TrivyDbTimes } from "./metadata.ts";
