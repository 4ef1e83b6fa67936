// SPDX-License-Identifier: Apache-2.0
/** What every queue adapter must do; states `Queue` of `ports.ts` case by case. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineErrors, type ErrorKind } from "#lib/errors.ts";
import type { Job, JobOutcome, Queue, Queues } from "../ports.ts";
import { countdown, expectCode, gate, numbers, type Bench } from "./bench.ts";

const faults = defineErrors("fault", {
  FAULT_INVALID: "invalid",
  FAULT_DENIED: "denied",
  FAULT_MISSING: "missing",
  FAULT_UNAVAILABLE: "unavailable",
  FAULT_EXHAUSTED: "exhausted",
  FAULT_CONFLICT: "conflict",
});

/** How the bench must set its queues up, so that the suite is quick. */
export interface QueueBenchSettings {
  /** Longest wait after a first failure, milliseconds. */
  readonly backoffMs: number;
  /** Jobs that may wait or run. */
  readonly limit: number;
}

export const queueBenchSettings: QueueBenchSettings = { backoffMs: 4, limit: 300 };

const never = new Promise<never>(() => undefined);

export function describeQueueContract(
  name: string,
  make: (settings: QueueBenchSettings) => Promise<Bench<Queues>>,
): void {
  describe(`queue contract: ${name}`, () => {
    let bench: Bench<Queues>;
    let queue: Queue<unknown>;
    beforeEach(async () => {
      bench = await make(queueBenchSettings);
      queue = bench.store.queue("scan");
    });
    afterEach(() => bench.dispose());

    /** Works until `count` outcomes were final. */
    const drain = async (
      count: number,
      run: (job: Job) => Promise<void>,
      concurrency = 1,
    ): Promise<JobOutcome[]> => {
      const outcomes: JobOutcome[] = [];
      const finals = countdown(count);
      const worker = queue.work(concurrency, run, (outcome) => {
        outcomes.push(outcome);
        if (outcome.final) finals.count();
      });
      await finals.done;
      await worker.stop();
      return outcomes;
    };

    describe("one job", () => {
      it("runs once with its payload and is forgotten", async () => {
        const payload = { image: "sha256:0", deep: [1, { a: null }] };
        expect(await queue.add("a", payload)).toBe(true);
        expect(await queue.state("a")).toBe("waiting");
        const seen: Job[] = [];
        const outcomes = await drain(1, async (job) => {
          seen.push(job);
          expect(await queue.state("a")).toBe("running");
          expect(await queue.stats()).toEqual({ waiting: 0, running: 1, dead: 0 });
        });
        expect(seen).toEqual([{ id: "a", payload, attempt: 1 }]);
        expect(outcomes).toEqual([{ id: "a", ok: true, final: true }]);
        expect(await queue.state("a")).toBeUndefined();
        expect(await queue.stats()).toEqual({ waiting: 0, running: 0, dead: 0 });
        expect(await queue.add("a", payload)).toBe(true);
      });

      it("is not added twice while it waits or runs, and a run asked for meanwhile does not follow", async () => {
        expect(await queue.add("a", 1)).toBe(true);
        expect(await queue.add("a", 2)).toBe(false);
        const payloads: unknown[] = [];
        await drain(1, async (job) => {
          payloads.push(job.payload);
          expect(await queue.add("a", 3)).toBe(false);
        });
        expect(payloads).toEqual([1]);
        expect(await queue.state("a")).toBeUndefined();
      });

      it("wakes an idle worker", async () => {
        const ran = gate<string>();
        const worker = queue.work(1, (job) => {
          ran.open(job.id);
          return Promise.resolve();
        });
        expect(await queue.stats()).toEqual({ waiting: 0, running: 0, dead: 0 }); // it has looked and found nothing
        await new Promise(setImmediate);
        await queue.add("late", 1);
        expect(await ran.opened).toBe("late");
        await worker.stop();
      });

      it("tells its outcome after recording it", async () => {
        const states: unknown[] = [];
        const told = gate();
        await queue.add("a", 1);
        const worker = queue.work(
          1,
          () => Promise.resolve(),
          ({ id }) => {
            void queue.state(id).then((state) => {
              states.push(state);
              told.open();
            });
          },
        );
        await told.opened;
        expect(states).toEqual([undefined]);
        await worker.stop();
      });
    });

    describe("failures", () => {
      it.each<{ kind: ErrorKind; error: () => Error; runs: number; code: string }>([
        { kind: "invalid", error: () => faults.make("FAULT_INVALID", "no"), runs: 1, code: "FAULT_INVALID" },
        { kind: "denied", error: () => faults.make("FAULT_DENIED", "no"), runs: 1, code: "FAULT_DENIED" },
        { kind: "missing", error: () => faults.make("FAULT_MISSING", "no"), runs: 1, code: "FAULT_MISSING" },
        {
          kind: "unavailable",
          error: () => faults.make("FAULT_UNAVAILABLE", "no"),
          runs: 3,
          code: "FAULT_UNAVAILABLE",
        },
        {
          kind: "exhausted",
          error: () => faults.make("FAULT_EXHAUSTED", "no"),
          runs: 3,
          code: "FAULT_EXHAUSTED",
        },
        {
          kind: "conflict",
          error: () => faults.make("FAULT_CONFLICT", "no"),
          runs: 3,
          code: "FAULT_CONFLICT",
        },
        { kind: "bug", error: () => new TypeError("no"), runs: 3, code: "INTERNAL_ERROR" },
      ])("of kind $kind: $runs runs, then dead", async ({ error, runs, code }) => {
        await queue.add("a", { n: 1 }, { maxAttempts: 3 });
        const attempts: number[] = [];
        const outcomes = await drain(1, (job) => {
          attempts.push(job.attempt);
          return Promise.reject(error());
        });
        expect(attempts).toEqual(numbers(runs).map((n) => n + 1));
        expect(outcomes).toEqual(
          attempts.map((attempt) => ({ id: "a", ok: false, code, message: "no", final: attempt === runs })),
        );
        expect(await queue.state("a")).toBe("dead");
        expect(await queue.dead(10)).toEqual([
          { id: "a", payload: { n: 1 }, attempt: runs, code, message: "no" },
        ]);
      });

      it("are forgotten by a later success", async () => {
        await queue.add("a", 1);
        const outcomes = await drain(1, (job) =>
          job.attempt < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve(),
        );
        expect(outcomes.map(({ ok, final }) => ({ ok, final }))).toEqual([
          { ok: false, final: false },
          { ok: false, final: false },
          { ok: true, final: true },
        ]);
        expect(await queue.stats()).toEqual({ waiting: 0, running: 0, dead: 0 });
      });

      it("do not hold up other jobs", async () => {
        await queue.add("bad", 1, { maxAttempts: 4 });
        for (const n of numbers(5)) await queue.add(`good${n}`, n);
        const outcomes = await drain(6, (job) =>
          job.id === "bad" ? Promise.reject(new Error()) : Promise.resolve(),
        );
        expect(outcomes.filter(({ ok }) => ok).map(({ id }) => id)).toEqual(
          numbers(5).map((n) => `good${n}`),
        );
      });

      it("thrown before the first await count as well", async () => {
        await queue.add("a", 1);
        const outcomes = await drain(1, () => {
          throw faults.make("FAULT_INVALID", "at once");
        });
        expect(outcomes).toEqual([
          { id: "a", ok: false, code: "FAULT_INVALID", message: "at once", final: true },
        ]);
      });

      it("start anew when a dead job is added again", async () => {
        await queue.add("a", 1);
        await drain(1, () => Promise.reject(faults.make("FAULT_INVALID", "no")));
        expect(await queue.add("a", 2)).toBe(true);
        expect(await queue.dead(10)).toEqual([]);
        const seen: Job[] = [];
        await drain(1, (job) => Promise.resolve(void seen.push(job)));
        expect(seen).toEqual([{ id: "a", payload: 2, attempt: 1 }]);
      });

      it("are listed oldest first, the latest 1000 of them", async () => {
        const all = numbers(1005);
        for (const batch of [all.slice(0, 300), all.slice(300, 600), all.slice(600, 900), all.slice(900)]) {
          for (const n of batch) await queue.add(`d${n}`, n);
          await drain(batch.length, () => Promise.reject(faults.make("FAULT_INVALID", "no")));
        }
        const dead = await queue.dead(1000);
        expect(dead.map((job) => job.payload)).toEqual(all.slice(5));
        expect((await queue.dead(2)).map((job) => job.id)).toEqual(["d5", "d6"]);
        expect(await queue.stats()).toEqual({ waiting: 0, running: 0, dead: 1000 });
      });
    });

    describe("order", () => {
      it("is by priority, then by age", async () => {
        for (const [id, priority] of Object.entries({ b: 0, c: -5, d: 0, a: 5, e: 5 }))
          await queue.add(id, id, { priority });
        const outcomes = await drain(5, () => Promise.resolve());
        expect(outcomes.map(({ id }) => id)).toEqual(["a", "e", "b", "d", "c"]);
      });

      it("puts a delayed job off, not its followers", async () => {
        const added = Date.now();
        await queue.add("later", 1, { delayMs: 60, priority: 9 });
        await queue.add("now", 1);
        expect(await queue.state("later")).toBe("waiting");
        const ranAt: Record<string, number> = {};
        const outcomes = await drain(2, (job) => {
          ranAt[job.id] = Date.now();
          return Promise.resolve();
        });
        expect(outcomes.map(({ id }) => id)).toEqual(["now", "later"]);
        expect((ranAt["later"] ?? 0) - added).toBeGreaterThanOrEqual(59);
      });
    });

    describe("limits", () => {
      it("refuses a job over the limit until one is done", async () => {
        for (const n of numbers(queueBenchSettings.limit)) await queue.add(`j${n}`, n);
        await expectCode(queue.add("over", 1), "QUEUE_FULL");
        expect(await queue.add("j0", 1)).toBe(false);
        expect(await bench.store.queue("other").add("over", 1)).toBe(true);
        await drain(queueBenchSettings.limit, () => Promise.resolve(), 8);
        expect(await queue.add("over", 1)).toBe(true);
      });

      const cases: { name: string; work: () => Promise<unknown> }[] = [
        { name: "an empty id", work: () => queue.add("", 1) },
        { name: "a long id", work: () => queue.add("x".repeat(513), 1) },
        { name: "no payload", work: () => queue.add("a", undefined) },
        { name: "a large payload", work: () => queue.add("a", "x".repeat(1024 * 1024)) },
        { name: "priority 1001", work: () => queue.add("a", 1, { priority: 1001 }) },
        { name: "a negative delay", work: () => queue.add("a", 1, { delayMs: -1 }) },
        { name: "no attempts", work: () => queue.add("a", 1, { maxAttempts: 0 }) },
        { name: "dead(0)", work: () => queue.dead(0) },
        { name: "dead(1001)", work: () => queue.dead(1001) },
      ];
      it.each(cases)("refuses $name", ({ work }) => expectCode(work(), "QUEUE_REQUEST_INVALID"));

      it("refuses bad names and a worker of nobody", () => {
        expect(() => bench.store.queue("no good")).toThrow(/not a queue name/);
        expect(() => queue.work(0, () => Promise.resolve())).toThrow(/concurrency/);
      });
    });

    describe("many at once", () => {
      it("runs 200 jobs by 8 at a time, each exactly once", async () => {
        for (const n of numbers(200)) await queue.add(`j${n}`, n);
        const runs: unknown[] = [];
        let running = 0;
        let most = 0;
        await drain(
          200,
          async (job) => {
            running += 1;
            most = Math.max(most, running);
            runs.push(job.payload);
            await new Promise(setImmediate);
            running -= 1;
          },
          8,
        );
        expect(most).toBe(8);
        expect(runs.sort((a, b) => Number(a) - Number(b))).toEqual(numbers(200));
      });

      it("shares jobs among workers and takes those that jobs add", async () => {
        const runs: string[] = [];
        const all = countdown(60);
        const run = async (job: Job): Promise<void> => {
          runs.push(job.id);
          if (job.id.length < 3) await queue.add(`${job.id}+`, 1);
        };
        const workers = numbers(3).map(() => queue.work(2, run, all.count));
        await Promise.all(numbers(10).map((n) => queue.add(`${n}`, 1)));
        await Promise.all(numbers(20).map((n) => queue.add(`long${n}`, 1)));
        await Promise.all(numbers(10).map((n) => queue.add(`long${n + 20}`, 1)));
        await all.done;
        await Promise.all(workers.map((worker) => worker.stop()));
        expect(new Set(runs).size).toBe(60);
        expect(runs).toHaveLength(60);
      });

      it("keeps queues apart", async () => {
        const other = bench.store.queue<number>("other");
        await queue.add("a", 1);
        await other.add("a", 2);
        const seen: unknown[] = [];
        await drain(1, (job) => Promise.resolve(void seen.push(job.payload)));
        expect(seen).toEqual([1]);
        expect(await other.stats()).toEqual({ waiting: 1, running: 0, dead: 0 });
        expect(bench.store.queue("other")).toBe(other);
      });
    });

    describe("stop", () => {
      it("takes nothing new and waits for what runs", async () => {
        for (const n of numbers(3)) await queue.add(`j${n}`, n);
        const started = gate();
        const { opened, open } = gate();
        const ended: string[] = [];
        const worker = queue.work(1, async (job) => {
          started.open();
          await opened;
          ended.push(job.id);
        });
        await started.opened;
        const stopped = worker.stop();
        open();
        await stopped;
        expect(ended).toEqual(["j0"]);
        expect(await queue.stats()).toEqual({ waiting: 2, running: 0, dead: 0 });
      });

      it("aborts after its grace, with no attempt counted", async () => {
        await queue.add("a", 1, { maxAttempts: 1 });
        const started = gate();
        const outcomes: JobOutcome[] = [];
        const worker = queue.work(
          1,
          async (_job, signal) => {
            started.open();
            await new Promise((_resolve, reject) =>
              signal.addEventListener("abort", () => reject(new Error("cut"))),
            );
          },
          (outcome) => void outcomes.push(outcome),
        );
        await started.opened;
        await worker.stop(0);
        expect(outcomes).toEqual([]);
        expect(await queue.state("a")).toBe("waiting");
        const attempts: number[] = [];
        await drain(1, (job) => Promise.resolve(void attempts.push(job.attempt)));
        expect(attempts).toEqual([1]);
      });
    });

    describe("life", () => {
      it("keeps jobs over a close", async () => {
        await queue.add("dead", { n: 3 });
        await drain(1, () => Promise.reject(faults.make("FAULT_INVALID", "no")));
        await queue.add("waits", { n: 1 });
        await queue.add("delayed", { n: 2 }, { delayMs: 3_600_000 });
        queue = (await bench.reopen()).queue("scan");
        expect(await queue.stats()).toEqual({ waiting: 2, running: 0, dead: 1 });
        expect(await queue.add("waits", 1)).toBe(false);
        expect((await queue.dead(5)).map(({ id }) => id)).toEqual(["dead"]);
      });

      it("runs again what a crash cut short, even with one attempt allowed, and nothing else", async () => {
        for (const n of numbers(20)) await queue.add(`j${n}`, n, { maxAttempts: 1 });
        const hung = countdown(3);
        const done: string[] = [];
        queue.work(3, async (job) => {
          if (Number(job.payload) < 10) {
            done.push(job.id);
            return;
          }
          hung.count();
          await never;
        });
        await hung.done;
        queue = (await bench.reopen({ crash: true })).queue("scan");
        const attempts: Record<string, number> = {};
        await drain(
          10,
          (job) => {
            attempts[job.id] = job.attempt;
            return Promise.resolve();
          },
          4,
        );
        expect(done).toHaveLength(10);
        expect(attempts).toEqual(Object.fromEntries(numbers(10).map((n) => [`j${n + 10}`, n < 3 ? 2 : 1])));
        expect(await queue.stats()).toEqual({ waiting: 0, running: 0, dead: 0 });
      });

      it("records nothing of a crashed process's jobs that end later", async () => {
        await queue.add("a", 1);
        const started = gate();
        const late = gate();
        const outcomes: JobOutcome[] = [];
        queue.work(
          1,
          async () => {
            started.open();
            await late.opened;
          },
          (outcome) => void outcomes.push(outcome),
        );
        await started.opened;
        queue = (await bench.reopen({ crash: true })).queue("scan");
        late.open();
        await new Promise(setImmediate);
        expect(outcomes).toEqual([]);
        await drain(1, () => Promise.resolve());
      });

      it("answers ping until closed, then refuses", async () => {
        await queue.ping();
        await bench.store.close();
        await bench.store.close();
        await expectCode(queue.ping(), "QUEUE_UNAVAILABLE");
        await expectCode(queue.add("a", 1), "QUEUE_UNAVAILABLE");
      });
    });
  });
}
