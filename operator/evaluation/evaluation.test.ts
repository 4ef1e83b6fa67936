// SPDX-License-Identifier: Apache-2.0
/** Policies, evaluations by key, images and snapshots over the embedded stores. */
import { describe, expect, it } from "vitest";
import { DIGEST, policyObject } from "#controllers/testing/objects.ts";
import { compileSnapshot, importSource } from "#engines/evaluation/index.ts";
import { memoryFeed } from "#engines/evaluation/advisories/testing/sbom.ts";
import type { RescanDelta } from "#lib/contracts/events.ts";
import type { ObjectStore } from "#lib/stores/ports.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { codeOf } from "#lib/errors.ts";
import type { ScanPolicy } from "#crds/index.ts";
import { embeddedStores, osv, storeImage, testClock, testKnowledge } from "../testing/bench.ts";
import { Evaluator, reportKey } from "./evaluator.ts";
import type { Question } from "./evaluator.ts";
import { imageCatalog } from "./images.ts";
import { applies, selectPolicies } from "./policies.ts";
import type { Workload } from "./policies.ts";

type Rules = readonly Readonly<Record<string, unknown>>[];

const policy = (name: string, namespace: string, spec: Readonly<Record<string, unknown>> = {}): ScanPolicy =>
  policyObject({ metadata: { name, namespace, uid: `${namespace}/${name}` }, spec });
const FAIL: Rules = [{ name: "all", action: "fail" }];
const workload: Workload = {
  namespace: "team",
  namespaceLabels: { env: "prod" },
  podLabels: [{ app: "web" }],
  repository: "ghcr.io/acme/api",
};

async function snapshotOf(...ids: readonly string[]): Promise<Uint8Array> {
  const files = Object.fromEntries(ids.map((id) => [`${id}.json`, osv(id)]));
  const { export: made } = await importSource({ name: "osv", feed: memoryFeed(files) });
  return compileSnapshot([made]);
}

describe("policies", () => {
  it.each<{ name: string; policy: ScanPolicy; workload?: Partial<Workload>; want: boolean }>([
    { name: "system", policy: policy("p", "stellaops"), want: true },
    { name: "own", policy: policy("p", "team"), want: true },
    { name: "another namespace's", policy: policy("p", "other"), want: false },
    {
      name: "any of the Pods",
      policy: policy("p", "team", { selector: { podSelector: { matchLabels: { app: "db" } } } }),
      workload: { podLabels: [{ app: "web" }, { app: "db" }] },
      want: true,
    },
    {
      name: "none of the Pods",
      policy: policy("p", "team", { selector: { podSelector: { matchLabels: { app: "db" } } } }),
      want: false,
    },
    {
      name: "no Pod: labels unknown",
      policy: policy("p", "team", { selector: { podSelector: { matchLabels: { app: "db" } } } }),
      workload: { podLabels: [] },
      want: false,
    },
    {
      name: "the namespace's labels",
      policy: policy("p", "stellaops", { selector: { namespaceSelector: { matchLabels: { env: "prod" } } } }),
      want: true,
    },
    {
      name: "another repository",
      policy: policy("p", "stellaops", { selector: { repositories: ["quay.io/*"] } }),
      want: false,
    },
  ])("$name: $want", ({ policy: one, workload: over, want }) => {
    expect(applies(one, "stellaops", { ...workload, ...over })).toBe(want);
  });

  it("tell system from namespace, and leave out what is unsound", () => {
    const unsound = policy("bad", "stellaops", {
      rules: [{ name: "r", match: { severty: "high" }, action: "fail" }],
    });
    const all = [policy("own", "team"), policy("sys", "stellaops"), unsound];
    const { set, names } = selectPolicies(all, "stellaops", workload);
    expect(set.system.map(({ name }) => name)).toEqual(["stellaops/sys"]);
    expect(set.namespace?.map(({ name }) => name)).toEqual(["team/own"]);
    expect(names).toEqual(["stellaops/bad", "stellaops/sys", "team/own"]);
  });

  it("have one digest in any order, and another when a rule changes", () => {
    const a = policy("a", "stellaops");
    const b = policy("b", "team");
    const digest = (...all: readonly ScanPolicy[]) => selectPolicies(all, "stellaops", workload).digest;
    expect(digest(a, b)).toBe(digest(b, a));
    expect(digest(a, policy("b", "team", { rules: FAIL }))).not.toBe(digest(a, b));
  });

  it.each([
    { name: "no system policy", spec: undefined, want: false },
    { name: "the system says nothing", spec: {}, want: false },
    { name: "the system allows it", spec: { allowNamespaceWaivers: true }, want: true },
  ])("a namespace may waive: $name", ({ spec, want }) => {
    const all = spec === undefined ? [] : [policy("s", "stellaops", spec)];
    expect(selectPolicies(all, "stellaops", workload).set.allowNamespaceWaivers).toBe(want);
  });
});

async function bench() {
  const embedded = await embeddedStores();
  const { catalog, objects } = embedded.stores;
  const knowledge = await testKnowledge({ catalog, objects });
  const clock = testClock();
  let computed = 0;
  const deltas: RescanDelta[] = [];
  const evaluator = new Evaluator({
    clock,
    catalog,
    objects,
    knowledge,
    vexTrust: () => ({}),
    attachedVex: () => undefined,
    observed: () => {
      computed++;
    },
    onDelta: (delta) => deltas.push(delta),
  });
  const image = await storeImage(embedded.stores);
  const question = (rules: Rules, slot: Question["slot"] = "report", namespace = "team"): Question => ({
    image,
    digest: image.imageDigest,
    policies: selectPolicies([policy("p", "stellaops", { rules })], "stellaops", { ...workload, namespace }),
    context: { namespace, repository: "ghcr.io/acme/api", imageReference: "ghcr.io/acme/api:1" },
    slot,
  });
  return {
    embedded,
    objects,
    knowledge,
    clock,
    evaluator,
    image,
    question,
    deltas,
    computed: () => computed,
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}

describe("Evaluator", () => {
  it("answers an equal question once, and stores the whole report", async () => {
    await using b = await bench();
    await b.knowledge.replace("advisories", await snapshotOf("GHSA-1"));
    const [one, two] = await Promise.all([
      b.evaluator.answer(b.question(FAIL)),
      b.evaluator.answer(b.question(FAIL)),
    ]);
    expect(two).toEqual(one);
    expect(await b.evaluator.answer(b.question(FAIL))).toEqual(one);
    expect(b.computed()).toBe(1);
    expect(one.summary).toMatchObject({ verdict: "fail", counts: { critical: 1 } });
    const stored = JSON.parse(
      Buffer.from(await b.objects.read(reportKey(one.reportDigest), 1e6)).toString(),
    ) as { findings: unknown[] };
    expect(stored.findings).toHaveLength(1);
    expect(await b.evaluator.lastEvaluated("team", DIGEST)).toBe(one.evaluatedAt);
  });

  it("computes anew for another policy or snapshot, and keeps one report", async () => {
    await using b = await bench();
    const first = await b.evaluator.answer(b.question(FAIL));
    await b.knowledge.replace("advisories", await snapshotOf("GHSA-1"));
    const second = await b.evaluator.answer(b.question(FAIL));
    const third = await b.evaluator.answer(b.question([{ name: "all", action: "warn" }]));
    expect([first, second, third].map(({ summary }) => summary.verdict)).toEqual(["warn", "fail", "warn"]);
    expect((await b.objects.list("reports/")).map(({ key }) => key)).toEqual([reportKey(third.reportDigest)]);
  });

  it("tells what new knowledge changed in a report, and nothing when the policy changed", async () => {
    await using b = await bench();
    await b.evaluator.answer(b.question(FAIL));
    await b.knowledge.replace("advisories", await snapshotOf("GHSA-1"));
    await b.evaluator.answer(b.question(FAIL));
    await b.evaluator.answer(b.question([{ name: "all", action: "warn" }]));
    expect(b.deltas).toMatchObject([
      {
        kind: "rescan.delta",
        namespace: "team",
        imageDigest: DIGEST,
        verdict: { before: "warn", after: "fail" },
        added: [{ id: "GHSA-1", severity: "critical" }],
        newCriticals: 1,
      },
    ]);
  });

  it("computes anew when a waiver is over", async () => {
    await using b = await bench();
    await b.knowledge.replace("advisories", await snapshotOf("GHSA-1"));
    const rules: Rules = [
      {
        name: "waived",
        match: { cve: ["GHSA-1"] },
        action: { ignore: { until: "2026-01-01T01:00:00Z", justification: "x" } },
      },
      ...FAIL,
    ];
    const first = await b.evaluator.answer(b.question(rules));
    expect(first).toMatchObject({
      summary: { verdict: "pass", waived: 1 },
      validUntil: b.clock.now() + 3_600_000,
    });
    b.clock.pass(3_599_999);
    expect(await b.evaluator.answer(b.question(rules))).toEqual(first);
    b.clock.pass(1);
    expect((await b.evaluator.answer(b.question(rules))).summary).toMatchObject({
      verdict: "fail",
      waived: 0,
    });
    expect(b.computed()).toBe(2);
  });

  it("computes anew when it must", async () => {
    await using b = await bench();
    await b.evaluator.answer(b.question(FAIL));
    await b.evaluator.answer(b.question(FAIL), true);
    expect(b.computed()).toBe(2);
  });

  it("admission and report do not take each other's answers away", async () => {
    await using b = await bench();
    const report = await b.evaluator.answer(b.question(FAIL, "report"));
    await Promise.all([
      b.evaluator.answer(b.question(FAIL, "admission-enforce")),
      b.evaluator.answer(b.question(FAIL, "report")),
    ]);
    await b.evaluator.answer(b.question([{ name: "other", action: "warn" }], "admission-enforce"));
    expect(await b.objects.head(reportKey(report.reportDigest))).toBeDefined();
    expect(await b.evaluator.answer(b.question(FAIL, "report"))).toEqual(report);
  });

  it("a Report is there even when admission asks the same at the same time", async () => {
    await using b = await bench();
    const [, report] = await Promise.all([
      b.evaluator.answer(b.question(FAIL, "admission-enforce")),
      b.evaluator.answer(b.question(FAIL, "report")),
    ]);
    expect(await b.objects.head(reportKey(report.reportDigest))).toBeDefined();
  });

  it("answers with the snapshots that its key names, whatever arrives meanwhile", async () => {
    await using b = await bench();
    const before = b.knowledge.advisories().digest;
    const bytes = await snapshotOf("GHSA-1");
    const answer = b.evaluator.answer(b.question(FAIL));
    await b.knowledge.replace("advisories", bytes);
    expect((await answer).summary.digests.advisories).toBe(before);
    expect((await b.evaluator.answer(b.question(FAIL))).summary.verdict).toBe("fail");
  });

  it("keeps the answers of two Reports that name one image by different digests", async () => {
    await using b = await bench();
    await b.knowledge.replace("advisories", await snapshotOf("GHSA-1"));
    const own = b.question(FAIL);
    const byIndex = { ...own, digest: digestOf("an index") };
    const asOther = { ...byIndex, context: { ...byIndex.context, imageReference: "ghcr.io/acme/api:2" } };
    const [first, same] = [await b.evaluator.answer(own), await b.evaluator.answer(byIndex)];
    expect(same.reportDigest).toBe(first.reportDigest);
    const other = await b.evaluator.answer(asOther);
    expect(other.reportDigest).not.toBe(first.reportDigest);
    const there = async () => (await b.objects.list("reports/")).map(({ key }) => key).sort();
    expect(await there()).toEqual([first, other].map(({ reportDigest }) => reportKey(reportDigest)).sort());
    const before = b.computed();
    await Promise.all([own, asOther].map((question) => b.evaluator.answer(question)));
    expect(b.computed()).toBe(before);
    await b.evaluator.forget("team", byIndex.digest);
    expect(await there()).toEqual([reportKey(first.reportDigest)]);
  });

  it("puts no earlier answer over a later one", async () => {
    await using b = await bench();
    await b.knowledge.replace("advisories", await snapshotOf("GHSA-1"));
    const early = b.evaluator.answer(b.question(FAIL));
    await b.knowledge.replace("advisories", await snapshotOf("GHSA-1", "GHSA-2"));
    const late = b.evaluator.answer(b.question(FAIL));
    await Promise.all([early, late]);
    const kept = await b.evaluator.answer(b.question(FAIL));
    expect(kept.reportDigest).toBe((await late).reportDigest);
    expect(await b.objects.list("reports/")).toHaveLength(1);
  });

  it("forgets a namespace's answers, and no others", async () => {
    await using b = await bench();
    const mine = await b.evaluator.answer(b.question(FAIL));
    const theirs = await b.evaluator.answer(b.question(FAIL, "report", "other"));
    await b.evaluator.forget("team", DIGEST);
    expect(await b.evaluator.lastEvaluated("team", DIGEST)).toBeUndefined();
    expect(await b.objects.head(reportKey(mine.reportDigest))).toBeUndefined();
    expect(await b.objects.head(reportKey(theirs.reportDigest))).toBeDefined();
  });

  it("fails with a code when the SBOM is lost", async () => {
    await using b = await bench();
    for (const { key } of b.image.artifacts) await b.objects.delete(key);
    const code = await b.evaluator.answer(b.question(FAIL)).then(() => "answered", codeOf);
    expect(code).toBe("OBJECT_MISSING");
    await storeImage(b.embedded.stores);
    expect((await b.evaluator.answer(b.question(FAIL))).summary.components).toBe(1);
  });
});

describe("imageCatalog", () => {
  it("finds an image by its digest and by the index that led to it", async () => {
    await using embedded = await embeddedStores();
    const images = imageCatalog(embedded.stores.catalog);
    const index = digestOf("index");
    expect(await images.find(index)).toBeUndefined();
    await images.alias(index, DIGEST as unknown as ImageDigest);
    expect(await images.find(index)).toBeUndefined();
    const image = await storeImage(embedded.stores);
    expect(await images.find(index)).toEqual(image);
    expect(await images.find(DIGEST)).toEqual(image);
  });
});

describe("openKnowledge", () => {
  it("starts empty, and with what was named last", async () => {
    await using embedded = await embeddedStores();
    const bytes = await snapshotOf("GHSA-1");
    const first = await testKnowledge(embedded.stores);
    expect(await first.replace("advisories", bytes)).toBe(true);
    expect(await first.replace("advisories", bytes)).toBe(false);
    const { catalog, objects } = await embedded.reopen();
    expect((await testKnowledge({ catalog, objects })).advisories().digest).toBe(digestOf(bytes));
  });

  it("starts with the former one when the process died between storing and naming", async () => {
    await using embedded = await embeddedStores();
    const { catalog, objects } = embedded.stores;
    const bytes = await snapshotOf("GHSA-1");
    const knowledge = await testKnowledge({ catalog, objects });
    await knowledge.replace("advisories", bytes);
    const next = await snapshotOf("GHSA-1", "GHSA-2");
    await objects.put(`snapshots/advisories/${hexOf(digestOf(next))}`, next);
    const again = await testKnowledge({ catalog, objects });
    expect(again.advisories().digest).toBe(digestOf(bytes));
    expect(await again.replace("advisories", next)).toBe(true);
    expect((await objects.list("snapshots/advisories/")).map(({ digest }) => digest)).toEqual([
      digestOf(next),
    ]);
  });

  it.each(["advisories", "vex"] as const)("names no %s snapshot that cannot be opened", async (kind) => {
    await using embedded = await embeddedStores();
    const { catalog, objects } = embedded.stores;
    const knowledge = await testKnowledge({ catalog, objects });
    const before = knowledge[kind]().digest;
    await expect(knowledge.replace(kind, Buffer.from("not a snapshot"))).rejects.toThrow();
    expect(knowledge[kind]().digest).toBe(before);
    expect((await testKnowledge({ catalog, objects }))[kind]().digest).toBe(before);
  });

  it.each<{ name: string; spoil: (objects: ObjectStore, key: string) => Promise<unknown> }>([
    { name: "is gone", spoil: (objects, key) => objects.delete(key) },
    {
      name: "was written by a version to come",
      spoil: async (objects, key) => {
        const bytes = Buffer.from(await objects.read(key, 1e6));
        bytes[5] = 200;
        await objects.delete(key);
        await objects.put(key, bytes);
      },
    },
    {
      name: "is something else",
      spoil: async (objects, key) => {
        await objects.delete(key);
        await objects.put(key, Buffer.from("nothing"));
      },
    },
  ])("makes a named snapshot anew that $name", async ({ spoil }) => {
    await using embedded = await embeddedStores();
    const { objects } = embedded.stores;
    const bytes = await snapshotOf("GHSA-1");
    await (await testKnowledge(embedded.stores)).replace("advisories", bytes);
    await spoil(objects, `snapshots/advisories/${hexOf(digestOf(bytes))}`);

    const without = await testKnowledge(embedded.stores);
    expect(without.advisories().digest).not.toBe(digestOf(bytes));
    const asked: string[] = [];
    const again = await testKnowledge(embedded.stores, (kind) => {
      asked.push(kind);
      return Promise.resolve(bytes);
    });
    expect([asked, again.advisories().digest]).toEqual([["advisories"], digestOf(bytes)]);
  });

  it("deletes what it could not read once another takes its place", async () => {
    await using embedded = await embeddedStores();
    const { objects } = embedded.stores;
    const [bytes, next] = [await snapshotOf("GHSA-1"), await snapshotOf("GHSA-2")];
    await (await testKnowledge(embedded.stores)).replace("advisories", bytes);
    const key = `snapshots/advisories/${hexOf(digestOf(bytes))}`;
    await objects.delete(key);
    await objects.put(key, Buffer.from("nothing"));
    await testKnowledge(embedded.stores, () => Promise.resolve(next));
    expect((await objects.list("snapshots/advisories/")).map(({ digest }) => digest)).toEqual([
      digestOf(next),
    ]);
  });

  it("announces a change, until nobody listens", async () => {
    await using embedded = await embeddedStores();
    const knowledge = await testKnowledge(embedded.stores);
    let heard = 0;
    const end = knowledge.onChange(() => {
      heard++;
    });
    await knowledge.replace("advisories", await snapshotOf("GHSA-1"));
    end();
    await knowledge.replace("advisories", await snapshotOf("GHSA-2"));
    expect(heard).toBe(1);
  });
});
