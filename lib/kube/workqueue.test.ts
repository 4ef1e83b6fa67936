// SPDX-License-Identifier: Apache-2.0
/** The queue's promises, on fake timers: order per key, bounds, backoff, and a stop that waits. */
import { describe, expect, it } from "vitest";
import { fakeTimers } from "./testing/fake-timers.ts";
import { backoffMs } from "./timers.ts";
import { createWorkQueue, type WorkQueueOptions } from "./workqueue.ts";

/** A queue whose work ends when the test says so. */
function bench(workers = 2, options: WorkQueueOptions = {}) {
  const timers = fakeTimers();
  const queue = createWorkQueue({ timers, random: () => 1, ...options });
  const started: string[] = [];
  const errors: unknown[] = [];
  const open = new Map<string, PromiseWithResolvers<undefined>>();
  const start = (): void =>
    queue.start(
      workers,
      async (key) => {
        started.push(key);
        const gate = Promise.withResolvers<undefined>();
        open.set(key, gate);
        await gate.promise;
      },
      (_key, error) => errors.push(error),
    );
  const finish = async (key: string): Promise<void> => {
    open.get(key)?.resolve(undefined);
    await timers.settle();
  };
  return { timers, queue, started, errors, open, start, finish };
}

describe("work queue", () => {
  it("holds a key once, and runs at most as many as there are workers", async () => {
    const { queue, started, start, finish } = bench(2);
    for (const key of ["a", "b", "a", "c", "a"]) queue.add(key);
    expect(queue.stats()).toEqual({ depth: 3, running: 0, delayed: 0, adds: 3, retries: 0 });
    start();
    expect(started).toEqual(["a", "b"]);
    await finish("b");
    expect(started).toEqual(["a", "b", "c"]);
  });

  it("never runs one key twice at once, and runs it again when it changed meanwhile", async () => {
    const { queue, started, start, finish } = bench(4);
    start();
    queue.add("a");
    queue.add("a");
    queue.add("a");
    expect(started).toEqual(["a"]);
    await finish("a");
    expect(started).toEqual(["a", "a"]);
    await finish("a");
    expect({ started, depth: queue.stats().depth }).toEqual({ started: ["a", "a"], depth: 0 });
  });

  it("doubles the wait up to the bound, and starts over after forget", async () => {
    const { timers, queue, start, started, finish } = bench(1, { baseDelayMs: 10, maxDelayMs: 35 });
    start();
    const waitOf = async (): Promise<number> => {
      const { length } = started;
      const began = timers.monotonic();
      queue.addRateLimited("key");
      while (started.length === length) await timers.advance(1);
      await finish("key");
      return timers.monotonic() - began;
    };
    const waits = [await waitOf(), await waitOf(), await waitOf(), await waitOf()];
    expect({ waits, failures: queue.failures("key") }).toEqual({ waits: [10, 20, 35, 35], failures: 4 });
    queue.forget("key");
    expect(await waitOf()).toBe(10);
  });

  it("spreads waits by jitter between half and all", () => {
    expect([0, 0.5, 0.99].map((random) => backoffMs(3, 10, 1000, () => random))).toEqual([20, 30, 39.8]);
    expect(backoffMs(5000, 5, 300_000, () => 1)).toBe(300_000);
  });

  it("keeps the earliest of several planned times, apart from the retry that forget drops", async () => {
    const { timers, queue, started, start } = bench(1);
    start();
    queue.addAfter("a", 1000);
    queue.addAfter("a", 100);
    queue.addAfter("a", 5000);
    queue.addRateLimited("b");
    queue.forget("b");
    queue.forget("a");
    await timers.advance(99);
    expect(started).toEqual([]);
    await timers.advance(1);
    expect({ started, pending: timers.pending() }).toEqual({ started: ["a"], pending: 0 });
  });

  it("reports what work throws and goes on", async () => {
    const { queue, started, errors, open, start, timers } = bench(1);
    start();
    queue.add("a");
    queue.add("b");
    open.get("a")?.reject(new Error("boom"));
    await timers.settle();
    expect({ started, errors: errors.length }).toEqual({ started: ["a", "b"], errors: 1 });
  });

  it("stop waits for what runs and starts nothing more", async () => {
    const { timers, queue, started, start, finish } = bench(1);
    start();
    queue.add("a");
    queue.add("b");
    queue.addAfter("c", 10);
    let stopped = false;
    void queue.stop().then(() => (stopped = true));
    queue.add("d");
    queue.addRateLimited("e");
    await timers.advance(1000);
    expect(stopped).toBe(false);
    await finish("a");
    expect({ stopped, started, stats: queue.stats() }).toEqual({
      stopped: true,
      started: ["a"],
      stats: { depth: 0, running: 0, delayed: 0, adds: 2, retries: 0 },
    });
  });
});
