// SPDX-License-Identifier: Apache-2.0
/** A Schedule's run: chosen images, one after the other, from where a killed run stopped. */
import { describe, expect, it } from "vitest";
import { NOW, scheduleObject } from "#controllers/testing/objects.ts";
import type { RunJob, RunRecord } from "#controllers/schedule/index.ts";
import type { KnownImage } from "#engines/scheduling/index.ts";
import { digestOf } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { embeddedStores, testClock } from "../testing/bench.ts";
import { runScheduleJob } from "./run.ts";
import type { RunJobPorts, RunPlan } from "./run.ts";

const job: RunJob = { key: `uid-1:${NOW}`, uid: "uid-1", namespace: "team", name: "x", dueAt: NOW };
const digests = ["a", "b", "c", "d"].map((name) => digestOf<ImageDigest>(name)).sort();
const never = new AbortController().signal;

async function bench(
  spec: Readonly<Record<string, unknown>> = {},
  act: (digest: ImageDigest) => void = () => undefined,
) {
  const embedded = await embeddedStores();
  const { catalog } = embedded.stores;
  const done: string[] = [];
  const failures: string[] = [];
  const take = (how: string) => (_schedule: unknown, digest: ImageDigest) => {
    act(digest);
    done.push(`${how} ${digests.indexOf(digest)}`);
    return Promise.resolve();
  };
  const ports: RunJobPorts = {
    clock: testClock(),
    runs: catalog.collection<RunRecord>("runs"),
    plans: catalog.collection<RunPlan>("run-plans"),
    schedule: () => scheduleObject({ spec }),
    images: () =>
      Promise.resolve(
        digests.map((digest): KnownImage => ({ digest, namespaces: ["team"], repositories: ["a.io/x"] })),
      ),
    reevaluate: take("judge"),
    rescan: take("read"),
    failed: (digest) => failures.push(`${digests.indexOf(digest)}`),
  };
  const record = async () => (await ports.runs.get("uid-1"))?.body;
  return { ports, done, failures, record, [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose]() };
}

describe("runScheduleJob", () => {
  it.each([
    { mode: "analysis-only", how: "judge" },
    { mode: "content-refresh", how: "read" },
  ])("$mode: every image once, then its plan is gone", async ({ mode, how }) => {
    await using b = await bench({ mode });
    await runScheduleJob(job, never, b.ports);
    expect(b.done).toEqual([0, 1, 2, 3].map((index) => `${how} ${index}`));
    expect(await b.record()).toEqual({
      key: job.key,
      dueAt: NOW,
      startedAt: NOW,
      finishedAt: NOW,
      selected: 4,
      enqueued: 4,
      succeeded: 4,
      failed: 0,
      skipped: 0,
    });
    expect(await b.ports.plans.count()).toBe(0);
  });

  it("takes no more than it may", async () => {
    await using b = await bench({ limits: { maxJobs: 3 } });
    await runScheduleJob(job, never, b.ports);
    expect(await b.record()).toMatchObject({ selected: 4, enqueued: 3, succeeded: 3, skipped: 1 });
  });

  it("goes on after an image that failed", async () => {
    await using b = await bench({}, (digest) => {
      if (digest === digests[1]) throw new Error("no");
    });
    await runScheduleJob(job, never, b.ports);
    expect(b.failures).toEqual(["1"]);
    expect(await b.record()).toMatchObject({ succeeded: 3, failed: 1 });
  });

  it("goes on where it was stopped, with the plan of its start", async () => {
    const stop = new AbortController();
    await using b = await bench({}, (digest) => {
      if (digest === digests[2] && !stop.signal.aborted) {
        stop.abort();
        throw new Error("stopped");
      }
    });
    await expect(runScheduleJob(job, stop.signal, b.ports)).rejects.toThrow("stopped");
    expect(await b.record()).toMatchObject({ succeeded: 2, failed: 0 });
    await runScheduleJob(job, never, { ...b.ports, images: () => Promise.resolve([]) });
    expect(b.done).toEqual(["judge 0", "judge 1", "judge 2", "judge 3"]);
    expect(await b.record()).toMatchObject({ selected: 4, succeeded: 4, finishedAt: NOW });
  });

  it("a new due time is a new run", async () => {
    await using b = await bench();
    await runScheduleJob(job, never, b.ports);
    await runScheduleJob({ ...job, key: `uid-1:${NOW + 1}`, dueAt: NOW + 1 }, never, b.ports);
    expect(b.done).toHaveLength(8);
  });

  it("does nothing for a Schedule that is gone", async () => {
    await using b = await bench();
    await runScheduleJob(job, never, { ...b.ports, schedule: () => undefined });
    expect(await b.record()).toBeUndefined();
  });
});
