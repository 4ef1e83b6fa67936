// SPDX-License-Identifier: Apache-2.0
/** Public face of the advisories: feeds in, one snapshot, findings out. `engines/evaluation/index.ts` passes it on. */
export type { ConnectorId } from "./connector-ids.ts";
export { productKeysOf, snapshotDelta } from "./delta.ts";
export { decodeExport, encodeExport } from "./export.ts";
export { noting, standing } from "./inventory.ts";
export type { LayoutId } from "./layout-ids.ts";
export { importSource } from "./import-source.ts";
export type { ImportOptions } from "./import-source.ts";
export type { FeedLimits } from "./limits.ts";
export { canonicalRecord, canonicalRecords, describeScope } from "./merge/canonical-record.ts";
export type { CanonicalRecord, Said } from "./merge/canonical-record.ts";
export { matchSbom } from "./match-sbom.ts";
export type { Matching } from "./match-sbom.ts";
export { compileSnapshot } from "./snapshot/compile.ts";
export { decodeParts, decodeStamps, encodeParts, encodeStamps } from "./parts.ts";
export type { Stamps } from "./parts.ts";
export type { SnapshotMeta, SnapshotSource } from "./snapshot/format.ts";
export { snapshotMagic } from "./snapshot/format.ts";
export { openSnapshot } from "./snapshot/open.ts";
export type { AdvisoryHead, OpenOptions, Snapshot, SnapshotEntry, Vulnerability } from "./snapshot/open.ts";
export { composeTrivyDb, trivyMetadata } from "./trivy-db/index.ts";
export type { LeftOut, LeftOutReason, TrivyDb, TrivyDbTimes } from "./trivy-db/index.ts";
export type {
  ChangingFeed,
  Connector,
  DocumentPart,
  FeedBefore,
  FeedCursor,
  FeedDocument,
  FeedInventory,
  FeedReader,
  ImportResult,
  PresentDocument,
  Rejection,
  SourceExport,
} from "./types.ts";
