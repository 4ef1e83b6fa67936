// SPDX-License-Identifier: Apache-2.0
/**
 * Our custom resources: schema, type, defaults and printer columns of every kind (group stella-ops.org, v1alpha1).
 * config/crd and docs/reference are made from here by `npm run generate`.
 */
import { advisorySource } from "./v1alpha1/advisory-source.ts";
import { notifyChannel } from "./v1alpha1/notify-channel.ts";
import { notifyRule } from "./v1alpha1/notify-rule.ts";
import { report } from "./v1alpha1/report.ts";
import { scanPolicy } from "./v1alpha1/scan-policy.ts";
import { scan } from "./v1alpha1/scan.ts";
import { schedule } from "./v1alpha1/schedule.ts";
import { stellaOps } from "./v1alpha1/stellaops.ts";
import { vexSource } from "./v1alpha1/vex-source.ts";

/** Every kind, by the name under which code speaks of it. */
export const kindsByName = {
  stellaOps,
  scanPolicy,
  schedule,
  notifyRule,
  notifyChannel,
  advisorySource,
  vexSource,
  scan,
  report,
} as const;

/** Every kind, in the order of the documentation. */
export const kinds = Object.values(kindsByName);

/** Where the API server serves each kind; the shape of `lib/kube`'s Resource. */
export const resources = {
  stellaOps: stellaOps.resource,
  scanPolicies: scanPolicy.resource,
  schedules: schedule.resource,
  notifyRules: notifyRule.resource,
  notifyChannels: notifyChannel.resource,
  advisorySources: advisorySource.resource,
  vexSources: vexSource.resource,
  scans: scan.resource,
  reports: report.resource,
} as const;

export type { CelRule } from "./cel.ts";
export { durationMs } from "./duration.ts";
export { API_VERSION, CATEGORY, GROUP, VERSION } from "./kind.ts";
export type { Column, Resource } from "./kind.ts";
export { policySchema } from "./policy-schema.ts";

export type { AdvisorySource, AdvisorySourceSpec, AdvisorySourceStatus } from "./v1alpha1/advisory-source.ts";
export { NOT_OBSERVED } from "./v1alpha1/conditions.ts";
export type { Condition } from "./v1alpha1/conditions.ts";
export type { NotifyChannel, NotifyChannelSpec, NotifyChannelStatus } from "./v1alpha1/notify-channel.ts";
export type { NotifyRule, NotifyRuleSpec, NotifyRuleStatus } from "./v1alpha1/notify-rule.ts";
export { report } from "./v1alpha1/report.ts";
export type { Report, ReportSpec, ReportStatus } from "./v1alpha1/report.ts";
export { scanPolicy } from "./v1alpha1/scan-policy.ts";
export type { ScanPolicy, ScanPolicySpec, ScanPolicyStatus } from "./v1alpha1/scan-policy.ts";
export { scan } from "./v1alpha1/scan.ts";
export type { Scan, ScanSpec, ScanStatus } from "./v1alpha1/scan.ts";
export { schedule } from "./v1alpha1/schedule.ts";
export type { Schedule, ScheduleSpec, ScheduleStatus } from "./v1alpha1/schedule.ts";
export { stellaOps } from "./v1alpha1/stellaops.ts";
export type { StellaOps, StellaOpsSpec, StellaOpsStatus } from "./v1alpha1/stellaops.ts";
export type { VexSource, VexSourceSpec, VexSourceStatus } from "./v1alpha1/vex-source.ts";
