// SPDX-License-Identifier: Apache-2.0
/** The controller loop on fake timers: which change runs which key, and what each kind of error leads to. */
import { describe, expect, it } from "vitest";
import { defineErrors } from "../errors.ts";
import { runController, source, type ControllerOptions, type ReconcileFact } from "./controller.ts";
import { errorOfStatus } from "./errors.ts";
import { createStore } from "./store.ts";
import { fakeTimers } from "./testing/fake-timers.ts";
import { keyOf } from "./resources.ts";
import type { KubeLogger, KubeObject } from "./types.ts";

const errors = defineErrors("test", {
  BAD_SPEC: "invalid",
  NO_SECRET: "missing",
  NOT_ALLOWED: "denied",
  BUSY: "unavailable",
});

const object = (name: string, version: number): KubeObject => ({
  metadata: { namespace: "a", name, uid: name, resourceVersion: String(version) },
});

function bench(reconcile: ControllerOptions["reconcile"], more: Partial<ControllerOptions> = {}) {
  const timers = fakeTimers();
  const store = createStore();
  const runs: string[] = [];
  const facts: ReconcileFact[] = [];
  const logs: string[] = [];
  const log =
    (level: string): KubeLogger["info"] =>
    (_fields, message) =>
      void logs.push(`${level}: ${message}`);
  const controller = runController({
    name: "test",
    sources: [source(store, (found) => [keyOf(found)])],
    reconcile: (key, signal) => {
      runs.push(key);
      return reconcile(key, signal);
    },
    onReconcile: (fact) => facts.push(fact),
    logger: { info: log("info"), warn: log("warn"), error: log("error") },
    timers,
    random: () => 0.5,
    ...more,
  });
  return { timers, store, runs, facts, logs, controller };
}

const nothing = (): Promise<undefined> => Promise.resolve(undefined);

describe("runController", () => {
  it("waits for its stores, then works on what is there and on what changes", async () => {
    const { timers, store, runs, controller, facts } = bench(nothing);
    store.set(object("x", 1));
    store.set(object("y", 1));
    await timers.settle();
    expect(runs).toEqual([]);
    store.markSynced(true);
    expect(await controller.started).toBe(true);
    await timers.settle();
    store.set(object("x", 2));
    store.delete("a/y");
    await timers.settle();
    expect(runs).toEqual(["a/x", "a/y", "a/x", "a/y"]);
    expect(facts[0]).toEqual({ controller: "test", key: "a/x", result: "done", seconds: 0 });
  });

  it("never starts when a store ends before its first list", async () => {
    const { store, controller } = bench(nothing);
    store.markSynced(false);
    expect(await controller.started).toBe(false);
  });

  const missing = errors.make("NO_SECRET", "no secret");
  it.each([
    { name: "stalled", error: errors.make("BAD_SPEC", "x"), result: "stalled", waitMs: undefined },
    { name: "missing", error: missing, result: "recheck", waitMs: 600_000 },
    { name: "denied", error: errors.make("NOT_ALLOWED", "x"), result: "recheck", waitMs: 600_000 },
    { name: "unavailable", error: errors.make("BUSY", "x"), result: "retry", waitMs: 5 },
    { name: "a bug", error: new TypeError("x"), result: "retry", waitMs: 5 },
    { name: "asked to wait", error: errorOfStatus("x", 429, {}, "9"), result: "retry", waitMs: 9000 },
  ])("$name: $result", async ({ error, result, waitMs }) => {
    const { timers, store, runs, facts } = bench(() => Promise.reject(error));
    store.set(object("x", 1));
    store.markSynced(true);
    await timers.settle();
    expect(facts.map((fact) => fact.result)).toEqual([result]);
    await timers.advance((waitMs ?? 3_600_000) * 0.7);
    expect(runs).toHaveLength(1);
    await timers.advance((waitMs ?? 3_600_000) * 0.31);
    expect(runs).toHaveLength(waitMs === undefined ? 1 : 2);
    store.set(object("x", 2)); // a change always helps
    await timers.settle();
    expect(runs).toHaveLength(waitMs === undefined ? 2 : 3);
  });

  it("looks again when asked to, and resyncs all keys with jitter", async () => {
    let asked = false;
    const { timers, store, runs } = bench(
      (key) => {
        const first = key === "a/x" && !asked;
        asked ||= first;
        return Promise.resolve(first ? { requeueAfterMs: 50 } : undefined);
      },
      {
        resyncMs: 1_000_000,
      },
    );
    store.set(object("y", 1));
    store.markSynced(true);
    store.set(object("x", 1));
    await timers.advance(49);
    expect(runs).toEqual(["a/y", "a/x"]);
    await timers.advance(1);
    expect(runs).toEqual(["a/y", "a/x", "a/x"]);
    runs.length = 0;
    await timers.advance(1_000_000 - 51 + 30_000);
    expect(runs).toEqual([]);
    await timers.advance(1);
    expect(runs).toEqual(["a/x", "a/y"]);
  });

  it("survives a mapping that throws", async () => {
    const store = createStore();
    const { timers, logs } = bench(nothing, {
      sources: [
        source(store, () => {
          throw new Error("mapping");
        }),
      ],
    });
    store.markSynced(true);
    store.set(object("x", 1));
    await timers.settle();
    expect(logs).toContain("error: cannot map a change to keys");
  });

  it("stops: aborts what runs, waits for it, and ignores later changes", async () => {
    const { timers, store, runs, controller, facts } = bench(
      (_key, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("stopped")));
        }),
    );
    store.set(object("x", 1));
    store.markSynced(true);
    await timers.settle();
    await controller.stop();
    store.set(object("x", 2));
    await timers.advance(100_000_000);
    expect({ runs, facts, pending: timers.pending() }).toEqual({ runs: ["a/x"], facts: [], pending: 0 });
  });
});
