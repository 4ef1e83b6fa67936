// SPDX-License-Identifier: Apache-2.0
/** OpenReports against a cluster in memory. */
import { describe, expect, it } from "vitest";
import { reportObject, stellaOpsObject } from "#controllers/testing/objects.ts";
import { silentLogger } from "#lib/kube/types.ts";
import { memoryClient } from "#lib/kube/testing/memory-client.ts";
import { testCaches, testClock } from "../testing/bench.ts";
import { runOpenReports } from "./open-reports.ts";

async function world(spec: Readonly<Record<string, unknown>> = {}) {
  const client = memoryClient();
  let served: readonly string[] = ["openreports.io/v1alpha1"];
  let looks = 0;
  client.raw = () => {
    looks += 1;
    return Promise.resolve({ groups: served.map((groupVersion) => ({ versions: [{ groupVersion }] })) });
  };
  const { caches, feed } = testCaches();
  feed.stellaOps.set(stellaOpsObject({ spec }));
  const clock = testClock();
  let settled = Promise.withResolvers<string>();
  const controller = runOpenReports(
    { client, logger: silentLogger, instance: "i", onReconcile: ({ result }) => settled.resolve(result) },
    { caches, clock },
  );
  let version = 0;
  const report = (verdict: string) => {
    const metadata = { resourceVersion: String(++version) };
    feed.reports.set(reportObject({ metadata, status: { verdict, conditions: [] } }));
  };
  report("fail");
  await settled.promise;
  return {
    client,
    clock,
    report,
    looks: () => looks,
    serve: (...groups: readonly string[]) => void (served = groups),
    next: async () => {
      settled = Promise.withResolvers<string>();
      controller.queue.add("team/x");
      return settled.promise;
    },
    applied: () =>
      client.calls
        .filter(({ method }) => method === "apply")
        .map(({ address, body }) => `${address.collection} ${JSON.stringify(body).includes('"fail"')}`),
    [Symbol.asyncDispose]: () => controller.stop(),
  };
}

describe("runOpenReports", () => {
  it("writes each answer once", async () => {
    await using w = await world();
    expect(w.applied()).toEqual(["openreports.io/reports true"]);
    await w.next();
    expect(w.applied()).toHaveLength(1);
    w.report("pass");
    await w.next();
    await w.next();
    expect(w.applied()).toHaveLength(2);
  });

  it("puts back what somebody took away", async () => {
    await using w = await world();
    w.client.objects.delete({ collection: "openreports.io/reports", namespace: "team", name: "x" }, {});
    await w.next();
    expect(w.applied()).toHaveLength(2);
  });

  it("writes nothing where it is switched off", async () => {
    await using w = await world({ openReports: { enabled: false } });
    expect(w.client.calls).toEqual([]);
  });

  it("looks for the kind once in a while, and writes once it is there", async () => {
    await using w = await world();
    await w.next();
    expect(w.looks()).toBe(1);
    w.serve("wgpolicyk8s.io/v1alpha2");
    w.clock.pass(10 * 60_000);
    await w.next();
    expect([w.looks(), w.applied().at(-1)]).toEqual([2, "wgpolicyk8s.io/policyreports true"]);
    w.serve("apps/v1");
    w.clock.pass(10 * 60_000);
    expect(await w.next()).toBe("requeued");
    expect(w.applied()).toHaveLength(2);
  });
});
