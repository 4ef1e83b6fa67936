// SPDX-License-Identifier: Apache-2.0
/** A Report while its image is read, judged, gone and forgotten. */
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { NOW, reportObject } from "../testing/objects.ts";
import { evaluation } from "../testing/records.ts";
import type { Report } from "#crds/index.ts";
import type { Evaluation, ImageFactsState, ReportPorts, RunningState } from "./ports.ts";
import { reconcileReport } from "./reconcile.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const runs: RunningState = { owners: [{ kind: "Deployment", name: "web" }], reliable: true };
const gone: RunningState = { owners: [], reliable: true };
const unsure: RunningState = { owners: [], reliable: false };

interface World {
  readonly facts?: ImageFactsState;
  readonly running?: RunningState;
  readonly evaluate?: () => Promise<Evaluation>;
  readonly now?: number;
  readonly retentionMs?: number;
}

async function reconcile(report: Report, world: World = {}) {
  const removed: string[] = [];
  const { facts = { state: "scanned" }, running = runs, now = NOW, retentionMs = DAY } = world;
  const ports: ReportPorts = {
    clock: { now: () => now },
    facts: () => Promise.resolve(facts),
    running: () => running,
    evaluate: world.evaluate ?? (() => Promise.resolve(evaluation())),
    retentionMs: () => retentionMs,
    remove: ({ metadata }) => Promise.resolve(void removed.push(metadata.name)),
  };
  return { removed, outcome: await reconcileReport(report, ports) };
}

const ready = (report: { conditions?: readonly { type: string }[] } | undefined) =>
  report?.conditions?.find(({ type }) => type === "Ready");

describe("reconcileReport", () => {
  it("carries verdict, counts, owners and digests", async () => {
    const { outcome } = await reconcile(reportObject());
    expect(outcome).toMatchObject({
      next: "settled",
      status: {
        verdict: "warn",
        counts: { critical: 0, high: 1, medium: 0, low: 0, unknown: 0 },
        owners: [{ kind: "Deployment", name: "web" }],
        observedGeneration: 1,
      },
    });
    expect(ready(outcome?.status)).toMatchObject({ status: "True", reason: "Evaluated" });
  });

  it("keeps the verdict while the image is read again, and says that it waits", async () => {
    const first = await reconcile(reportObject());
    const report = reportObject({ status: { ...first.outcome?.status } });
    const { outcome } = await reconcile(report, {
      facts: { state: "pending", reason: "WaitingForScan", message: "scan s/x is under way" },
    });
    expect(outcome?.status.verdict).toBe("warn");
    expect(ready(outcome?.status)).toMatchObject({ status: "False", reason: "WaitingForScan" });
  });

  it("looks again while feeds are read: the last of them may bring nothing new", async () => {
    const { outcome } = await reconcile(reportObject(), {
      facts: { state: "pending", reason: "WaitingForFeeds", message: "not read yet: s/x" },
    });
    expect(outcome).toMatchObject({ next: "recheck", afterMs: 60_000 });
  });

  it("passes a failed scan on", async () => {
    const facts = { state: "failed" as const, reason: "ImageMissing", message: "gone" };
    const { outcome } = await reconcile(reportObject(), { facts });
    expect(outcome?.next).toBe("settled");
    expect(ready(outcome?.status)).toMatchObject({ status: "False", reason: "ImageMissing" });
  });

  it("says why it could not be judged, keeps the verdict and tries again", async () => {
    const first = await reconcile(reportObject());
    const report = reportObject({ status: { ...first.outcome?.status } });
    const evaluate = () => Promise.reject(new StellaError("OBJECT_MISSING", "missing", "no bytes"));
    const { outcome } = await reconcile(report, { evaluate });
    expect(outcome).toMatchObject({ next: "recheck", afterMs: 60_000, status: { verdict: "warn" } });
    expect(ready(outcome?.status)).toMatchObject({ reason: "ObjectMissing", message: "no bytes" });
  });

  it("throws what is a bug", async () => {
    const evaluate = () => Promise.reject(new TypeError("oops"));
    await expect(reconcile(reportObject(), { evaluate })).rejects.toThrow("oops");
  });

  it.each([
    { name: "in an hour", validUntil: NOW + HOUR, afterMs: HOUR },
    { name: "far away: no longer than a day", validUntil: NOW + 400 * DAY, afterMs: DAY },
    { name: "just over: not in a hurry", validUntil: NOW - 5, afterMs: 1000 },
  ])("looks again when a waiver ends $name", async ({ validUntil, afterMs }) => {
    const { outcome } = await reconcile(reportObject(), {
      evaluate: () => Promise.resolve(evaluation({ validUntil })),
    });
    expect(outcome).toMatchObject({ next: "recheck", afterMs });
  });

  it("is removed once its image has not run for the retention, and not before", async () => {
    const first = await reconcile(reportObject(), { running: gone });
    expect(first.removed).toEqual([]);
    expect(first.outcome).toMatchObject({
      next: "recheck",
      afterMs: DAY,
      status: { notRunningSince: "2026-01-01T00:00:00Z" },
    });
    const report = reportObject({ status: { ...first.outcome?.status } });
    const before = await reconcile(report, { running: gone, now: NOW + DAY - 1 });
    expect(before.removed).toEqual([]);
    expect(before.outcome?.status.notRunningSince).toBe("2026-01-01T00:00:00Z");
    const after = await reconcile(report, { running: gone, now: NOW + DAY });
    expect(after).toEqual({ removed: ["x"], outcome: undefined });
  });

  it("forgets that it was gone when the image runs again", async () => {
    const report = reportObject({ status: { notRunningSince: "2025-12-30T00:00:00Z" } });
    const { removed, outcome } = await reconcile(report);
    expect(removed).toEqual([]);
    expect(outcome?.status.notRunningSince).toBeUndefined();
  });

  it("is never removed while discovery is off or does not see everything", async () => {
    const report = reportObject({ status: { notRunningSince: "2020-01-01T00:00:00Z" } });
    const { removed, outcome } = await reconcile(report, { running: unsure, retentionMs: 0 });
    expect(removed).toEqual([]);
    expect(outcome?.next).toBe("settled");
  });

  it("lists no more than twenty owners", async () => {
    const owners = Array.from({ length: 30 }, (_, index) => ({ kind: "Job", name: `j${index}` }));
    const { outcome } = await reconcile(reportObject(), { running: { owners, reliable: true } });
    expect(outcome?.status.owners).toHaveLength(20);
  });

  it("says the same twice", async () => {
    const first = await reconcile(reportObject());
    const again = await reconcile(reportObject({ status: { ...first.outcome?.status } }));
    expect(again).toEqual(first);
  });
});
