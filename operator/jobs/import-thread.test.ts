// SPDX-License-Identifier: Apache-2.0
/** Import work in a thread of its own: what comes out is what inline work gives, and its end is an error. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { fileFeed } from "#engines/evaluation/advisories/adapters/file-feed.ts";
import { zipOf } from "#engines/evaluation/advisories/testing/archives.ts";
import { memoryFeed } from "#engines/evaluation/advisories/testing/sbom.ts";
import type { FeedReader } from "#engines/evaluation/index.ts";
import { StellaError, codeOf, kindOf, messageOf } from "#lib/errors.ts";
import { osv } from "../testing/bench.ts";
import { importThread } from "./import-thread.ts";
import { inlineImportWork } from "./import-work.ts";
import type { CompileTask, Imported, ImportWork, ReadTask } from "./import-work.ts";

const advisories: ReadTask = { kind: "AdvisorySource", name: "team/x" };
const vex: ReadTask = { kind: "VexSource", name: "team/v" };
const statement = JSON.stringify({
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": "https://acme.example/1",
  author: "Acme",
  timestamp: "2024-01-01T00:00:00Z",
  version: 1,
  statements: [{ vulnerability: { name: "CVE-2024-1" }, products: ["pkg:npm/a@1"], status: "fixed" }],
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "import-thread-"));
  await writeFile(join(folder, "a.zip"), zipOf({ "1.json": osv("GHSA-1"), "2.json": osv("GHSA-2") }));
  await writeFile(join(folder, "b.json"), "{");
});
afterAll(() => rm(folder, { recursive: true }));

/** One for all tests that leave it as they found it: that an error does not spoil it is part of them. */
const shared = importThread();
afterAll(() => shared.close());
let thread: ImportWork | undefined;
afterEach(() => thread?.close());
const started = (options?: Parameters<typeof importThread>[0]): ImportWork =>
  (thread = importThread(options));
/** A thread that does something else. */
const entry = (script: string): URL => new URL(`data:text/javascript,${encodeURIComponent(script)}`);

const failing = (error: Error): FeedReader => ({
  documents: async function* () {
    yield* memoryFeed({ "a.json": osv("GHSA-1") }).documents();
    throw error;
  },
});
const cut = async function* (): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  throw new Error("cable cut");
};
const broken = (): FeedReader => ({
  documents: async function* () {
    yield await Promise.resolve({ name: "a.json", open: cut });
  },
});
/** Of the archive's two records one is no longer there, and a document is refused before it is read. */
const changing = (): FeedReader => ({
  documents: async function* () {
    for await (const document of fileFeed(join(folder, "a.zip")).documents())
      yield { ...document, root: "osv" };
    yield { name: "c.json", fault: "its checksum is another", open: cut };
  },
  inventory: () => Promise.resolve({ present: [{ name: "osv/1.json", stamp: "mark" }, { name: "c.json" }] }),
});
const tell = (error: unknown) => ({ code: codeOf(error), kind: kindOf(error), message: messageOf(error) });
const outcome = async (work: Promise<Imported>) => {
  const { bytes, parts = new Uint8Array(), ...rest } = await work;
  const [export64, parts64] = [bytes, parts].map((each) => Buffer.from(each).toString("base64"));
  return { ...rest, export64, parts64 };
};
const compiledFrom = ({ kind, name }: ReadTask, { bytes, digest }: Imported) =>
  [{ kind, exports: [{ name, digest }] } satisfies CompileTask, memoryFeed({ export: bytes })] as const;

describe("importThread", () => {
  it.each<{ name: string; task: ReadTask; feed: () => FeedReader }>([
    {
      name: "documents in pieces",
      task: advisories,
      feed: () => memoryFeed({ "a.jsonl.gz": gzipSync(`${osv("GHSA-1")}\n${osv("GHSA-2")}`), "b.json": "{" }),
    },
    { name: "files, and slices of a zip", task: advisories, feed: () => fileFeed(folder) },
    { name: "VEX", task: vex, feed: () => memoryFeed({ "a.json": statement, "b.json": "{}" }) },
    { name: "nothing", task: advisories, feed: () => memoryFeed({}) },
    {
      name: "an archive that stands for a folder, and what there is in all",
      task: advisories,
      feed: changing,
    },
  ])("gives what inline work gives: $name", async ({ task, feed }) => {
    const read = await shared.read(task, feed());
    expect(await outcome(Promise.resolve(read))).toEqual(await outcome(inlineImportWork.read(task, feed())));
    const compiled = await shared.compile(...compiledFrom(task, read));
    const inline = await inlineImportWork.compile(...compiledFrom(task, read));
    expect(Buffer.from(compiled).equals(inline)).toBe(true);
  });

  it.each<{ name: string; feed: () => FeedReader; code: string }>([
    {
      name: "of the feed",
      feed: () => failing(new StellaError("FEED_PLACE_MISSING", "missing", "it is gone")),
      code: "FEED_PLACE_MISSING",
    },
    { name: "that is none of ours", feed: () => failing(new TypeError("oops")), code: "INTERNAL_ERROR" },
    { name: "of a stream", feed: broken, code: "FEED_UNREADABLE" },
    {
      name: "of the reading thread",
      feed: () => memoryFeed({ "a.json.gz": "no gzip" }),
      code: "FEED_UNREADABLE",
    },
  ])("passes on an error $name as inline work does, and goes on", async ({ feed, code }) => {
    const told = await shared.read(advisories, feed()).catch(tell);
    expect(told).toMatchObject({ code });
    expect(told).toEqual(await inlineImportWork.read(advisories, feed()).catch(tell));
    expect((await shared.read(advisories, memoryFeed({ "a.json": osv("GHSA-1") }))).records).toBe(1);
  });

  it.each([
    { name: "ends", script: "process.exit(3)", code: "IMPORT_WORKER_LOST" },
    { name: "throws", script: "throw new Error('no')", code: "IMPORT_WORKER_LOST" },
    { name: "takes too much memory", script: "const a = []; for (;;) a.push({})", code: "FEED_TOO_LARGE" },
  ])("fails when its thread $name, every time", async ({ script, code }) => {
    const work = started({ entry: entry(script), maxHeapMb: 16 });
    expect(await work.read(advisories, memoryFeed({})).catch(codeOf)).toBe(code);
    expect(await work.read(advisories, memoryFeed({})).catch(codeOf)).toBe(code);
  });

  it("stops when it is told to, also at a feed that hangs", async () => {
    const abort = new AbortController();
    const asked = Promise.withResolvers<undefined>();
    const hangs: FeedReader = {
      documents: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            asked.resolve(undefined);
            return new Promise<never>(() => undefined);
          },
        }),
      }),
    };
    const work = started({ signal: abort.signal });
    const reading = work.read(advisories, hangs).catch(codeOf);
    await asked.promise;
    abort.abort();
    expect(await reading).toBe("IMPORT_ABORTED");
    expect(await work.read(advisories, hangs).catch(codeOf)).toBe("IMPORT_ABORTED");
  });

  it("starts from an earlier import", async () => {
    const first = await shared.read(advisories, changing());
    expect([first.records, first.rejections]).toEqual([1, ["c.json $: its checksum is another"]]);
    const { bytes, digest, parts } = first;
    const base = { bytes, digest, parts: parts ?? new Uint8Array() };
    const more = (): FeedReader => ({
      ...memoryFeed({ "d.json": osv("GHSA-4") }),
      inventory: () => Promise.resolve({ present: [{ name: "osv" }, { name: "d.json" }] }),
    });
    const second = await shared.read({ ...advisories, base }, more());
    expect(second).toMatchObject({ records: 2, rejected: 0 });
    expect(second.digest).toBe((await inlineImportWork.read({ ...advisories, base }, more())).digest);
    const foreign = { ...base, digest: second.digest };
    expect(await shared.read({ ...advisories, base: foreign }, more()).catch(codeOf)).toBe("EXPORT_CORRUPT");
  });

  it("lets go of the feed when it is done", async () => {
    const closed = Promise.withResolvers<boolean>();
    const feed: FeedReader = {
      documents: async function* () {
        try {
          yield* memoryFeed({ "a.json": osv("GHSA-1") }).documents();
        } finally {
          closed.resolve(true);
        }
      },
    };
    await shared.read(advisories, feed);
    expect(await closed.promise).toBe(true);
  });
});
