// SPDX-License-Identifier: Apache-2.0
/** Verdicts for Reports and for admission; what a namespace may see of an image. */
import { describe, expect, it } from "vitest";
import { DIGEST, policyObject } from "#controllers/testing/objects.ts";
import { compileSnapshot, importSource } from "#engines/evaluation/index.ts";
import { memoryFeed } from "#engines/evaluation/advisories/testing/sbom.ts";
import { digestOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { embeddedStores, osv, storeImage, testCaches, testClock, testKnowledge } from "../testing/bench.ts";
import { Evaluator } from "./evaluator.ts";
import { imageCatalog } from "./images.ts";
import { Verdicts } from "./verdicts.ts";

const OTHER = digestOf("other");
const IMAGE = `ghcr.io/acme/api@${DIGEST}`;

async function bench(resolve: (image: string) => Promise<Digest> = () => Promise.resolve(DIGEST)) {
  const embedded = await embeddedStores();
  const { catalog, objects } = embedded.stores;
  const knowledge = await testKnowledge({ catalog, objects });
  const { export: made } = await importSource({ name: "osv", feed: memoryFeed({ "a.json": osv("GHSA-1") }) });
  await knowledge.replace("advisories", compileSnapshot([made]));
  const { caches, feed, runPod } = testCaches();
  const requested: string[] = [];
  const unread: string[] = [];
  const asks = (spec: Readonly<Record<string, unknown>>, name = "asks") => {
    feed.scanPolicies.set(
      policyObject({
        metadata: { namespace: "stellaops", name, uid: name, resourceVersion: JSON.stringify(spec) },
        spec: { enforcement: "enforce", admission: { requireVerdict: "pass" }, ...spec },
      }),
    );
  };
  asks({ rules: [{ name: "critical", match: { severity: "critical" }, action: "fail" }] });
  const verdicts = new Verdicts({
    clock: testClock(),
    systemNamespace: "stellaops",
    caches,
    images: imageCatalog(catalog),
    evaluator: new Evaluator({
      clock: testClock(),
      catalog,
      objects,
      knowledge,
      vexTrust: () => ({}),
      attachedVex: () => undefined,
      observed: () => undefined,
      onDelta: () => undefined,
    }),
    resolve,
    unreadSources: () => Promise.resolve(unread),
    requestScan: (repository, digest) => Promise.resolve(void requested.push(`${repository}@${digest}`)),
  });
  const image = await storeImage(embedded.stores);
  return {
    asks,
    unread,
    verdicts,
    image,
    feed,
    runPod,
    requested,
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}

const ask = (...images: readonly string[]) => ({
  namespace: "team",
  labels: {},
  dryRun: false,
  images: [...images],
});

describe("forAdmission", () => {
  it("judges a known image, and shows findings only where it runs already", async () => {
    await using b = await bench();
    const hidden = (await b.verdicts.forAdmission(ask(IMAGE))).results[IMAGE];
    expect(hidden).toMatchObject({ resolved: IMAGE, hasSbom: true, policyVerdict: "fail" });
    expect(JSON.stringify(hidden)).not.toContain("GHSA-1");
    b.runPod("other");
    expect(JSON.stringify(await b.verdicts.forAdmission(ask(IMAGE)))).not.toContain("GHSA-1");
    b.runPod("team");
    expect(JSON.stringify(await b.verdicts.forAdmission(ask(IMAGE)))).toContain("GHSA-1");
  });

  it("has an unknown image scanned", async () => {
    await using b = await bench();
    const name = `ghcr.io/acme/new:1@${OTHER}`;
    const { results } = await b.verdicts.forAdmission(ask(name));
    expect(results[name]).toEqual({
      resolved: `ghcr.io/acme/new@${OTHER}`,
      hasSbom: false,
      policyVerdict: "unknown",
      reasons: ["not scanned yet, try again in a minute"],
    });
    expect(b.requested).toEqual([`ghcr.io/acme/new@${OTHER}`]);
  });

  it("asks the registry for what a tag means, and says why when it cannot", async () => {
    await using b = await bench((image) =>
      image === "down.io/x:1" ? Promise.reject(new Error("no answer")) : Promise.resolve(DIGEST),
    );
    const { results } = await b.verdicts.forAdmission(
      ask("down.io/x:1", "ghcr.io/acme/api:1", "NOT AN IMAGE"),
    );
    expect(results["ghcr.io/acme/api:1"]?.policyVerdict).toBe("fail");
    expect(results["down.io/x:1"]).toEqual({
      hasSbom: false,
      policyVerdict: "unknown",
      reasons: ["no answer"],
    });
    expect(results["NOT AN IMAGE"]?.policyVerdict).toBe("unknown");
  });

  it("asks all registries at once", async () => {
    let asking = 0;
    const all = Promise.withResolvers<Digest>();
    await using b = await bench(() => {
      if (++asking === 20) all.resolve(DIGEST);
      return all.promise;
    });
    const images = Array.from({ length: 20 }, (_, n) => `slow.io/x:${n}`);
    expect(Object.keys((await b.verdicts.forAdmission(ask(...images, ...images))).results)).toHaveLength(20);
  });

  it("uses the policies for the Pod's own labels", async () => {
    await using b = await bench();
    const selector = { podSelector: { matchLabels: { app: "web" } } };
    b.asks({ selector, rules: [{ name: "kev", match: { kev: true }, action: "fail" }] });
    const verdict = async (labels: Record<string, string>) =>
      (await b.verdicts.forAdmission({ ...ask(IMAGE), labels })).results[IMAGE]?.tiers;
    expect(await verdict({ app: "web" })).toMatchObject({ enforce: { policyVerdict: "pass" } });
    expect(await verdict({ app: "db" })).toEqual({});
  });

  it("a dry run has a verdict of its own, beside that of what is enforced", async () => {
    await using b = await bench();
    b.asks({ rules: [{ name: "critical", match: { severity: "critical" }, action: "warn" }] });
    b.asks({ enforcement: "dryrun", rules: [{ name: "all", action: "fail" }] }, "strict");
    const facts = (await b.verdicts.forAdmission(ask(IMAGE))).results[IMAGE];
    expect(facts?.tiers).toMatchObject({
      dryrun: { policyVerdict: "fail" },
      enforce: { policyVerdict: "warn" },
    });
  });

  it("gives no verdict while a policy is not valid or a feed was not read yet", async () => {
    await using b = await bench();
    b.asks({ rules: [{ name: "r", match: { severty: "high" }, action: "fail" }] });
    const unsound = (await b.verdicts.forAdmission(ask(IMAGE))).results[IMAGE];
    expect(unsound).toMatchObject({
      policyVerdict: "unknown",
      reasons: [expect.stringContaining("stellaops/asks")],
    });
    b.unread.push("stellaops/osv");
    const early = (await b.verdicts.forAdmission(ask(IMAGE))).results[IMAGE];
    expect(early).toMatchObject({
      policyVerdict: "unknown",
      reasons: [expect.stringContaining("stellaops/osv")],
    });
  });

  it("has nothing scanned for a question that is a dry run", async () => {
    await using b = await bench();
    await b.verdicts.forAdmission({ ...ask(`a.io/x@${OTHER}`), dryRun: true });
    expect(b.requested).toEqual([]);
  });
});

describe("forReport", () => {
  it("uses the policies of every Pod that runs the image there", async () => {
    await using b = await bench();
    const selector = { podSelector: { matchLabels: { app: "web" } } };
    b.feed.scanPolicies.set(
      policyObject({
        metadata: { namespace: "team" },
        spec: { selector, rules: [{ name: "strict", action: "fail" }] },
      }),
    );
    b.asks({ rules: [{ name: "mild", action: "warn" }] });
    const report = {
      namespace: "team",
      imageDigest: DIGEST,
      image: "ghcr.io/acme/api:1",
      repository: "ghcr.io/acme/api",
    };
    expect((await b.verdicts.forReport(report, b.image)).summary.verdict).toBe("warn");
    b.runPod("team", undefined, { app: "web" });
    expect((await b.verdicts.forReport(report, b.image)).summary.verdict).toBe("fail");
  });
});
