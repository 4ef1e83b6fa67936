// SPDX-License-Identifier: Apache-2.0
/** Objects of every kind as our controllers leave them: each reconciled once, its status written back. */
import { reconcileNotify } from "../notify/index.ts";
import { reconcileReport } from "../report/index.ts";
import type { ImageFactsState } from "../report/index.ts";
import { reconcileScan } from "../scan/index.ts";
import type { ScanRecord } from "../scan/index.ts";
import { reconcileScanPolicy } from "../scan-policy/index.ts";
import { reconcileSchedule } from "../schedule/index.ts";
import { reconcileSource } from "../source/index.ts";
import type { ImportRecord } from "../source/index.ts";
import { reconcileStellaOps } from "../stella-ops/index.ts";
import {
  NOW,
  advisorySourceObject,
  notifyChannelObject,
  notifyRuleObject,
  policyObject,
  reportObject,
  scanObject,
  scheduleObject,
  stellaOpsObject,
  vexSourceObject,
} from "./objects.ts";
import { evaluation } from "./records.ts";

export interface Settled {
  readonly kind: string;
  readonly metadata: { readonly generation?: number };
  readonly status?: object | undefined;
}

const clock = { now: () => NOW };
const nothing = () => Promise.resolve();
/** Jobs that are put into a queue and never heard of again. */
const queue = { jobState: () => Promise.resolve(undefined), enqueue: nothing };

export async function settledScan(record?: ScanRecord): Promise<Settled> {
  const object = scanObject();
  const ports = { clock, record: () => Promise.resolve(record), ...queue };
  return { ...object, status: (await reconcileScan(object, ports)).status };
}

export async function settledReport(facts: ImageFactsState): Promise<Settled> {
  const object = reportObject();
  const outcome = await reconcileReport(object, {
    clock,
    facts: () => Promise.resolve(facts),
    running: () => ({ owners: [{ kind: "Pod", name: "p" }], reliable: true }),
    evaluate: () => Promise.resolve(evaluation()),
    retentionMs: () => 0,
    remove: nothing,
  });
  return { ...object, status: outcome?.status };
}

export async function settledSource(
  kind: "AdvisorySource" | "VexSource",
  record?: ImportRecord,
): Promise<Settled> {
  const object = kind === "AdvisorySource" ? advisorySourceObject() : vexSourceObject();
  const ports = { clock, systemNamespace: "team", record: () => Promise.resolve(record), ...queue };
  return { ...object, status: (await reconcileSource(kind, object, ports)).status };
}

export async function settledSchedule(spec: Readonly<Record<string, unknown>>): Promise<Settled> {
  const object = scheduleObject({ spec });
  const ports = { clock, lastRun: () => Promise.resolve(undefined), ...queue };
  return { ...object, status: (await reconcileSchedule(object, ports)).status };
}

export function settledPolicy(match: object): Promise<Settled> {
  const object = policyObject({ spec: { rules: [{ name: "r", match, action: "fail" }] } });
  return Promise.resolve({ ...object, status: reconcileScanPolicy(object, clock).status });
}

export function settledNotify(kind: "NotifyRule" | "NotifyChannel"): Promise<Settled> {
  const object = kind === "NotifyRule" ? notifyRuleObject() : notifyChannelObject();
  return Promise.resolve({ ...object, status: reconcileNotify(object, clock).status });
}

export async function settledInstallation(
  ready: number,
  spec: Readonly<Record<string, unknown>> = {},
): Promise<Settled> {
  const ok = { ok: true, message: "" };
  const object = stellaOpsObject({ spec });
  const { status } = await reconcileStellaOps(object, {
    clock,
    namespace: "stellaops",
    version: "1",
    image: "own:1",
    ensure: nothing,
    exists: () => Promise.resolve(false),
    remove: nothing,
    certificates: () => Promise.resolve({ bundle: "PEM", renewAt: clock.now() + 86_400_000 }),
    webhookReplicas: () => ({ ready, updated: ready }),
    stores: () => Promise.resolve({ catalog: ok, objects: ok, queue: ok }),
    feeds: () => [],
    counts: () =>
      Promise.resolve({ images: 0, scans: 0, reports: { pass: 0, warn: 0, fail: 0 }, queueDepth: 0 }),
    unsoundPolicies: () => [],
    withoutDigest: () => [],
  });
  return { ...object, status };
}
