// SPDX-License-Identifier: Apache-2.0
/** A Scan from its creation to its end, with a queue and records in memory. */
import { describe, expect, it } from "vitest";
import { digestOf } from "#lib/digest.ts";
import type { JobState } from "#lib/stores/ports.ts";
import { DIGEST, NOW, scanObject } from "../testing/objects.ts";
import { failedRecord, goodRecord } from "../testing/records.ts";
import { jobOf, reconcileScan } from "./reconcile.ts";
import type { ScanJob, ScanPorts, ScanRecord } from "./ports.ts";

const MINUTE = 60_000;

function bench(record?: ScanRecord, state?: JobState) {
  const enqueued: ScanJob[] = [];
  const ports: ScanPorts = {
    clock: { now: () => NOW },
    record: (uid) => Promise.resolve(uid === "uid-1" ? record : undefined),
    jobState: () => Promise.resolve(state),
    enqueue: (job) => Promise.resolve(void enqueued.push(job)),
  };
  return { enqueued, ports };
}

const condition = (status: { conditions?: readonly { type: string }[] }, type: string) =>
  status.conditions?.find((one) => one.type === type);

describe("reconcileScan", () => {
  it("queues what the spec asks for, and looks again in a minute", async () => {
    const { enqueued, ports } = bench();
    const outcome = await reconcileScan(scanObject(), ports);
    expect(enqueued).toEqual([
      {
        key: "uid-1:1",
        namespace: "team",
        name: "x",
        imageReference: `ghcr.io/acme/api@${DIGEST}`,
        pullSecrets: [],
        force: false,
        forceGeneration: 0,
      },
    ]);
    expect(outcome).toMatchObject({
      next: "recheck",
      afterMs: MINUTE,
      status: { phase: "Pending", observedGeneration: 1 },
    });
  });

  it.each([
    { state: "waiting" as const, phase: "Pending", reason: "Queued" },
    { state: "running" as const, phase: "Running", reason: "Scanning" },
  ])("waits while its job is $state, with nothing queued twice", async ({ state, phase, reason }) => {
    const { enqueued, ports } = bench(undefined, state);
    const { next, status } = await reconcileScan(scanObject(), ports);
    expect(enqueued).toEqual([]);
    expect(next).toBe("recheck");
    expect(status.phase).toBe(phase);
    expect(condition(status, "Reconciling")).toMatchObject({ status: "True", reason });
  });

  it("reports what was found, and rests", async () => {
    const record = goodRecord({ forceGeneration: 2 }, { indexDigest: digestOf("index") });
    const { status, next } = await reconcileScan(scanObject(), bench(record).ports);
    expect(next).toBe("settled");
    expect(status).toMatchObject({
      phase: "Succeeded",
      imageDigest: DIGEST,
      indexDigest: digestOf("index"),
      layers: { total: 3, cached: 2, analyzed: 1 },
      components: 42,
      scannedFor: 2,
      startTime: "2025-12-31T23:59:55Z",
      finishTime: "2025-12-31T23:59:57Z",
      durationMs: 2000,
    });
    expect(condition(status, "Ready")).toMatchObject({ status: "True", reason: "Scanned" });
  });

  it.each([
    { documents: 1, leftOut: 0, says: "; VEX attached: 1 document" },
    {
      documents: 0,
      leftOut: 2,
      reason: "a: not JSON",
      says: "; VEX attached: 0 documents, 2 left out (a: not JSON)",
    },
  ])("tells of attached VEX$says", async ({ says, ...more }) => {
    const counted = {
      digest: digestOf("vex"),
      documents: more.documents,
      statements: 5,
      leftOut: more.leftOut,
    };
    const record = goodRecord(
      {},
      { attachedVex: { ...counted, ...(more.reason === undefined ? {} : { reason: more.reason }) } },
    );
    const { status } = await reconcileScan(scanObject(), bench(record).ports);
    expect(status.attachedVex).toEqual(counted);
    expect(condition(status, "Ready")).toMatchObject({
      reason: "Scanned",
      message: `42 components in 3 layers${says}`,
    });
  });

  it("says that an SBOM is partial", async () => {
    const { status } = await reconcileScan(scanObject(), bench(goodRecord({}, { omissions: 3 })).ports);
    expect(condition(status, "Ready")).toMatchObject({ status: "True", reason: "ScannedPartially" });
  });

  it.each([
    { kind: "invalid" as const, next: "stalled", afterMs: undefined },
    { kind: "missing" as const, next: "recheck", afterMs: 10 * MINUTE - 3000 },
    { kind: "unavailable" as const, next: "recheck", afterMs: MINUTE - 3000 },
  ])("a failure that is $kind: $next", async ({ kind, next, afterMs }) => {
    const { enqueued, ports } = bench(failedRecord(kind));
    const outcome = await reconcileScan(scanObject(), ports);
    expect(enqueued).toEqual([]);
    expect(outcome).toMatchObject({
      next,
      status: { phase: "Failed" },
      ...(afterMs === undefined ? {} : { afterMs }),
    });
    expect(condition(outcome.status, "Ready")).toMatchObject({ status: "False", reason: "ImageMissing" });
  });

  it("tries again once the wait is over", async () => {
    const { enqueued, ports } = bench(failedRecord("unavailable", { finishedAt: NOW - MINUTE }));
    const { status } = await reconcileScan(scanObject(), ports);
    expect(enqueued).toHaveLength(1);
    expect(status.phase).toBe("Pending");
  });

  it("keeps the last good answer in sight while a new question is open", async () => {
    const first = await reconcileScan(scanObject(), bench(goodRecord()).ports);
    const changed = scanObject({
      metadata: { generation: 2 },
      spec: { forceGeneration: 1 },
      status: { ...first.status },
    });
    const { enqueued, ports } = bench(goodRecord());
    const { status } = await reconcileScan(changed, ports);
    expect(enqueued).toMatchObject([{ key: "uid-1:2", force: true, forceGeneration: 1 }]);
    expect(status).toMatchObject({ phase: "Pending", components: 42, observedGeneration: 2 });
  });

  it("says the same twice", async () => {
    const { ports } = bench(goodRecord());
    const first = await reconcileScan(scanObject(), ports);
    const again = await reconcileScan(scanObject({ status: { ...first.status } }), ports);
    expect(again).toEqual(first);
  });
});

describe("jobOf", () => {
  const other = digestOf("other");
  it.each([
    { name: "a tag", spec: { imageRef: "a.io/b:1", digest: undefined }, want: "a.io/b:1" },
    { name: "a tag and a digest", spec: { imageRef: "a.io/b:1" }, want: `a.io/b:1@${DIGEST}` },
    { name: "two digests: the field wins", spec: { imageRef: `a.io/b@${other}` }, want: `a.io/b@${DIGEST}` },
  ])("$name", ({ spec, want }) => {
    const { digest: _, ...rest } = spec as { imageRef: string; digest?: string };
    const scan = scanObject({ spec: rest });
    const { digest: __, ...withoutDigest } = scan.spec;
    expect(jobOf("digest" in spec ? { ...scan, spec: withoutDigest } : scan).imageReference).toBe(want);
  });

  it.each([
    { name: "never asked for", forceGeneration: undefined, scannedFor: undefined, force: false },
    { name: "asked for", forceGeneration: 1, scannedFor: undefined, force: true },
    { name: "answered", forceGeneration: 1, scannedFor: 1, force: false },
    { name: "asked for again", forceGeneration: 2, scannedFor: 1, force: true },
  ])("force is $name", ({ forceGeneration, scannedFor, force }) => {
    const spec = forceGeneration === undefined ? {} : { forceGeneration };
    const status = scannedFor === undefined ? undefined : { scannedFor };
    expect(jobOf(scanObject({ spec, status })).force).toBe(force);
  });
});
