// SPDX-License-Identifier: Apache-2.0
/** Leader election on fake timers: one leader at a time through takeovers, hanging requests and clock jumps. */
import { describe, expect, it } from "vitest";
import { errorOfStatus } from "./errors.ts";
import { electLeader, type Election, type ElectionOptions } from "./leader.ts";
import { fakeTimers, type FakeTimers } from "./testing/fake-timers.ts";
import { FakeObjects, type Json } from "./testing/fake-objects.ts";
import { memoryClient, type MemoryClient } from "./testing/memory-client.ts";

interface Candidate {
  readonly election: Election;
  readonly client: MemoryClient;
  /** `lead` and `end` as they happened. */
  readonly log: string[];
}

function candidate(
  objects: FakeObjects,
  timers: FakeTimers,
  identity: string,
  more: Partial<ElectionOptions> = {},
): Candidate {
  const client = memoryClient(objects);
  const log: string[] = [];
  const election = electLeader({
    client,
    namespace: "stellaops",
    name: "operator",
    identity,
    timers,
    random: () => 0.5,
    lead: async (signal) => {
      log.push("lead");
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      log.push("end");
    },
    onLost: () => void log.push("lost"),
    ...more,
  });
  return { election, client, log };
}

const specOf = (objects: FakeObjects): Json =>
  objects.get({ collection: "coordination.k8s.io/leases", namespace: "stellaops", name: "operator" })[
    "spec"
  ] as Json;

describe("electLeader", () => {
  it("makes one of two the leader, and hands over at once on stop", async () => {
    const [objects, timers] = [new FakeObjects(), fakeTimers()];
    const a = candidate(objects, timers, "a");
    await timers.settle();
    const b = candidate(objects, timers, "b");
    await timers.advance(60_000);
    expect([a.election.isLeader(), b.election.isLeader()]).toEqual([true, false]);
    expect(b.election.leader()).toBe("a");
    expect(specOf(objects)).toMatchObject({
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    expect(specOf(objects)["renewTime"]).toMatch(
      /^2026-01-01T00:00:\d\d\.\d{6}Z$|^2026-01-01T00:01:00\.000000Z$/,
    );

    const stopped = a.election.stop();
    await timers.advance(2_500);
    await stopped;
    expect([a.election.isLeader(), b.election.isLeader()]).toEqual([false, true]);
    expect(specOf(objects)).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
    expect(a.log).toEqual(["lead", "end"]);
    await b.election.stop();
    expect(specOf(objects)["holderIdentity"]).toBe("");
  });

  it("ends the term when renewals fail, before anybody else may begin one", async () => {
    const [objects, timers] = [new FakeObjects(), fakeTimers()];
    const a = candidate(objects, timers, "a");
    await timers.settle();
    const b = candidate(objects, timers, "b");
    await timers.advance(5_000);
    const cutAt = timers.monotonic();
    a.client.before = () => {
      throw errorOfStatus("x", 503, {});
    };
    let lostAt = 0;
    let takenAt = 0;
    while (takenAt === 0) {
      await timers.advance(100);
      expect(a.election.isLeader() && b.election.isLeader()).toBe(false);
      if (lostAt === 0 && a.log.includes("end")) lostAt = timers.monotonic();
      if (b.election.isLeader()) takenAt = timers.monotonic();
    }
    expect(lostAt - cutAt).toBeLessThanOrEqual(10_100);
    expect(takenAt).toBeGreaterThan(lostAt);
    expect(takenAt - cutAt).toBeLessThan(20_000);
    expect(a.log).toEqual(["lead", "lost", "end"]);
    await Promise.all([a.election.stop(), b.election.stop()]);
  });

  it("ends the term in time also when the renewal hangs, and a late answer does not bring it back", async () => {
    const [objects, timers] = [new FakeObjects(), fakeTimers()];
    const a = candidate(objects, timers, "a");
    await timers.advance(100);
    const gate = Promise.withResolvers<undefined>();
    a.client.before = () => gate.promise;
    await timers.advance(10_100);
    expect({ log: a.log, leads: a.election.isLeader() }).toEqual({
      log: ["lead", "lost", "end"],
      leads: false,
    });
    const stopped = a.election.stop();
    gate.resolve(undefined);
    await timers.settle();
    await stopped;
    expect(a.election.isLeader()).toBe(false);
  });

  it("does not believe the times in a lease, nor its own wall clock", async () => {
    const [objects, timers] = [new FakeObjects(), fakeTimers()];
    const old = { holderIdentity: "a", leaseDurationSeconds: 15, renewTime: "2001-01-01T00:00:00.000000Z" };
    const address = { collection: "coordination.k8s.io/leases", namespace: "stellaops" };
    objects.create(address, { metadata: { name: "operator" }, spec: { ...old, leaseTransitions: 7 } });
    const b = candidate(objects, timers, "b");
    await timers.advance(1_000);
    timers.setWallClock(Date.parse("2100-01-01T00:00:00Z"));
    await timers.advance(12_000);
    expect(b.election.isLeader()).toBe(false); // looks ancient, but we have watched it for 13 s only
    await timers.advance(5_000);
    expect(b.election.isLeader()).toBe(true);
    expect(specOf(objects)).toMatchObject({ holderIdentity: "b", leaseTransitions: 8 });
    await b.election.stop();
  });

  it("writes only on the version it has read", async () => {
    const [objects, timers] = [new FakeObjects(), fakeTimers()];
    const address = { collection: "coordination.k8s.io/leases", namespace: "stellaops" };
    objects.create(address, { metadata: { name: "operator" }, spec: { holderIdentity: "" } });
    const both = ["a", "b"].map((identity) => candidate(objects, timers, identity));
    await timers.advance(3_000);
    expect(both.filter(({ election }) => election.isLeader())).toHaveLength(1);
    expect(both.flatMap(({ log }) => log)).toEqual(["lead"]);
    await Promise.all(both.map(({ election }) => election.stop()));
  });

  it("gives the lease back when the work ends by itself, and rests after a crash", async () => {
    const [objects, timers] = [new FakeObjects(), fakeTimers()];
    let runs = 0;
    const a = candidate(objects, timers, "a", {
      lead: () => {
        runs += 1;
        return Promise.reject(new Error("crash"));
      },
    });
    await timers.advance(1_000);
    expect(specOf(objects)["holderIdentity"]).toBe("");
    await timers.advance(13_000);
    expect(runs).toBe(1);
    await timers.advance(2_000);
    expect(runs).toBe(2);
    await a.election.stop();
  });

  it("refuses durations that cannot keep two leaders apart", () => {
    const make = (): Candidate =>
      candidate(new FakeObjects(), fakeTimers(), "a", { leaseDurationMs: 10_000 });
    expect(make).toThrow(RangeError);
  });
});
