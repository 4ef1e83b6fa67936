// SPDX-License-Identifier: Apache-2.0
/** The SQLite queues against the contract, and what only one file with one owner can get wrong. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf } from "#lib/errors.ts";
import { describeQueueContract } from "../testing/index.ts";
import type { Job } from "../ports.ts";
import { countdown, expectCode, gate, numbers, type Gate } from "../testing/bench.ts";
import { backoffMs } from "./backoff.ts";
import { openSqliteCatalog, openSqliteQueues } from "./index.ts";

describeQueueContract("sqlite", async ({ backoffMs: baseMs, limit }) => {
  const folder = await mkdtemp(path.join(tmpdir(), "stella-queue-"));
  const file = path.join(folder, "stella.db");
  const open = (): ReturnType<typeof openSqliteQueues> =>
    openSqliteQueues(file, { backoff: { baseMs, maxMs: baseMs }, limit });
  let store = await open();
  return {
    store,
    reopen: async ({ crash = false } = {}) => {
      if (crash) store.abandon();
      else await store.close();
      store = await open();
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

const passId =
  (to: Gate<string>) =>
  (job: Job): Promise<void> => {
    to.open(job.id);
    return Promise.resolve();
  };

describe("backoff", () => {
  const backoff = { baseMs: 1000, maxMs: 60_000 };
  it.each([
    { attempt: 1, random: 0, want: 500 },
    { attempt: 1, random: 1, want: 1000 },
    { attempt: 4, random: 0.5, want: 6000 },
    { attempt: 7, random: 1, want: 60_000 },
    { attempt: 100, random: 0, want: 30_000 },
  ])("attempt $attempt, random $random: $want ms", ({ attempt, random, want }) => {
    expect(backoffMs(attempt, backoff, random)).toBe(want);
  });
});

describe("sqlite queue file", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "stella-queue-"));
    file = path.join(folder, "stella.db");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("has one owner at a time, beside any number of catalogs", async () => {
    const first = await openSqliteQueues(file);
    const catalog = await openSqliteCatalog(file);
    await expectCode(openSqliteQueues(file), "QUEUE_IN_USE");
    await catalog.collection("things").put("a", {});
    await first.close();
    const second = await openSqliteQueues(file);
    await second.close();
    await catalog.close();
  });

  it("opens for one of many at once", async () => {
    const results = await Promise.allSettled(numbers(6).map(() => openSqliteQueues(file)));
    const open = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const codes = results.flatMap((result) => (result.status === "rejected" ? [codeOf(result.reason)] : []));
    expect(open).toHaveLength(1);
    expect(codes).toEqual(numbers(5).map(() => "QUEUE_IN_USE"));
    await open[0]?.close();
  });

  it("refuses a file that is no database, and is not left locked by that", async () => {
    await writeFile(file, "text ".repeat(2000));
    await expectCode(openSqliteQueues(file), "QUEUE_INVALID");
    await rm(file);
    await (await openSqliteQueues(file)).close();
    await expectCode(openSqliteQueues(path.join(file, "below")), "QUEUE_UNAVAILABLE");
  });

  it("gives a job up that many processes died over", async () => {
    for (const process of numbers(10)) {
      const queues = await openSqliteQueues(file);
      const queue = queues.queue("scan");
      if (process === 0) await queue.add("poison", 1);
      const started = gate();
      queue.work(1, async () => {
        started.open();
        await new Promise<never>(() => undefined);
      });
      await started.opened;
      queues.abandon();
    }
    const queues = await openSqliteQueues(file);
    expect(await queues.queue("scan").dead(10)).toMatchObject([
      { id: "poison", attempt: 10, code: "JOB_LEFT_UNFINISHED" },
    ]);
    await queues.close();
  });

  it("carries on when the database refused for a while, with the outcome recorded once", async () => {
    const errors: unknown[] = [];
    const refused = gate();
    const queues = await openSqliteQueues(file, {
      busyTimeoutMs: 1,
      storeRetryMs: 2,
      onError: (error) => {
        errors.push(error);
        refused.open();
      },
    });
    const queue = queues.queue<number>("scan");
    for (const n of numbers(3)) await queue.add(`j${n}`, n);
    const holder = new DatabaseSync(file);
    const runs: string[] = [];
    const all = countdown(3);
    const worker = queue.work(
      2,
      (job) => {
        runs.push(job.id);
        if (runs.length === 1) holder.exec("BEGIN IMMEDIATE");
        return Promise.resolve();
      },
      all.count,
    );
    await refused.opened;
    holder.exec("COMMIT");
    holder.close();
    await all.done;
    await worker.stop();
    expect(runs.sort()).toEqual(["j0", "j1", "j2"]);
    expect(new Set(errors.map(codeOf))).toEqual(new Set(["QUEUE_UNAVAILABLE"]));
    expect(await queue.stats()).toEqual({ waiting: 0, running: 0, dead: 0 });
    await queues.close();
  });

  it("waits for a due time by the clock it was given", async () => {
    let now = 1_000_000;
    const clock = { now: () => now };
    const queues = await openSqliteQueues(file, { clock });
    const queue = queues.queue("scan");
    await queue.add("tomorrow", 1, { delayMs: 86_400_000 });
    const ran = gate<string>();
    const worker = queue.work(1, passId(ran));
    await queue.add("now", 1);
    expect(await ran.opened).toBe("now");
    await worker.stop();
    now += 86_400_000;
    const later = gate<string>();
    const again = queue.work(1, passId(later));
    expect(await later.opened).toBe("tomorrow");
    await again.stop();
    await queues.close();
  });

  it("survives a listener that throws", async () => {
    const errors: unknown[] = [];
    const queues = await openSqliteQueues(file, { onError: (error) => void errors.push(error) });
    const queue = queues.queue("scan");
    const all = countdown(2);
    await queue.add("a", 1);
    await queue.add("b", 1);
    const worker = queue.work(
      1,
      () => Promise.resolve(),
      () => {
        all.count();
        throw new Error("listener");
      },
    );
    await all.done;
    await worker.stop();
    expect(errors).toHaveLength(2);
    await queues.close();
  });
});
