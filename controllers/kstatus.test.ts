// SPDX-License-Identifier: Apache-2.0
/** What `kubectl wait`, Flux and Argo CD conclude from each controller's outcome, by kstatus' published rules. */
import { describe, expect, it } from "vitest";
import { reconcileNotify } from "./notify/index.ts";
import { readinessConditions, reasonOf } from "./outcome.ts";
import { reconcileReport } from "./report/index.ts";
import type { ImageFactsState } from "./report/index.ts";
import { reconcileScan } from "./scan/index.ts";
import type { ScanRecord } from "./scan/index.ts";
import { reconcileScanPolicy } from "./scan-policy/index.ts";
import { reconcileSchedule } from "./schedule/index.ts";
import { reconcileSource } from "./source/index.ts";
import type { ImportRecord } from "./source/index.ts";
import { reconcileStellaOps } from "./stella-ops/index.ts";
import { kstatusOf } from "./testing/kstatus.ts";
import type { Kstatus } from "./testing/kstatus.ts";
import {
  NOW,
  advisorySourceObject,
  notifyRuleObject,
  policyObject,
  reportObject,
  scanObject,
  scheduleObject,
  stellaOpsObject,
} from "./testing/objects.ts";
import { evaluation, failedRecord, goodRecord, importRecord } from "./testing/records.ts";

const clock = { now: () => NOW };
const nothing = () => Promise.resolve();

interface Settled {
  readonly metadata: { readonly generation?: number };
  readonly status: object;
}

const after = <T extends { readonly metadata: object }>(object: T, status: object | undefined): Settled => ({
  metadata: object.metadata,
  status: status ?? {},
});

async function scan(record?: ScanRecord): Promise<Settled> {
  const ports = {
    clock,
    record: () => Promise.resolve(record),
    jobState: () => Promise.resolve(undefined),
    enqueue: nothing,
  };
  const object = scanObject();
  return after(object, (await reconcileScan(object, ports)).status);
}

async function report(facts: ImageFactsState): Promise<Settled> {
  const object = reportObject();
  const outcome = await reconcileReport(object, {
    clock,
    facts: () => Promise.resolve(facts),
    running: () => ({ owners: [{ kind: "Pod", name: "p" }], reliable: true }),
    evaluate: () => Promise.resolve(evaluation()),
    retentionMs: () => 0,
    remove: nothing,
  });
  return after(object, outcome?.status);
}

async function source(record?: ImportRecord): Promise<Settled> {
  const ports = {
    clock,
    systemNamespace: "team",
    record: () => Promise.resolve(record),
    jobState: () => Promise.resolve(undefined),
    enqueue: nothing,
  };
  const object = advisorySourceObject();
  return after(object, (await reconcileSource("AdvisorySource", object, ports)).status);
}

async function schedule(when: string): Promise<Settled> {
  const ports = {
    clock,
    lastRun: () => Promise.resolve(undefined),
    jobState: () => Promise.resolve(undefined),
    enqueue: nothing,
  };
  const object = scheduleObject({ spec: { when } });
  return after(object, (await reconcileSchedule(object, ports)).status);
}

function policy(match: object): Promise<Settled> {
  const object = policyObject({ spec: { rules: [{ name: "r", match, action: "fail" }] } });
  return Promise.resolve(after(object, reconcileScanPolicy(object, clock).status));
}

function notify(): Promise<Settled> {
  const object = notifyRuleObject();
  return Promise.resolve(after(object, reconcileNotify(object, clock).status));
}

async function installation(ready: number, spec: Readonly<Record<string, unknown>> = {}): Promise<Settled> {
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
    withoutDigest: () => [],
  });
  return after(object, status);
}

const brokenFeed = { kind: "unavailable", code: "FEED_UNREADABLE", message: "" } as const;

describe("kstatus", () => {
  it.each<{ name: string; made: () => Promise<Settled>; want: Kstatus }>([
    { name: "Scan: done", made: () => scan(goodRecord()), want: "Current" },
    { name: "Scan: working", made: () => scan(), want: "InProgress" },
    { name: "Scan: failed, tried again", made: () => scan(failedRecord("unavailable")), want: "InProgress" },
    { name: "Scan: failed for good", made: () => scan(failedRecord("invalid")), want: "Failed" },
    { name: "Report: judged", made: () => report({ state: "scanned" }), want: "Current" },
    {
      name: "Report: waits for the scan",
      made: () => report({ state: "pending", reason: "WaitingForScan", message: "" }),
      want: "InProgress",
    },
    {
      name: "Report: the scan failed",
      made: () => report({ state: "failed", reason: "X", message: "" }),
      want: "InProgress",
    },
    { name: "AdvisorySource: imported", made: () => source(importRecord()), want: "Current" },
    { name: "AdvisorySource: importing", made: () => source(), want: "InProgress" },
    {
      name: "AdvisorySource: broken",
      made: () => source(importRecord({ error: brokenFeed })),
      want: "InProgress",
    },
    { name: "Schedule: waits or runs", made: () => schedule("@hourly"), want: "Current" },
    { name: "Schedule: wrong", made: () => schedule("61 * * * *"), want: "Failed" },
    { name: "ScanPolicy: sound", made: () => policy({ kev: true }), want: "Current" },
    { name: "ScanPolicy: mistyped", made: () => policy({ kef: true }), want: "Failed" },
    { name: "StellaOps: all there", made: () => installation(2), want: "Current" },
    { name: "StellaOps: a webhook replica is missing", made: () => installation(1), want: "InProgress" },
    {
      name: "StellaOps: a profile that is not there",
      made: () => installation(2, { profile: "distributed" }),
      want: "Failed",
    },
    { name: "NotifyRule: not delivered", made: notify, want: "Failed" },
  ])("$name: $want", async ({ made, want }) => {
    const object = await made();
    expect(kstatusOf(object)).toBe(want);
    const changed = {
      ...object,
      metadata: { ...object.metadata, generation: (object.metadata.generation ?? 0) + 1 },
    };
    expect(kstatusOf(changed)).toBe("InProgress");
  });

  it.each([
    { state: "ready", want: "Current" },
    { state: "progressing", want: "InProgress" },
    { state: "failed", want: "InProgress" },
    { state: "stalled", want: "Failed" },
  ] as const)("$state is $want", ({ state, want }) => {
    const conditions = readinessConditions({ state, reason: "Because", message: "" });
    expect(kstatusOf({ metadata: { generation: 1 }, status: { observedGeneration: 1, conditions } })).toBe(
      want,
    );
  });
});

describe("reasonOf", () => {
  it.each([
    ["IMAGE_MISSING", "ImageMissing"],
    ["INTERNAL_ERROR", "InternalError"],
    ["", "Unknown"],
    ["404", "Unknown"],
  ])("%s", (code, want) => {
    expect(reasonOf(code)).toBe(want);
  });
});
