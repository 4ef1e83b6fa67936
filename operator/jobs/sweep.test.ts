// SPDX-License-Identifier: Apache-2.0
/** The sweep of the stores: what nothing refers to goes, the rest stays. */
import { describe, expect, it } from "vitest";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import type { ScanRecord } from "#controllers/scan/index.ts";
import { imageCatalog } from "../evaluation/images.ts";
import type { EvaluationDocument } from "../evaluation/evaluator.ts";
import { embeddedStores, storeImage } from "../testing/bench.ts";
import { sweepStores } from "./sweep.ts";

async function bench() {
  const embedded = await embeddedStores();
  const { catalog, objects } = embedded.stores;
  const images = imageCatalog(catalog);
  const stored = await storeImage(embedded.stores);
  const key = `images/${hexOf(stored.imageDigest)}/attached-vex/a.bin`;
  const { digest } = await objects.put(key, Buffer.from("VEX"));
  const facts = { repository: "a.io/b", documents: 1, statements: 1, leftOut: [], leftOutCount: 0 };
  const image = { ...stored, attachedVex: [{ key, digest, facts }] };
  await images.images.put(hexOf(image.imageDigest), image);
  const diffId = image.diffIds[0] ?? digestOf("no layer");
  await objects.put(`layers/${hexOf(diffId)}-abc`, Buffer.from("kept"));
  await objects.put(`layers/${hexOf(digestOf("other"))}-abc`, Buffer.from("gone"));
  await images.alias(digestOf("index"), image.imageDigest);
  const records = catalog.collection<ScanRecord>("scan-records");
  await records.put("alive", {} as ScanRecord);
  await records.put("dead", {} as ScanRecord);
  const evaluations = catalog.collection<EvaluationDocument>("evaluations");
  const reportDigest: Digest = digestOf("report");
  await objects.put(`reports/${hexOf(reportDigest)}.json`, Buffer.from("{}"));
  await evaluations.put("team/x/report", {
    reportDigest,
    imageDigest: image.imageDigest,
  } as unknown as EvaluationDocument);
  const sweep = (imageDigests: readonly string[], scanning = false) =>
    sweepStores(
      {
        images,
        records,
        evaluations,
        objects,
        scanUids: new Set(["alive"]),
        imageDigests: new Set(imageDigests),
        isScanning: () => Promise.resolve(scanning),
      },
      new AbortController().signal,
    );
  const keys = async () => (await objects.list("", { limit: 100 })).map(({ key }) => key.split("/")[0]);
  return { image, images, sweep, keys, [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose]() };
}

describe("sweepStores", () => {
  it("keeps an image that a Scan has found, with its layers, and removes the rest", async () => {
    await using b = await bench();
    const swept = await b.sweep([b.image.imageDigest]);
    expect(swept).toEqual({ images: 0, layers: 1, evaluations: 0, records: 1 });
    expect(await b.keys()).toEqual(["images", "images", "images", "layers", "reports"]);
    expect(await b.images.find(digestOf("index"))).toBeDefined();
  });

  it("removes everything of an image that no Scan has", async () => {
    await using b = await bench();
    expect(await b.sweep([])).toEqual({ images: 1, layers: 2, evaluations: 1, records: 1 });
    expect(await b.keys()).toEqual([]);
    expect(await b.images.aliases.count()).toBe(0);
  });

  it("removes nothing while scans are under way", async () => {
    await using b = await bench();
    expect(await b.sweep([], true)).toEqual({ images: 0, layers: 0, evaluations: 0, records: 0 });
    expect(await b.keys()).toHaveLength(6);
  });
});
