// SPDX-License-Identifier: Apache-2.0
/** Discovery against a cluster in memory: Scans and Reports come with Pods, and go when nothing needs them. */
import { describe, expect, it } from "vitest";
import { DIGEST, NOW, reportObject, scanObject, stellaOpsObject } from "#controllers/testing/objects.ts";
import { DISCOVERED, objectName } from "#controllers/workload/index.ts";
import { silentLogger } from "#lib/kube/types.ts";
import { memoryClient } from "#lib/kube/testing/memory-client.ts";
import { testCaches, testClock } from "../testing/bench.ts";
import { runWorkloads } from "./workloads.ts";

interface World {
  readonly pods?: readonly string[];
  readonly discovery?: Readonly<Record<string, unknown>>;
  /** Of a Scan that is there already. */
  readonly scan?: {
    readonly phase?: string;
    readonly ageMs: number;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly report?: boolean;
}

/** What the controller did once its queue was empty. */
async function discover({ pods = [], discovery = {}, scan, report = false }: World) {
  const client = memoryClient();
  const { caches, feed, runPod } = testCaches();
  feed.stellaOps.set(stellaOpsObject({ spec: { discovery } }));
  if (scan !== undefined) {
    const { phase, ageMs, labels = DISCOVERED } = scan;
    const metadata = {
      namespace: "stellaops",
      name: "s",
      labels,
      creationTimestamp: new Date(NOW - ageMs).toISOString(),
    };
    const object = scanObject({ metadata, status: phase === undefined ? undefined : { phase } });
    const { uid: _, ...rest } = object.metadata;
    feed.scans.set({ ...object, metadata: { ...object.metadata, uid: "uid-1" } });
    client.objects.create(
      { collection: "stella-ops.org/scans", namespace: "stellaops", name: "s" },
      { ...object, metadata: rest },
    );
  }
  if (report) feed.reports.set(reportObject());
  for (const namespace of pods) runPod(namespace);
  const reconciled = Promise.withResolvers<string>();
  const controller = runWorkloads(
    { client, logger: silentLogger, instance: "i", onReconcile: ({ result }) => reconciled.resolve(result) },
    { caches, clock: testClock(), systemNamespace: "stellaops", retentionMs: () => 86_400_000 },
  );
  controller.queue.add(DIGEST);
  const result = await reconciled.promise;
  await controller.stop();
  const did = client.calls.filter(({ method }) => method === "apply" || method === "delete");
  return {
    result,
    did: did
      .map(({ method, address }) => `${method} ${address.namespace ?? ""}/${address.name ?? ""}`)
      .sort(),
  };
}

const NAME = objectName("ghcr.io/acme/api", DIGEST);
const MINUTE = 60_000;

describe("runWorkloads", () => {
  it.each<{ name: string; world: World; did: string[]; result?: string }>([
    {
      name: "makes a Scan, and a Report a namespace",
      world: { pods: ["a", "b", "a"] },
      did: [`apply a/${NAME}`, `apply b/${NAME}`, `apply stellaops/${NAME}`],
    },
    {
      name: "leaves excluded namespaces alone",
      world: { pods: ["a", "b"], discovery: { excludeNamespaces: ["b*"] } },
      did: [`apply a/${NAME}`, `apply stellaops/${NAME}`],
    },
    {
      name: "leaves excluded images alone",
      world: { pods: ["a"], discovery: { excludeImages: ["ghcr.io/acme/*"] } },
      did: [],
    },
    {
      name: "does nothing when switched off",
      world: { pods: ["a"], discovery: { enabled: false } },
      did: [],
    },
    {
      name: "keeps the Scan while a Report needs it",
      world: { scan: { phase: "Succeeded", ageMs: 2 * MINUTE }, report: true },
      did: [],
    },
    {
      name: "removes it when nothing needs it",
      world: { scan: { phase: "Succeeded", ageMs: 2 * MINUTE } },
      did: ["delete stellaops/s"],
    },
    {
      name: "removes one that failed",
      world: { scan: { phase: "Failed", ageMs: 2 * MINUTE } },
      did: ["delete stellaops/s"],
    },
    {
      name: "waits while it is young, and looks again",
      world: { scan: { phase: "Succeeded", ageMs: 1000 } },
      did: [],
      result: "requeued",
    },
    {
      name: "waits while it works, and looks again",
      world: { scan: { phase: "Running", ageMs: 60 * MINUTE } },
      did: [],
      result: "requeued",
    },
    {
      name: "leaves a Scan of somebody else alone",
      world: { scan: { phase: "Succeeded", ageMs: 60 * MINUTE, labels: {} } },
      did: [],
    },
  ])("$name", async ({ world, did, result }) => {
    const outcome = await discover(world);
    expect(outcome.did).toEqual(did);
    if (result !== undefined) expect(outcome.result).toBe(result);
  });
});
