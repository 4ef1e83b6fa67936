// SPDX-License-Identifier: Apache-2.0
/** Events: one per thing said, a series for repeats, a bound per object, and no error ever for the caller. */
import { describe, expect, it } from "vitest";
import { createEventRecorder, type EventInput } from "./event-recorder.ts";
import { builtin, defineResource } from "./resources.ts";
import { fakeTimers } from "./testing/fake-timers.ts";
import { memoryClient } from "./testing/memory-client.ts";
import type { KubeObject } from "./types.ts";

interface StoredEvent extends KubeObject {
  readonly note: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
  readonly regarding: object;
}

const events = defineResource<StoredEvent>(builtin.events);
const scan = {
  apiVersion: "stella-ops.org/v1alpha1",
  kind: "Scan",
  metadata: { namespace: "a", name: "x", uid: "u1", resourceVersion: "5" },
};
const input = (more: Partial<EventInput> = {}): EventInput => ({
  regarding: scan,
  type: "Normal",
  reason: "Scanned",
  action: "Scan",
  note: "done",
  ...more,
});

function bench() {
  const [client, timers] = [memoryClient(), fakeTimers()];
  const recorder = createEventRecorder({
    client,
    timers,
    controller: "stella-ops.org/operator",
    instance: "pod-1",
    burst: 2,
    refillMs: 1000,
  });
  const stored = async (): Promise<readonly StoredEvent[]> => {
    await recorder.flush();
    return (await client.list(events)).items;
  };
  return { client, timers, recorder, stored };
}

describe("event recorder", () => {
  it("writes what the API asks for", async () => {
    const { recorder, stored } = bench();
    recorder.record(input({ note: "é".repeat(3000) }));
    const [event] = await stored();
    expect(event?.metadata.name).toMatch(/^x\.[0-9a-f]{16}$/);
    expect(Buffer.byteLength(event?.note ?? "")).toBeLessThanOrEqual(1024);
    expect(event).toMatchObject({
      metadata: { namespace: "a" },
      eventTime: "2026-01-01T00:00:00.000000Z",
      reportingController: "stella-ops.org/operator",
      reportingInstance: "pod-1",
      type: "Normal",
      reason: "Scanned",
      action: "Scan",
      regarding: { kind: "Scan", namespace: "a", name: "x", uid: "u1" },
    });
  });

  it("counts repeats, and writes them as a series after the window", async () => {
    const { recorder, stored, timers } = bench();
    for (let time = 0; time < 5; time += 1) recorder.record(input());
    expect((await stored()).map(({ series }) => series)).toEqual([undefined]);
    await timers.advance(600_000);
    recorder.record(input());
    expect((await stored()).map(({ series }) => series)).toEqual([
      { count: 6, lastObservedTime: "2026-01-01T00:10:00.000000Z" },
    ]);
    expect(recorder.stats()).toEqual({ written: 2, repeated: 4, dropped: 0 });
  });

  it("writes a new event when the server has thrown the old one away", async () => {
    const { client, recorder, stored, timers } = bench();
    recorder.record(input());
    const [old] = await stored();
    await client.delete(events, { namespace: "a", name: old?.metadata.name ?? "" });
    await timers.advance(600_000);
    recorder.record(input());
    expect((await stored()).map(({ note }) => note)).toEqual(["done"]);
  });

  it("bounds what one object may say, and not others", async () => {
    const { recorder, stored, timers } = bench();
    const other = { ...scan, metadata: { name: "cluster-wide", uid: "u2" } };
    for (const note of ["1", "2", "3"]) recorder.record(input({ note }));
    recorder.record(input({ regarding: other }));
    expect((await stored()).map(({ note }) => note).sort()).toEqual(["1", "2", "done"]);
    await timers.advance(1000);
    recorder.record(input({ note: "4" }));
    expect(await stored()).toHaveLength(4);
    expect(recorder.stats().dropped).toBe(1);
    expect((await stored()).find(({ note }) => note === "done")?.metadata.namespace).toBe("default");
  });

  it("takes a failing server without a word to its caller", async () => {
    const { client, recorder, stored } = bench();
    client.before = () => {
      throw new Error("down");
    };
    recorder.record(input());
    await recorder.flush();
    client.before = () => undefined;
    recorder.record(input()); // not a repeat: nothing was written
    expect(await stored()).toHaveLength(1);
    expect(recorder.stats()).toEqual({ written: 1, repeated: 0, dropped: 1 });
  });
});
