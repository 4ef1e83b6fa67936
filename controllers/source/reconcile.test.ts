// SPDX-License-Identifier: Apache-2.0
/** A feed on its interval: due, busy, broken, stale and suspended. */
import { describe, expect, it } from "vitest";
import type { JobState } from "#lib/stores/ports.ts";
import { NOW, advisorySourceObject } from "../testing/objects.ts";
import { importRecord } from "../testing/records.ts";
import type { ImportJob, ImportRecord, SourcePorts } from "./ports.ts";
import { reconcileSource } from "./reconcile.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const broken = { kind: "unavailable", code: "FEED_UNREADABLE", message: "no answer" } as const;
const invalid = { kind: "invalid", code: "FEED_EMPTY", message: "no record" } as const;

interface World {
  readonly record?: ImportRecord;
  readonly state?: JobState;
  readonly suspend?: boolean;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly now?: number;
  readonly spec?: Readonly<Record<string, unknown>>;
}

async function reconcile({ record, state, suspend = false, status, now = NOW, spec }: World) {
  const enqueued: ImportJob[] = [];
  const ports: SourcePorts = {
    clock: { now: () => now },
    systemNamespace: "team",
    record: () => Promise.resolve(record),
    jobState: () => Promise.resolve(state),
    enqueue: (job) => Promise.resolve(void enqueued.push(job)),
  };
  const source = advisorySourceObject({
    spec: { ...(spec ?? { file: { path: "a.json" } }), suspend },
    status,
  });
  const outcome = await reconcileSource("AdvisorySource", source, ports);
  const conditions = Object.fromEntries(
    (outcome.status.conditions ?? []).map(({ type, status: is, reason }) => [type, `${is} ${reason}`]),
  );
  return { enqueued: enqueued.map(({ key }) => key), outcome, conditions };
}

const without = (record: ImportRecord): ImportRecord => {
  const { good: _, ...rest } = record;
  return rest;
};
const failing = (error: ImportRecord["error"], at = NOW): ImportRecord => ({
  ...importRecord({ finishedAt: NOW - HOUR }),
  finishedAt: at,
  ...(error === undefined ? {} : { error }),
});

describe("reconcileSource", () => {
  it.each<{ name: string; world: World; enqueued: number; ready: string; afterMs: number | undefined }>([
    { name: "new", world: {}, enqueued: 1, ready: "False Importing", afterMs: MINUTE },
    {
      name: "new and queued",
      world: { state: "waiting" },
      enqueued: 0,
      ready: "False Importing",
      afterMs: MINUTE,
    },
    {
      name: "imported",
      world: { record: importRecord() },
      enqueued: 0,
      ready: "True Imported",
      afterMs: 59 * MINUTE,
    },
    {
      name: "due",
      world: { record: importRecord({ finishedAt: NOW - HOUR }) },
      enqueued: 1,
      ready: "True Imported",
      afterMs: MINUTE,
    },
    {
      name: "due and busy",
      world: { record: importRecord({ finishedAt: NOW - HOUR }), state: "running" },
      enqueued: 0,
      ready: "True Imported",
      afterMs: MINUTE,
    },
    {
      name: "changed",
      world: { record: importRecord({ key: "uid-1:0" }) },
      enqueued: 1,
      ready: "False Importing",
      afterMs: MINUTE,
    },
    {
      name: "broken with a good state",
      world: { record: failing(broken) },
      enqueued: 0,
      ready: "False FeedUnreadable",
      afterMs: MINUTE,
    },
    {
      name: "broken, the minute is over",
      world: { record: failing(broken, NOW - MINUTE) },
      enqueued: 1,
      ready: "False FeedUnreadable",
      afterMs: MINUTE,
    },
    {
      name: "given up by the queue",
      world: { record: failing(broken, NOW - MINUTE), state: "dead" },
      enqueued: 1,
      ready: "False FeedUnreadable",
      afterMs: MINUTE,
    },
    {
      name: "suspended and never imported",
      world: { suspend: true },
      enqueued: 0,
      ready: "True Suspended",
      afterMs: undefined,
    },
    {
      name: "suspended: looks again when it gets stale",
      world: { suspend: true, record: importRecord({ finishedAt: NOW - HOUR }) },
      enqueued: 0,
      ready: "True Suspended",
      afterMs: 71 * HOUR,
    },
    {
      name: "suspended and stale",
      world: { suspend: true, record: importRecord({ finishedAt: NOW - 73 * HOUR }) },
      enqueued: 0,
      ready: "True Suspended",
      afterMs: undefined,
    },
  ])("$name", async ({ world, enqueued: count, ready, afterMs }) => {
    const { enqueued, outcome, conditions } = await reconcile(world);
    expect(enqueued).toEqual(count === 0 ? [] : ["uid-1:1"]);
    expect(conditions["Ready"]).toBe(ready);
    expect("afterMs" in outcome ? outcome.afterMs : undefined).toBe(afterMs);
  });

  it.each([
    { name: "a server that is down", error: broken, enqueued: 1 },
    { name: "a feed that has nothing in it", error: invalid, enqueued: 0 },
    {
      name: "a server that asks to slow down",
      error: { ...broken, kind: "exhausted" as const },
      enqueued: 0,
    },
    { name: "a place that is not there", error: { ...broken, kind: "missing" as const }, enqueued: 0 },
  ])("on the web $name is tried again after a minute or not: $enqueued", async ({ error, enqueued }) => {
    const spec = { http: { url: "https://feeds.example/a.json" } };
    const ran = await reconcile({ record: failing(error, NOW - MINUTE), spec });
    expect(ran.enqueued).toHaveLength(enqueued);
    const later = await reconcile({ record: failing(error, NOW - HOUR), spec });
    expect(later.enqueued).toHaveLength(1);
  });

  it.each([
    { name: "good is kept", record: failing(invalid), stalled: "False NotStalled", fresh: "True Fresh" },
    {
      name: "there never was a good one",
      record: without(failing(invalid)),
      stalled: "True FeedEmpty",
      fresh: "False NeverImported",
    },
  ])("an invalid feed: $name", async ({ record, stalled, fresh }) => {
    const { conditions } = await reconcile({ record });
    expect([conditions["Stalled"], conditions["Fresh"]]).toEqual([stalled, fresh]);
  });

  it("keeps the facts of the last good import while the feed is broken", async () => {
    const { outcome } = await reconcile({ record: failing(broken) });
    expect(outcome.status).toMatchObject({
      records: 10,
      lastSuccess: "2025-12-31T23:00:00Z",
      lastAttempt: "2026-01-01T00:00:00Z",
    });
  });

  it.each<{ name: string; over: Partial<ImportRecord>; message: string }>([
    { name: "imported", over: {}, message: "10 records" },
    {
      name: "unchanged",
      over: { good: { ...importRecord().good!, unchanged: true } },
      message: "10 records; unchanged",
    },
    {
      name: "with refusals and notes",
      over: {
        good: { ...importRecord().good!, rejected: 2, unchanged: true },
        rejections: ["a.json $: it is no JSON"],
        notes: ["signatures are not verified"],
      },
      message: "10 records; unchanged; 2 refused: a.json $: it is no JSON; signatures are not verified",
    },
  ])("says what it found: $name", async ({ over, message }) => {
    const { outcome } = await reconcile({ record: { ...importRecord(), ...over } });
    expect(outcome.status.conditions?.find(({ type }) => type === "Ready")?.message).toBe(message);
  });

  it("is stale after its time without success, since then", async () => {
    const { outcome, conditions } = await reconcile({
      record: importRecord({ finishedAt: NOW - 80 * HOUR }),
      state: "running",
    });
    expect(conditions["Fresh"]).toBe("False Stale");
    expect(outcome.status.staleSince).toBe("2025-12-31T16:00:00Z");
  });

  it("says since when a feed that never came in is stale, and does not move that", async () => {
    const record = without(failing(broken));
    const first = await reconcile({ record });
    expect(first.outcome.status.staleSince).toBe("2026-01-01T00:00:00Z");
    const later = await reconcile({ record, status: { ...first.outcome.status }, now: NOW + 50_000 });
    expect(later.outcome.status.staleSince).toBe("2026-01-01T00:00:00Z");
  });

  it("refuses a feed outside the system namespace: it would speak for the whole cluster", async () => {
    const source = advisorySourceObject({ metadata: { namespace: "other" } });
    const nothing = () => Promise.reject(new Error("asked"));
    const outcome = await reconcileSource("AdvisorySource", source, {
      clock: { now: () => NOW },
      systemNamespace: "team",
      record: nothing,
      jobState: nothing,
      enqueue: nothing,
    });
    expect(outcome).toMatchObject({ next: "stalled", status: { observedGeneration: 1 } });
    expect(outcome.status.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toContain(
      "Stalled NotInSystemNamespace",
    );
  });
});
