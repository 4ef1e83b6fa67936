// SPDX-License-Identifier: Apache-2.0
/** Scan jobs over images in memory: read once, always with a record. */
import { describe, expect, it } from "vitest";
import type { ScanJob, ScanRecord } from "#controllers/scan/index.ts";
import type { AttachedVex } from "#engines/evaluation/index.ts";
import { scanImage } from "#engines/scanner/index.ts";
import {
  inlineWorkers,
  linuxAmd64,
  memoryFragmentCache,
  memoryImage,
  memoryLayer,
} from "#engines/scanner/testing/images.ts";
import { digestOf } from "#lib/digest.ts";
import { StellaError } from "#lib/errors.ts";
import type { ImageSource } from "#lib/oci/types.ts";
import { imageCatalog } from "../evaluation/images.ts";
import { embeddedStores, testClock } from "../testing/bench.ts";
import { scanDocuments } from "./scan-documents.ts";
import { runScanJob } from "./scan.ts";
import type { ScanJobPorts } from "./scan.ts";

const layer = memoryLayer([
  { path: "etc/os-release", content: "ID=alpine\nVERSION_ID=3.20.0\n" },
  { path: "lib/apk/db/installed", content: "P:musl\nV:1.2.5-r0\n\n" },
]);
const job: ScanJob = {
  key: "uid-1:1",
  namespace: "team",
  name: "x",
  imageReference: "ghcr.io/acme/api:1",
  pullSecrets: [],
  force: false,
  forceGeneration: 0,
};
const never = new AbortController().signal;

async function bench(over: Partial<ScanJobPorts> = {}) {
  const embedded = await embeddedStores();
  const { catalog, objects } = embedded.stores;
  const source = memoryImage([layer]);
  const closed: string[] = [];
  const ports: ScanJobPorts = {
    clock: testClock(),
    objects,
    images: imageCatalog(catalog),
    records: catalog.collection<ScanRecord>("scan-records"),
    defaultPlatform: linuxAmd64,
    analyzers: "1",
    timeoutMs: () => 60_000,
    openSource: () =>
      Promise.resolve({ ...source, close: () => Promise.resolve(void closed.push("source")) }),
    scan: (image, platform, options) =>
      scanImage(
        image,
        platform,
        { fragmentCache: memoryFragmentCache(), layerWorkers: inlineWorkers },
        options,
      ),
    takesAttached: () => false,
    attached: () => Promise.resolve(undefined),
    attachedVex: () => Promise.resolve(undefined),
    documents: (scanned, imageName) => scanDocuments(scanned, imageName, "0"),
    ...over,
  };
  return { ports, source, closed, objects, [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose]() };
}

const reject = (error: Error): Partial<ScanJobPorts> => ({
  openSource: () => Promise.reject(error),
});

describe("runScanJob", () => {
  it("reads the image, stores its documents and leaves a record", async () => {
    await using b = await bench();
    const record = await runScanJob(job, never, b.ports);
    expect(record).toMatchObject({
      key: "uid-1:1",
      result: { ok: true, layers: { total: 1, cached: 0, analyzed: 1 }, components: 1, omissions: 0 },
    });
    expect((await b.ports.records.get("uid-1"))?.body).toEqual(record);
    expect((await b.objects.list("images/")).map(({ key }) => key.split("/")[2])).toEqual([
      "bom-index.bin",
      "inventory.cdx.json",
      "inventory.cdx.pb",
      "inventory.spdx.json",
      "sbom.json",
      "usage.cdx.json",
      "usage.cdx.pb",
      "usage.spdx.json",
    ]);
    expect(b.closed).toEqual(["source"]);
  });

  it("reads no layer of an image that is known, even for another Scan", async () => {
    await using b = await bench();
    await runScanJob(job, never, b.ports);
    const again = await runScanJob({ ...job, key: "uid-2:1" }, never, b.ports);
    expect(again.result).toMatchObject({
      ok: true,
      layers: { total: 1, cached: 1, analyzed: 0 },
      components: 1,
    });
    expect(b.source.opened).toHaveLength(1);
  });

  it.each<{
    name: string;
    change: (b: Awaited<ReturnType<typeof bench>>) => Promise<ScanJobPorts>;
    force?: boolean;
  }>([
    { name: "forced", change: (b) => Promise.resolve(b.ports), force: true },
    { name: "the analyzers are others", change: (b) => Promise.resolve({ ...b.ports, analyzers: "2" }) },
    {
      name: "a document is lost",
      change: async (b) => {
        const [first] = await b.objects.list("images/");
        await b.objects.delete(first?.key ?? "");
        return b.ports;
      },
    },
  ])("reads it anew: $name", async ({ change, force = false }) => {
    await using b = await bench();
    await runScanJob(job, never, b.ports);
    await runScanJob({ ...job, force }, never, await change(b));
    expect(b.source.opened).toHaveLength(2);
    expect(await b.objects.list("images/")).toHaveLength(8);
  });

  it.each([
    {
      name: "denied",
      error: new StellaError("REGISTRY_DENIED", "denied", "no"),
      want: { kind: "denied", code: "REGISTRY_DENIED", message: "no" },
    },
    {
      name: "missing",
      error: new StellaError("IMAGE_MISSING", "missing", "gone"),
      want: { kind: "missing", code: "IMAGE_MISSING", message: "gone" },
    },
    {
      name: "a bug",
      error: new TypeError("oops"),
      want: { kind: "bug", code: "INTERNAL_ERROR", message: "oops" },
    },
    {
      name: "a long story",
      error: new StellaError("X", "invalid", "x".repeat(5000)),
      want: { kind: "invalid", code: "X", message: "x".repeat(800) },
    },
  ])("leaves a record of a failure: $name", async ({ error, want }) => {
    await using b = await bench(reject(error));
    const { result } = await runScanJob(job, never, b.ports);
    expect(result).toEqual({ ok: false, ...want });
    expect((await b.ports.records.get("uid-1"))?.body.result).toEqual(result);
  });

  describe("an attached SBOM", () => {
    const digest = digestOf("attached");
    const none: ScanJobPorts["attached"] = () => Promise.resolve(undefined);
    const trusted = (from: Awaited<ReturnType<typeof bench>>): ScanJobPorts => ({
      ...from.ports,
      takesAttached: () => true,
      attached: async () => {
        const ports = { fragmentCache: memoryFragmentCache(), layerWorkers: inlineWorkers };
        const scanned = await scanImage(memoryImage([layer]), linuxAmd64, ports);
        const counters = { ...scanned.counters, analyzed: 0 };
        return { ...scanned, counters, sbom: { ...scanned.sbom, source: { kind: "attached", digest } } };
      },
    });

    it("stands for the layers while its repository is trusted", async () => {
      await using b = await bench();
      const first = await runScanJob(job, never, trusted(b));
      expect(first.result).toMatchObject({ ok: true, layers: { analyzed: 0 }, attachedSbom: digest });
      const known = await runScanJob(job, never, { ...trusted(b), attached: none });
      expect(known.result).toEqual({ ...first.result, layers: { total: 1, cached: 1, analyzed: 0 } });
      expect(b.source.opened).toHaveLength(0);
      const untrusted = await runScanJob(job, never, b.ports);
      expect(untrusted.result).toMatchObject({ ok: true, layers: { analyzed: 1 } });
      expect(untrusted.result).not.toHaveProperty("attachedSbom");
    });

    it.each([
      { name: "the scan is forced", force: true },
      { name: "none is attached", attached: none },
    ])("is left aside when $name", async ({ force = false, ...over }) => {
      await using b = await bench();
      await runScanJob({ ...job, force }, never, { ...trusted(b), ...over });
      expect(b.source.opened).toHaveLength(1);
    });
  });

  describe("attached VEX", () => {
    const vex = (documents: number): AttachedVex => {
      const bytes = Buffer.from(String(documents));
      const facts = {
        repository: "ghcr.io/acme/api",
        documents,
        statements: 2,
        leftOut: ["a: no JSON"],
        leftOutCount: 3,
      };
      return { bytes, digest: digestOf(bytes), facts };
    };
    const outcome = (documents: number) => ({
      digest: vex(documents).digest,
      documents,
      statements: 2,
      leftOut: 3,
      reason: "a: no JSON",
    });
    const kept = async (b: Awaited<ReturnType<typeof bench>>): Promise<readonly (number | undefined)[]> => {
      const [{ body } = { body: undefined }] = await b.ports.images.images.list({ limit: 2 });
      return [body?.attachedVex?.[0]?.facts.documents, body?.attachedVex?.length];
    };

    it("is kept with the image, and looked for again with every scan, whether layers are read or not", async () => {
      await using b = await bench();
      const with_ = (documents: number): ScanJobPorts => ({
        ...b.ports,
        attachedVex: () => Promise.resolve(vex(documents)),
      });
      const first = await runScanJob(job, never, with_(1));
      expect(first.result).toMatchObject({ ok: true, layers: { analyzed: 1 }, attachedVex: outcome(1) });
      expect(await kept(b)).toEqual([1, 1]);
      const second = await runScanJob(job, never, with_(2));
      expect(second.result).toMatchObject({ ok: true, layers: { analyzed: 0 }, attachedVex: outcome(2) });
      expect(await kept(b)).toEqual([2, 1]);
      await runScanJob({ ...job, force: true }, never, with_(3));
      expect(await kept(b)).toEqual([3, 1]);
    });

    it.each([{ isKnown: false }, { isKnown: true }])(
      "of several repositories stays, although they are scanned at one time, known image: $isKnown",
      async ({ isKnown }) => {
        await using b = await bench();
        if (isKnown) await runScanJob(job, never, b.ports);
        const repositories = ["ghcr.io/acme/api", "ghcr.io/acme/copy", "ghcr.io/acme/mirror"];
        const { promise: all, resolve: go } = Promise.withResolvers<undefined>();
        let waiting = 0;
        const attachedVex = async (repository: string): Promise<AttachedVex> => {
          const found = vex(1);
          if (++waiting === repositories.length) go(undefined);
          await all;
          return { ...found, facts: { ...found.facts, repository } };
        };
        await Promise.all(
          repositories.map((repository, at) =>
            runScanJob({ ...job, key: `uid-${at}:1` }, never, {
              ...b.ports,
              attachedVex: () => attachedVex(repository),
            }),
          ),
        );
        const [image] = await b.ports.images.images.list({ limit: 2 });
        expect(image?.body.attachedVex?.map(({ facts }) => facts.repository).sort()).toEqual(repositories);
      },
    );

    it("stays with the image when a scan does not look", async () => {
      await using b = await bench();
      await runScanJob(job, never, { ...b.ports, attachedVex: () => Promise.resolve(vex(1)) });
      const { result } = await runScanJob({ ...job, force: true }, never, b.ports);
      expect(result).not.toHaveProperty("attachedVex");
      expect(await kept(b)).toEqual([1, 1]);
    });
  });

  it("leaves a record when its time is up, and closes the source", async () => {
    const scan: ScanJobPorts["scan"] = (_source, _platform, { signal }) =>
      new Promise((_resolve, fail) => signal.addEventListener("abort", () => fail(signal.reason as Error)));
    await using b = await bench({ scan, timeoutMs: () => 5 });
    const { result } = await runScanJob(job, never, b.ports);
    expect(result).toMatchObject({ ok: false, kind: "unavailable", code: "SCAN_TIMEOUT" });
    expect(b.closed).toEqual(["source"]);
  });

  it("leaves none when the process stops: the job runs again", async () => {
    const stop = new AbortController();
    const scan: ScanJobPorts["scan"] = () => {
      stop.abort();
      return Promise.reject(new Error("aborted"));
    };
    await using b = await bench({ scan });
    await expect(runScanJob(job, stop.signal, b.ports)).rejects.toThrow("aborted");
    expect(await b.ports.records.get("uid-1")).toBeUndefined();
  });

  it.each([
    { name: "our platform", platform: undefined, found: true },
    { name: "our platform, named", platform: linuxAmd64, found: true },
    { name: "another platform", platform: { os: "linux", architecture: "arm64" }, found: false },
  ])("an index stands for the image of $name: $found", async ({ platform, found }) => {
    const indexDigest = digestOf("index");
    const image = memoryImage([layer]);
    const source: ImageSource = {
      ...image,
      resolve: async (wanted) => ({ ...(await image.resolve(wanted)), indexDigest }),
    };
    await using b = await bench({ openSource: () => Promise.resolve(source) });
    await runScanJob({ ...job, ...(platform === undefined ? {} : { platform }) }, never, b.ports);
    expect((await b.ports.images.find(indexDigest)) !== undefined).toBe(found);
  });
});
