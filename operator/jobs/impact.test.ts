// SPDX-License-Identifier: Apache-2.0
/** A feed changes: images that it can't concern keep their answers, all others get new ones. */
import { describe, expect, it } from "vitest";
import { advisorySourceObject, vexSourceObject } from "#controllers/testing/objects.ts";
import type { ImportJob, ImportRecord } from "#controllers/source/index.ts";
import { memoryFeed } from "#engines/evaluation/advisories/testing/sbom.ts";
import { policyFromRules, policySetDigest } from "#engines/evaluation/index.ts";
import type { PolicySet } from "#engines/evaluation/index.ts";
import { component, sbom } from "#engines/evaluation/testing/builders.ts";
import { imageBomIndex } from "#engines/scanner/index.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import { codeOf } from "#lib/errors.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { Evaluator } from "../evaluation/evaluator.ts";
import { imageCatalog } from "../evaluation/images.ts";
import { embeddedStores, osv, storeImage, testClock, testKnowledge } from "../testing/bench.ts";
import { runImportJob } from "./import.ts";
import type { FeedDocumentRecord, ImportJobPorts } from "./import.ts";
import type { IndexName } from "./impact.ts";
import { importThread } from "./import-thread.ts";
import type { ImportWork } from "./import-work.ts";
import { inlineImportWork } from "./import-work.ts";

const HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const vex = (id: string, product: string): string =>
  JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://acme.example/1",
    author: "Acme",
    timestamp: "2024-01-01T00:00:00Z",
    version: 1,
    statements: [
      {
        vulnerability: { name: id },
        products: [{ "@id": product }],
        status: "not_affected",
        justification: "vulnerable_code_not_present",
      },
    ],
  });

const rules = (text: object): PolicySet => ({
  system: [policyFromRules([{ name: "all", match: text, action: "fail" }], { name: "p" })],
});

async function bench(startWork: () => ImportWork = () => inlineImportWork) {
  const embedded = await embeddedStores();
  const { catalog, objects } = embedded.stores;
  const knowledge = await testKnowledge({ catalog, objects });
  const clock = testClock();
  const evaluator = new Evaluator({
    clock,
    catalog,
    objects,
    knowledge,
    vexTrust: () => ({}),
    attachedVex: () => undefined,
    observed: () => undefined,
    onDelta: () => undefined,
  });
  const image = async (name: string, ...purls: readonly string[]) => {
    const of = sbom(
      purls.map((purl) => component(purl)),
      { imageDigest: digestOf<ImageDigest>(name) },
    );
    const key = `images/${hexOf(of.imageDigest)}/bom-index.bin`;
    return storeImage(embedded.stores, of, [{ type: "bom-index", key, text: imageBomIndex(of) }]);
  };
  const unknown: string[] = [];
  const ports: ImportJobPorts = {
    clock,
    objects,
    knowledge,
    images: imageCatalog(catalog),
    indexes: catalog.collection<IndexName>("indexes"),
    onUnknown: (error) => unknown.push(codeOf(error)),
    feeds: catalog.collection<FeedDocumentRecord>("feeds", ["kind"]),
    records: catalog.collection<ImportRecord>("import-records"),
    source: ({ kind }) => (kind === "VexSource" ? vexSourceObject() : advisorySourceObject()),
    open: () => Promise.resolve(memoryFeed(files)),
    startWork,
  };
  let files: Readonly<Record<string, string>> = {};
  let jobs = 0;
  const read = async (
    kind: ImportJob["kind"],
    next: Readonly<Record<string, string>>,
    fails: readonly string[] = [],
  ): Promise<void> => {
    files = next;
    const uid = kind;
    const record = await runImportJob(
      { key: `${uid}:${++jobs}`, kind, uid, namespace: "team", name: uid },
      ports,
    );
    expect(record.error).toBeUndefined();
    expect(unknown.splice(0)).toEqual(fails);
  };
  /** Ids of the findings, and whether the answer was made just now. */
  const ask = async (of: Awaited<ReturnType<typeof image>>, set = rules({ severity: ">=low" })) => {
    clock.pass(1000);
    const answer = await evaluator.answer({
      image: of,
      digest: of.imageDigest,
      policies: { set, digest: policySetDigest(set), names: [], unsound: [] },
      context: { namespace: "team" },
      slot: "report",
    });
    return [answer.summary.verdict, answer.evaluatedAt === clock.now() ? "made" : "kept"];
  };
  return { image, read, ask, objects, [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose]() };
}

const base = { "a.json": osv("GHSA-1", "lodash"), "b.json": osv("GHSA-2", "other", "2.0.0", HIGH) };

describe("a changed feed", () => {
  it.each([
    { name: "in this thread", work: () => inlineImportWork },
    { name: "in a thread of its own", work: () => importThread() },
  ])("makes new answers for the images that it concerns, and for no others ($name)", async ({ work }) => {
    await using b = await bench(work);
    await b.read("AdvisorySource", base);
    const [one, two] = [await b.image("one", "pkg:npm/x@1.0.0"), await b.image("two", "pkg:npm/y@1.0.0")];
    expect([await b.ask(one), await b.ask(two)]).toEqual([
      ["pass", "made"],
      ["pass", "made"],
    ]);

    await b.read("AdvisorySource", { ...base, "c.json": osv("GHSA-3", "x", "2.0.0", HIGH) });
    expect([await b.ask(one), await b.ask(two)]).toEqual([
      ["fail", "made"],
      ["pass", "kept"],
    ]);
    expect([await b.ask(one), await b.ask(two)]).toEqual([
      ["fail", "kept"],
      ["pass", "kept"],
    ]);

    await b.read("AdvisorySource", { ...base, "c.json": osv("GHSA-3", "x", "0.9.0", HIGH) });
    await b.read("AdvisorySource", { ...base, "c.json": osv("GHSA-3", "y", "2.0.0", HIGH) });
    expect([await b.ask(one), await b.ask(two)]).toEqual([
      ["pass", "made"],
      ["fail", "made"],
    ]);
  });

  it("makes a new answer for an image that came after it was looked at", async () => {
    await using b = await bench();
    await b.read("AdvisorySource", base);
    const one = await b.image("one", "pkg:npm/x@1.0.0");
    await b.ask(one);
    const late = await b.image("late", "pkg:npm/z@1.0.0");
    await b.ask(late);
    await b.read("AdvisorySource", { ...base, "c.json": osv("GHSA-3", "z", "2.0.0", HIGH) });
    expect([await b.ask(one), await b.ask(late)]).toEqual([
      ["pass", "kept"],
      ["fail", "made"],
    ]);
  });

  it("counts the probability of exploitation where a policy asks for it only", async () => {
    await using b = await bench();
    await b.read("AdvisorySource", {
      ...base,
      "e.csv": "CVE-2024-0001,0.1,0.2\n",
      "c.json": osv("CVE-2024-0001", "x", "2.0.0", HIGH),
    });
    const one = await b.image("one", "pkg:npm/x@1.0.0");
    const asking = rules({ epss: ">=0.5" });
    await b.ask(one);
    await b.read("AdvisorySource", {
      ...base,
      "e.csv": "CVE-2024-0001,0.9,0.2\n",
      "c.json": osv("CVE-2024-0001", "x", "2.0.0", HIGH),
    });
    expect(await b.ask(one)).toEqual(["fail", "kept"]);
    expect(await b.ask(one, asking)).toEqual(["fail", "made"]);
    await b.read("AdvisorySource", {
      ...base,
      "e.csv": "CVE-2024-0001,0.2,0.2\n",
      "c.json": osv("CVE-2024-0001", "x", "2.0.0", HIGH),
    });
    expect(await b.ask(one, asking)).toEqual(["pass", "made"]);
  });

  it("of VEX concerns the images with a package that its vulnerabilities are about", async () => {
    await using b = await bench();
    await b.read("AdvisorySource", { ...base, "c.json": osv("GHSA-3", "x", "2.0.0", HIGH) });
    const [one, two] = [
      await b.image("one", "pkg:npm/x@1.0.0"),
      await b.image("two", "pkg:npm/lodash@1.0.0"),
    ];
    await b.ask(one);
    await b.ask(two);
    await b.read("VexSource", { "v.json": vex("GHSA-3", "pkg:npm/x@1.0.0") });
    expect([await b.ask(one), await b.ask(two)]).toEqual([
      ["pass", "made"],
      ["fail", "kept"],
    ]);
  });

  it("makes all answers anew where it can't be known whom a change concerns", async () => {
    await using b = await bench();
    await b.read("AdvisorySource", base);
    const one = await b.image("one", "pkg:npm/x@1.0.0");
    await b.ask(one);
    const key = one.artifacts.find(({ type }) => type === "bom-index")?.key ?? "";
    await b.objects.delete(key);
    await b.objects.put(key, Buffer.from("no index"));
    await b.read("AdvisorySource", { "a.json": base["a.json"] }, ["BOM_INDEX_CORRUPT"]);
    expect(await b.ask(one)).toEqual(["pass", "made"]);
  });

  it("keeps one merged index", async () => {
    await using b = await bench();
    await b.image("one", "pkg:npm/x@1.0.0");
    await b.read("AdvisorySource", base);
    await b.image("two", "pkg:npm/y@1.0.0");
    await b.read("AdvisorySource", { "a.json": base["a.json"] });
    expect(await b.objects.list("indexes/")).toHaveLength(1);
  });
});
