// SPDX-License-Identifier: Apache-2.0
/** Whose attached VEX is heard about which image, what it weighs, and what the evaluator makes of it. */
import { describe, expect, it } from "vitest";
import { DIGEST, policyObject, stellaOpsObject, vexSourceObject } from "#controllers/testing/objects.ts";
import {
  ATTACHED_VEX,
  compileVexSnapshot,
  compileSnapshot,
  importSource,
} from "#engines/evaluation/index.ts";
import type { AttachedVex, ReportDocument } from "#engines/evaluation/index.ts";
import { memoryFeed } from "#engines/evaluation/advisories/testing/sbom.ts";
import { hexOf } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { keepAttachedVex } from "../jobs/attached-vex.ts";
import type { KeptWith } from "../jobs/attached-vex.ts";
import type { ImageDocument } from "../jobs/scan.ts";
import {
  LODASH,
  embeddedStores,
  osv,
  storeImage,
  testCaches,
  testClock,
  testKnowledge,
} from "../testing/bench.ts";
import { attachedVexWeight, heardAttachedVex } from "./attached-vex.ts";
import { Evaluator, reportKey } from "./evaluator.ts";
import { selectPolicies } from "./policies.ts";
import { vexTrust } from "./vex-trust.ts";

const TEAM = "ghcr.io/acme/api";
const IMAGE = DIGEST as unknown as ImageDigest;

const openvex = (product: string, more: object = {}): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      "@context": "https://openvex.dev/ns/v0.2.0",
      statements: [
        {
          vulnerability: { name: "GHSA-1" },
          products: [product],
          status: "not_affected",
          justification: "vulnerable_code_not_present",
          ...more,
        },
      ],
    }),
  );
/** As a scan finds it. */
function found(repository = TEAM, bytes?: Uint8Array, leftOut: readonly string[] = []): AttachedVex {
  const attachedTo = { imageDigest: IMAGE, repository };
  const documents =
    bytes === undefined ? [] : [{ source: ATTACHED_VEX, name: "sha256:1", bytes, attachedTo }];
  const compiled = compileVexSnapshot(documents);
  const facts = {
    repository,
    documents: compiled.documents,
    statements: compiled.statements,
    leftOut,
    leftOutCount: leftOut.length,
  };
  return { bytes: compiled.bytes, digest: compiled.digest, facts };
}
const OWN = openvex(DIGEST);

describe("attachedVexWeight", () => {
  it.each([
    { name: "nothing is said", want: undefined },
    { name: "the repository is named", attachedVex: { repositories: [TEAM], trustWeight: 0.7 }, want: 0.7 },
    {
      name: "a pattern meets it",
      attachedVex: { repositories: ["ghcr.io/acme/*"], trustWeight: 0.5 },
      want: 0.5,
    },
    {
      name: "another one is named",
      attachedVex: { repositories: ["ghcr.io/acme/a"], trustWeight: 1 },
      want: undefined,
    },
  ])("$name: $want", ({ attachedVex, want }) => {
    const { caches, feed } = testCaches();
    feed.stellaOps.set(stellaOpsObject({ spec: { scan: attachedVex === undefined ? {} : { attachedVex } } }));
    expect(attachedVexWeight(caches, TEAM)).toBe(want);
  });
});

describe("vexTrust", () => {
  it("has what weighs other than 1, and who is gone with nothing", () => {
    const { caches, feed } = testCaches();
    for (const [name, trustWeight] of [
      ["light", 0.4],
      ["vendor", 1],
    ] as const)
      feed.vexSources.set(
        vexSourceObject({
          metadata: { name, namespace: "stellaops" },
          spec: { file: { path: "a.json" }, trustWeight },
        }),
      );
    const sources = ["stellaops/light", "stellaops/vendor", "stellaops/gone"];
    expect(vexTrust(caches, { sources })).toEqual({ "stellaops/light": 0.4, "stellaops/gone": 0 });
  });
});

describe("keepAttachedVex", () => {
  it("replaces what is of the same repository, and keeps what is of others", async () => {
    await using embedded = await embeddedStores();
    const { objects } = embedded.stores;
    let entry: KeptWith = {};
    const changes: boolean[] = [];
    for (const each of [
      found(TEAM, OWN),
      found("ghcr.io/acme/copy", OWN),
      found(TEAM, openvex(LODASH)),
      found(TEAM, openvex(LODASH)),
      undefined,
    ]) {
      const kept = await keepAttachedVex(each, { imageDigest: IMAGE }, entry, objects);
      entry = kept.into(entry);
      changes.push(kept.isChanged);
    }
    expect(changes).toEqual([true, true, true, false, false]);
    expect(entry.attachedVex?.map(({ facts }) => facts.repository)).toEqual(["ghcr.io/acme/copy", TEAM]);
    expect(await objects.list(`images/${hexOf(IMAGE)}/attached-vex/`)).toHaveLength(2);
  });

  it("takes nothing away where the registry did not answer, and all where it answered with nothing", async () => {
    await using embedded = await embeddedStores();
    const { objects } = embedded.stores;
    const image = { imageDigest: IMAGE };
    const first = (await keepAttachedVex(found(TEAM, OWN), image, {}, objects)).into({});
    const unsure = await keepAttachedVex(
      found(TEAM, undefined, ["referrers are not listed"]),
      image,
      first,
      objects,
    );
    expect([unsure.isChanged, unsure.own?.facts.documents, unsure.into(first)]).toEqual([false, 1, first]);
    const empty = await keepAttachedVex(found(), image, first, objects);
    expect([empty.isChanged, empty.own?.facts.documents]).toEqual([true, 0]);
  });
});

async function bench() {
  const embedded = await embeddedStores();
  const { catalog, objects } = embedded.stores;
  const knowledge = await testKnowledge({ catalog, objects });
  const { export: made } = await importSource({ name: "osv", feed: memoryFeed({ "a.json": osv("GHSA-1") }) });
  await knowledge.replace("advisories", compileSnapshot([made]));
  const { caches, feed } = testCaches();
  let version = 0;
  const trust = (attachedVex?: object): void => {
    const metadata = { resourceVersion: String(++version) };
    feed.stellaOps.set(
      stellaOpsObject({ metadata, spec: { scan: attachedVex === undefined ? {} : { attachedVex } } }),
    );
  };
  let computed = 0;
  const evaluator = new Evaluator({
    clock: testClock(),
    catalog,
    objects,
    knowledge,
    vexTrust: () => ({}),
    attachedVex: (image, repository) => heardAttachedVex(caches, image, repository),
    observed: () => {
      computed++;
    },
    onDelta: () => undefined,
  });
  const stored = await storeImage(embedded.stores);
  const kept = await keepAttachedVex(found(TEAM, OWN), { imageDigest: IMAGE }, {}, objects);
  const image: ImageDocument = { ...stored, ...kept.into({}) };
  const ask = async (repository = TEAM): Promise<ReportDocument> => {
    const workload = { namespace: "team", namespaceLabels: {}, podLabels: [], repository };
    const policies = selectPolicies(
      [policyObject({ metadata: { name: "p", namespace: "stellaops" } })],
      "stellaops",
      workload,
    );
    const context = { namespace: "team", repository };
    const { reportDigest } = await evaluator.answer({
      image,
      digest: image.imageDigest,
      policies,
      context,
      slot: "report",
    });
    return JSON.parse(
      Buffer.from(await objects.read(reportKey(reportDigest), 1e6)).toString(),
    ) as ReportDocument;
  };
  return {
    knowledge,
    trust,
    ask,
    computed: () => computed,
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}

const by = ({ findings }: ReportDocument): string | undefined => findings[0]?.suppressedBy;

describe("an evaluation with attached VEX", () => {
  it("hears it while its repository is trusted, of that repository alone", async () => {
    await using b = await bench();
    b.trust();
    expect(by(await b.ask())).toBeUndefined();
    b.trust({ repositories: ["ghcr.io/*"], trustWeight: 0.5 });
    const heard = await b.ask();
    expect(by(heard)).toBe("vex:attached:image");
    expect(heard).toMatchObject({
      vexTrust: { "attached:image": 0.5 },
      attachedVex: { repository: TEAM, documents: 1 },
      digests: { attachedVex: found(TEAM, OWN).digest },
    });
    expect(by(await b.ask("ghcr.io/acme/copy"))).toBeUndefined();
    b.trust({ repositories: ["ghcr.io/*"], trustWeight: 0.4 });
    expect(by(await b.ask())).toBeUndefined();
    expect(b.computed()).toBe(4);
  });

  it("takes it from the store again when other VEX is new", async () => {
    await using b = await bench();
    b.trust({ repositories: [TEAM], trustWeight: 0.5 });
    expect(by(await b.ask())).toBe("vex:attached:image");
    const said = openvex(LODASH, {
      status: "affected",
      justification: undefined,
      action_statement: "Update.",
    });
    await b.knowledge.replace(
      "vex",
      compileVexSnapshot([{ source: "stellaops/vendor", name: "a", bytes: said }]).bytes,
    );
    const after = await b.ask();
    expect([by(after), after.findings[0]?.vex?.source]).toEqual([undefined, "stellaops/vendor"]);
    expect(after.findings[0]?.vex?.conflicts).toMatchObject([{ source: "attached:image" }]);
  });
});
