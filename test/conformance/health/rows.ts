// SPDX-License-Identifier: Apache-2.0
/** Objects as our controllers leave them, what kstatus and Argo CD are to conclude, and what Argo CD is to show. */
import { failedRecord, goodRecord, importRecord } from "#controllers/testing/records.ts";
import {
  settledInstallation,
  settledNotify,
  settledPolicy,
  settledReport,
  settledScan,
  settledSchedule,
  settledSource,
} from "#controllers/testing/settled.ts";
import type { Settled } from "#controllers/testing/settled.ts";

export interface Row {
  readonly name: string;
  readonly made: () => Promise<Settled>;
  readonly kstatus: string;
  readonly argocd: string;
  readonly says: string;
}

const brokenFeed = { kind: "unavailable", code: "FEED_UNREADABLE", message: "not a feed" } as const;
/** What both tools should conclude. */
export const current = { kstatus: "Current", argocd: "Healthy" } as const;
export const working = { kstatus: "InProgress", argocd: "Progressing" } as const;
export const failed = { kstatus: "Failed", argocd: "Degraded" } as const;

/** Every kind in the states that its controller gives it. */
export const rows: readonly Row[] = [
  {
    name: "Scan: done",
    made: () => settledScan(goodRecord()),
    ...current,
    says: "42 components in 3 layers",
  },
  { name: "Scan: working", made: () => settledScan(), ...working, says: "Queued: waiting for a worker" },
  {
    name: "Scan: failed, tried again",
    made: () => settledScan(failedRecord("unavailable")),
    ...working,
    says: "ImageMissing: no such image (tried again in about 1 min)",
  },
  {
    name: "Scan: failed for good",
    made: () => settledScan(failedRecord("invalid")),
    ...failed,
    says: "ImageMissing: no such image",
  },
  {
    name: "Report: judged",
    made: () => settledReport({ state: "scanned" }),
    ...current,
    says: 'verdict warn; 1 finding warns rule "critical-or-high" of policy "baseline": CVE-2024-1 (lodash 4.17.4)',
  },
  {
    name: "Report: waits for the scan",
    made: () => settledReport({ state: "pending", reason: "WaitingForScan", message: "the scan runs" }),
    ...working,
    says: "WaitingForScan: the scan runs",
  },
  {
    name: "Report: the scan failed",
    made: () => settledReport({ state: "failed", reason: "ImageMissing", message: "no such image" }),
    ...working,
    says: "ImageMissing: no such image",
  },
  ...(["AdvisorySource", "VexSource"] as const).flatMap((kind): Row[] => [
    {
      name: `${kind}: imported`,
      made: () => settledSource(kind, importRecord()),
      ...current,
      says: "10 records",
    },
    { name: `${kind}: importing`, made: () => settledSource(kind), ...working, says: "Importing" },
    {
      name: `${kind}: broken`,
      made: () => settledSource(kind, importRecord({ error: brokenFeed })),
      ...working,
      says: "FeedUnreadable: not a feed; the last good import stays in force",
    },
  ]),
  {
    name: "Schedule: waits or runs",
    made: () => settledSchedule({ when: "@hourly" }),
    ...current,
    says: "Running",
  },
  {
    name: "Schedule: suspended",
    made: () => settledSchedule({ suspend: true }),
    ...current,
    says: "Suspended",
  },
  {
    name: "Schedule: wrong",
    made: () => settledSchedule({ when: "61 * * * *" }),
    ...failed,
    says: 'CronInvalid: minute: "61" is not a minute of cron (0 to 59)',
  },
  { name: "ScanPolicy: sound", made: () => settledPolicy({ kev: true }), ...current, says: "1 rules" },
  {
    name: "ScanPolicy: mistyped",
    made: () => settledPolicy({ kef: true }),
    ...failed,
    says: 'PolicyInvalid: team/x: rules[0].match.kef: unknown key "kef", did you mean "kev"?',
  },
  { name: "StellaOps: all there", made: () => settledInstallation(2), ...current, says: "Available" },
  {
    name: "StellaOps: a webhook replica is missing",
    made: () => settledInstallation(1),
    ...working,
    says: "ReplicasNotReady: WebhookReady: 1 of 2 replicas ready",
  },
  {
    name: "StellaOps: a profile that is not there",
    made: () => settledInstallation(2, { profile: "distributed" }),
    ...failed,
    says: "ProfileUnsupported: spec.profile distributed is not part of this version; use embedded",
  },
  ...(["NotifyRule", "NotifyChannel"] as const).map((kind): Row => ({
    name: `${kind}: not delivered`,
    made: () => settledNotify(kind),
    ...failed,
    says: "NotImplemented: this version stores notifications and delivers none",
  })),
];
