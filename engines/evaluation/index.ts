// SPDX-License-Identifier: Apache-2.0
/** Public face of evaluation: facts in, report out. Nobody imports past this file. */
export { evaluationErrors } from "./errors.ts";
export { diffReports, type FindingChange, type ReportDiff } from "./diff-reports.ts";
export { evaluate, type AttachedVexInput, type EvaluationInput } from "./evaluate.ts";
export { impactedImages } from "./impact.ts";
export { renderOpenVex, type OpenVexOptions } from "./render-openvex.ts";
export { renderSarif } from "./render-sarif.ts";
export { renderTable, type TableOptions } from "./render-table.ts";
export { describeDelta, rescanDelta } from "./rescan-delta.ts";
export { summarize, type ReportSummary, type SummaryFinding, type SummaryLicense } from "./summarize.ts";
export type {
  Advisory,
  AffectedPackage,
  AttachedVexFacts,
  Finding,
  JudgedFinding,
  LicenseCounts,
  LicenseFinding,
  PolicyAction,
  ReportDocument,
  Severity,
  SeverityCounts,
  Verdict,
  VersionRange,
  VexAnnotation,
  VexStatus,
} from "./types.ts";

export { asksForEpss } from "./policy/asks-for-epss.ts";
export { parseCases } from "./policy/cases/parse-cases.ts";
export { runCases, type CaseResult } from "./policy/cases/run-cases.ts";
export { appliedSet } from "./policy/applied-set.ts";
export { explain, type ExplainInput, type Explanation } from "./policy/explain.ts";
export type { MatcherCheck, PolicyExplanation, RuleExplanation } from "./policy/explain-policy.ts";
export { anyOf } from "./policy/glob.ts";
export { expiredWaivers, nextWaiverExpiry, type ExpiredWaiver } from "./policy/next-waiver-expiry.ts";
export { parsePolicy, policyFromRules } from "./policy/parse-policy.ts";
export { policyApplies, type LabelSelector, type PolicySelector } from "./policy/policy-applies.ts";
export { policyDigest, policySetDigest } from "./policy/policy-digest.ts";
export { didYouMean } from "./policy/suggest.ts";
export type { Issue as PolicyIssue } from "./policy/yaml-document.ts";
export type {
  EvaluationContext,
  Policy,
  PolicyProblem,
  PolicyRule,
  PolicySet,
  RuleAction,
  RuleMatch,
} from "./policy/types.ts";

export { compileVexSnapshot, vexCompiler, type CompiledVex } from "./vex/compile-snapshot.ts";
export { vexDelta } from "./vex/vex-delta.ts";
export { emptyVexSnapshot, openVexSnapshot } from "./vex/open-snapshot.ts";
export { readVexFeed, type VexFeed } from "./vex/read-vex-feed.ts";
export { ATTACHED_VEX, ATTACHED_VEX_WEIGHT, type AttachedVex } from "./vex/attached/compile-attached.ts";
export { explainVex, type VexExplanation, type WeighedStatement } from "./vex/explain-vex.ts";
export type { VexTrust } from "./vex/consensus.ts";
export type { VexDocument, VexFormat, VexSnapshot, VexStatement } from "./vex/types.ts";

export {
  canonicalRecord,
  canonicalRecords,
  compileSnapshot,
  composeTrivyDb,
  decodeExport,
  decodeParts,
  decodeStamps,
  describeScope,
  encodeExport,
  encodeParts,
  encodeStamps,
  importSource,
  matchSbom,
  noting,
  openSnapshot,
  productKeysOf,
  snapshotDelta,
  snapshotMagic,
  standing,
  trivyMetadata,
} from "./advisories/index.ts";
export type {
  AdvisoryHead,
  CanonicalRecord,
  ChangingFeed,
  Connector,
  ConnectorId,
  DocumentPart,
  FeedBefore,
  FeedCursor,
  FeedDocument,
  FeedInventory,
  FeedLimits,
  FeedReader,
  ImportOptions,
  ImportResult,
  LayoutId,
  LeftOut,
  LeftOutReason,
  Matching,
  OpenOptions,
  PresentDocument,
  Rejection,
  Said,
  Snapshot,
  SnapshotEntry,
  SnapshotMeta,
  SnapshotSource,
  SourceExport,
  Stamps,
  TrivyDb,
  TrivyDbTimes,
  Vulnerability,
} from "./advisories/index.ts";
