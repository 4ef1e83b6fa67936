// SPDX-License-Identifier: Apache-2.0
/** Imports: whole or not at all, and a broken feed keeps its last good state. */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { NOW, advisorySourceObject, vexSourceObject } from "#controllers/testing/objects.ts";
import type { ImportJob, ImportRecord } from "#controllers/source/index.ts";
import { tarOf } from "#engines/evaluation/advisories/testing/archives.ts";
import { memoryFeed } from "#engines/evaluation/advisories/testing/sbom.ts";
import type { FeedReader } from "#engines/evaluation/index.ts";
import { digestOf } from "#lib/digest.ts";
import { StellaError } from "#lib/errors.ts";
import { imageCatalog } from "../evaluation/images.ts";
import { embeddedStores, osv, testClock, testKnowledge } from "../testing/bench.ts";
import { forgetFeeds } from "./damaged-feeds.ts";
import { compileFeeds, rebuildSnapshot, runImportJob } from "./import.ts";
import type { FeedDocumentRecord, ImportJobPorts } from "./import.ts";
import type { IndexName } from "./impact.ts";
import { importThread } from "./import-thread.ts";
import { importErrors, inlineImportWork } from "./import-work.ts";
import type { ImportWork } from "./import-work.ts";

const job: ImportJob = { key: "uid-1:1", kind: "AdvisorySource", uid: "uid-1", namespace: "team", name: "x" };
const vexJob: ImportJob = { ...job, kind: "VexSource", uid: "uid-v", key: "uid-v:1" };

const vex = (id: string): string =>
  JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `https://acme.example/${id}`,
    author: "Acme",
    timestamp: "2024-01-01T00:00:00Z",
    version: 1,
    statements: [
      {
        vulnerability: { name: id },
        products: [{ "@id": "pkg:npm/lodash@4.17.4" }],
        status: "not_affected",
        justification: "vulnerable_code_not_present",
      },
    ],
  });

async function bench() {
  const embedded = await embeddedStores();
  const { catalog, objects } = embedded.stores;
  const state: { feed: () => FeedReader; work: () => ImportWork; gone: boolean } = {
    feed: () => memoryFeed({ "a.json": osv("GHSA-1") }),
    work: () => inlineImportWork,
    gone: false,
  };
  const clock = testClock();
  const ports: ImportJobPorts = {
    clock,
    objects,
    feeds: catalog.collection<FeedDocumentRecord>("feeds", ["kind"]),
    records: catalog.collection<ImportRecord>("import-records"),
    knowledge: await testKnowledge({ catalog, objects }),
    images: imageCatalog(catalog),
    indexes: catalog.collection<IndexName>("indexes"),
    onUnknown: (error) => {
      throw error;
    },
    source: ({ kind }) =>
      state.gone ? undefined : kind === "VexSource" ? vexSourceObject() : advisorySourceObject(),
    open: () => Promise.resolve(state.feed()),
    startWork: () => state.work(),
  };
  return { ports, state, clock, objects, [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose]() };
}

const feeds = (files: Readonly<Record<string, string | Uint8Array>>) => () => memoryFeed(files);

describe("runImportJob", () => {
  it("imports, records and puts the snapshot in force", async () => {
    await using b = await bench();
    const before = b.ports.knowledge.advisories().digest;
    const record = await runImportJob(job, b.ports);
    expect(record).toMatchObject({ key: "uid-1:1", finishedAt: NOW, good: { records: 1, rejected: 0 } });
    expect(record.error).toBeUndefined();
    expect(b.ports.knowledge.advisories().digest).not.toBe(before);
  });

  it("changes nothing the second time", async () => {
    await using b = await bench();
    const first = await runImportJob(job, b.ports);
    const digest = b.ports.knowledge.advisories().digest;
    expect(await runImportJob(job, b.ports)).toEqual(first);
    expect(b.ports.knowledge.advisories().digest).toBe(digest);
    expect(await b.objects.list("feeds/")).toHaveLength(1);
  });

  const many = (count: number) =>
    feeds({ "a.jsonl": Array.from({ length: count }, (_, at) => osv(`GHSA-${at}`)).join("\n") });

  it.each([
    { name: "a quarter is gone", had: 200, has: 150, held: true },
    { name: "a fifth is gone", had: 200, has: 160, held: false },
    { name: "there were few", had: 50, has: 1, held: false },
    { name: "the spec allows it", had: 200, has: 1, maxShrinkPercent: 100, held: false },
    { name: "the spec was changed", had: 200, has: 1, key: "uid-1:2", held: false },
  ])(
    "holds back a feed that loses its records: $name",
    async ({ had, has, held, key = job.key, maxShrinkPercent = 20 }) => {
      await using b = await bench();
      b.state.feed = many(had);
      const first = await runImportJob(job, b.ports);
      const before = b.ports.knowledge.advisories().digest;
      b.state.feed = many(has);
      const source = () => advisorySourceObject({ spec: { file: { path: "a" }, maxShrinkPercent } });
      const second = await runImportJob({ ...job, key }, { ...b.ports, source });
      expect([second.error?.code, second.good?.records]).toEqual(
        held ? ["FEED_SHRUNK", had] : [undefined, has],
      );
      expect(b.ports.knowledge.advisories().digest === before).toBe(held);
      if (held) expect(second.good).toEqual(first.good);
    },
  );

  it("fetches anew what the store has lost of another source, and leaves nothing out meanwhile", async () => {
    await using b = await bench();
    const other = { ...job, key: "uid-2:1", uid: "uid-2", name: "other" };
    const ports = {
      ...b.ports,
      source: ({ name }: typeof job) => advisorySourceObject({ metadata: { name, uid: name } }),
    };
    await runImportJob(job, ports);
    b.state.feed = feeds({ "a.json": osv("GHSA-2") });
    const second = await runImportJob(other, ports);
    const { digest } = b.ports.knowledge.advisories();
    const [lost] = await b.objects.list("feeds/advisories/uid-2/");
    await b.objects.delete(lost?.key ?? "");

    b.state.feed = feeds({ "a.json": osv("GHSA-3") });
    const first = await runImportJob(job, ports);
    expect(first.error).toMatchObject({ code: "EXPORT_LOST", kind: "unavailable" });
    expect(first.error?.message).toContain("/other said");
    expect(b.ports.knowledge.advisories().digest).toBe(digest);
    expect((await b.ports.records.get("uid-2"))?.body).toEqual({ ...second, key: "" }); // due, and verdicts go on

    b.state.feed = feeds({ "a.json": osv("GHSA-2") });
    expect((await runImportJob(other, ports)).good?.records).toBe(1);
    b.state.feed = feeds({ "a.json": osv("GHSA-3") });
    expect((await runImportJob(job, ports)).error).toBeUndefined();
    const { snapshot } = b.ports.knowledge.advisories();
    expect(snapshot.sources).toHaveLength(2);
  });

  it("comes back where the store has lost what several sources said, although all of them say something else now", async () => {
    await using b = await bench();
    const other = { ...job, key: "uid-2:1", uid: "uid-2", name: "other" };
    const ports = {
      ...b.ports,
      source: ({ name }: typeof job) => advisorySourceObject({ metadata: { name, uid: name } }),
    };
    const read = async (of: typeof job, id: string) => {
      b.state.feed = feeds({ "a.json": osv(id) });
      return (await runImportJob(of, ports)).error?.code;
    };
    await read(job, "GHSA-1");
    await read(other, "GHSA-2");
    for (const { key } of await b.objects.list("feeds/advisories/")) await b.objects.delete(key);

    const codes = [await read(job, "GHSA-3"), await read(other, "GHSA-4"), await read(job, "GHSA-3")];
    expect(codes).toEqual(["EXPORT_LOST", undefined, undefined]);
    const { snapshot } = b.ports.knowledge.advisories();
    expect(["GHSA-1", "GHSA-2", "GHSA-3", "GHSA-4"].map((id) => snapshot.named(id).length)).toEqual([
      0, 0, 1, 1,
    ]);
    expect(await b.objects.list("feeds/advisories/")).toHaveLength(2);
  });

  it("compiles the snapshot in force from what was imported", async () => {
    await using b = await bench();
    await runImportJob(job, b.ports);
    for (const kind of ["advisories", "vex"] as const) {
      const bytes = await compileFeeds(kind, b.ports);
      if (kind === "advisories") expect(digestOf(bytes)).toBe(b.ports.knowledge.advisories().digest);
    }
    await forgetFeeds("AdvisorySource", b.ports);
    expect([await b.objects.list("feeds/"), await b.ports.records.list({ limit: 10 })]).toEqual([[], []]);
  });

  it("replaces the former export", async () => {
    await using b = await bench();
    await runImportJob(job, b.ports);
    b.state.feed = feeds({ "a.json": osv("GHSA-2") });
    expect((await runImportJob(job, b.ports)).good?.records).toBe(1);
    expect(await b.objects.list("feeds/")).toHaveLength(1);
    expect(await b.objects.list("snapshots/advisories/")).toHaveLength(1);
  });

  it.each<{ name: string; feed: () => FeedReader; code: string }>([
    { name: "has nothing in it", feed: feeds({}), code: "FEED_EMPTY" },
    { name: "has nothing that can be read", feed: feeds({ "a.json": '{"x":1}' }), code: "FEED_EMPTY" },
    {
      name: "breaks off",
      feed: () => ({
        documents: async function* () {
          yield* memoryFeed({ "a.json": osv("GHSA-2") }).documents();
          throw new StellaError("FEED_UNREADABLE", "unavailable", "connection lost");
        },
      }),
      code: "FEED_UNREADABLE",
    },
    {
      name: "cannot be opened",
      feed: () => {
        throw new StellaError("FEED_PLACE_MISSING", "missing", "no such folder");
      },
      code: "FEED_PLACE_MISSING",
    },
  ])("keeps the last good state when the feed $name", async ({ feed, code }) => {
    await using b = await bench();
    const good = await runImportJob(job, b.ports);
    const digest = b.ports.knowledge.advisories().digest;
    b.clock.pass(60_000);
    b.state.feed = feed;
    const record = await runImportJob(job, b.ports);
    expect(record).toMatchObject({ finishedAt: NOW + 60_000, good: good.good, error: { code } });
    expect(b.ports.knowledge.advisories().digest).toBe(digest);
    expect(await b.objects.list("feeds/")).toHaveLength(1);
  });

  it.each([
    {
      name: "ends",
      work: (): ImportWork => importThread({ entry: new URL("data:text/javascript,process.exit(3)") }),
      code: "IMPORT_WORKER_LOST",
    },
    {
      name: "cannot hold all sources together",
      work: (): ImportWork => ({
        ...inlineImportWork,
        compile: () => Promise.reject(importErrors.make("FEED_TOO_LARGE", "more than an import may use")),
      }),
      code: "FEED_TOO_LARGE",
    },
  ])("keeps the last good state when the import's thread $name", async ({ work, code }) => {
    await using b = await bench();
    const { good } = await runImportJob(job, b.ports);
    const [kept, digest] = [await b.objects.list(""), b.ports.knowledge.advisories().digest];
    b.state.feed = feeds({ "a.json": osv("GHSA-2") });
    b.state.work = work;
    expect(await runImportJob(job, b.ports)).toMatchObject({ good, error: { code } });
    expect(await b.objects.list("")).toEqual(kept);
    expect(b.ports.knowledge.advisories().digest).toBe(digest);
    b.state.work = () => inlineImportWork;
    await rebuildSnapshot("AdvisorySource", b.ports);
    expect(b.ports.knowledge.advisories().digest).toBe(digest);
  });

  it("an aborted job leaves no record: it runs again", async () => {
    await using b = await bench();
    b.state.work = () => importThread({ signal: AbortSignal.abort() });
    await expect(runImportJob(job, b.ports, AbortSignal.abort())).rejects.toThrow("aborted");
    expect(await b.ports.records.get(job.uid)).toBeUndefined();
  });

  it("names the documents that it left out, the first ones", async () => {
    await using b = await bench();
    const bad = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`bad${n}.json`, "{"]));
    b.state.feed = feeds({ ...bad, "good.json": osv("GHSA-1") });
    const { good, rejections } = await runImportJob(job, b.ports);
    expect(good).toMatchObject({ records: 1, rejected: 9 });
    expect(rejections).toHaveLength(5);
  });

  it("imports VEX statements verbatim, and refuses a feed with none", async () => {
    await using b = await bench();
    b.state.feed = feeds({ "b.json": vex("CVE-2024-2"), "a.json": vex("CVE-2024-1"), "notes.txt": "words" });
    expect((await runImportJob(vexJob, b.ports)).good).toMatchObject({ records: 2, rejected: 0 });
    expect(b.ports.knowledge.vex().snapshot.statements).toBe(2);
    b.state.feed = feeds({ "a.json": "{}" });
    const broken = await runImportJob(vexJob, b.ports);
    expect(broken.error?.code).toBe("FEED_EMPTY");
    expect(b.ports.knowledge.vex().snapshot.statements).toBe(2);
  });

  it("imports the documents that a VEX repository's index names, out of an archive, with their signatures", async () => {
    await using b = await bench();
    const index = { packages: [{ id: "pkg:npm/lodash", location: "pkg/a.json" }] };
    const files = {
      "hub-main/index.json": JSON.stringify(index),
      "hub-main/pkg/a.json": vex("CVE-2024-1"),
      "hub-main/pkg/a.json.asc": "x",
      "hub-main/pkg/b.json": vex("CVE-2024-2"),
    };
    b.state.feed = feeds({ "main.tar.gz": gzipSync(tarOf(files)) });
    expect((await runImportJob(vexJob, b.ports)).good).toMatchObject({ records: 1, rejected: 0 });
    const { snapshot } = b.ports.knowledge.vex();
    const [subject] = [...snapshot.about("CVE-2024-1").values()].flat();
    expect(subject?.statements()[0]?.from).toMatchObject({ source: "team/x", signature: "unverified" });
    expect(snapshot.about("CVE-2024-2").size).toBe(0);
  });

  it.each([
    { format: "openvex", records: 1, rejected: 1 },
    { format: "auto", records: 2, rejected: 0 },
  ] as const)("takes from a VexSource of $format what it may", async ({ format, records, rejected }) => {
    await using b = await bench();
    const bom = {
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      vulnerabilities: [
        { id: "CVE-2024-2", analysis: { state: "exploitable" }, affects: [{ ref: "pkg:npm/lodash" }] },
      ],
    };
    b.state.feed = feeds({ "a.json": vex("CVE-2024-1"), "b.json": JSON.stringify(bom) });
    const source = () => vexSourceObject({ spec: { file: { path: "a.json" }, format } });
    const record = await runImportJob(vexJob, { ...b.ports, source });
    expect(record.good).toMatchObject({ records, rejected });
  });

  it("VEX gives one snapshot in any order of its documents", async () => {
    await using b = await bench();
    b.state.feed = feeds({ "b.json": vex("CVE-2024-2"), "a.json": vex("CVE-2024-1") });
    const first = await runImportJob(vexJob, b.ports);
    b.state.feed = feeds({ "a.json": vex("CVE-2024-1"), "b.json": vex("CVE-2024-2") });
    expect((await runImportJob(vexJob, b.ports)).good?.exportId).toBe(first.good?.exportId);
  });

  it("says that its source is gone", async () => {
    await using b = await bench();
    b.state.gone = true;
    expect((await runImportJob(job, b.ports)).error).toMatchObject({
      kind: "missing",
      code: "SOURCE_MISSING",
    });
  });

  it("a source that is gone leaves the snapshot", async () => {
    await using b = await bench();
    const empty = b.ports.knowledge.advisories().digest;
    await runImportJob(job, b.ports);
    await b.ports.feeds.delete("uid-1");
    expect(await rebuildSnapshot("AdvisorySource", b.ports)).toBe(true);
    expect(b.ports.knowledge.advisories().digest).toBe(empty);
  });
});
