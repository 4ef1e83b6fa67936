// SPDX-License-Identifier: Apache-2.0
/** Sources on the web from their spec to the snapshot: first import, changes, nothing new, damage, logins and trust. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NOW, advisorySourceObject, vexSourceObject } from "#controllers/testing/objects.ts";
import type { ImportJob, ImportRecord } from "#controllers/source/index.ts";
import { zipOf } from "#engines/evaluation/advisories/testing/archives.ts";
import { startFileServer } from "#lib/http/testing/file-server.ts";
import type { FileServer } from "#lib/http/testing/file-server.ts";
import { builtin } from "#lib/kube/index.ts";
import { memoryClient } from "#lib/kube/testing/memory-client.ts";
import { createAuthority, issueServing } from "#lib/pki/authority.ts";
import { imageCatalog } from "../evaluation/images.ts";
import { embeddedStores, osv, testClock, testKnowledge } from "../testing/bench.ts";
import { openFeed } from "./feed-places.ts";
import type { FeedPlacePorts } from "./feed-places.ts";
import type { IndexName } from "./impact.ts";
import { importThread } from "./import-thread.ts";
import { runImportJob } from "./import.ts";
import type { FeedDocumentRecord, ImportJobPorts } from "./import.ts";
import { inlineImportWork } from "./import-work.ts";

type Spec = Readonly<Record<string, unknown>>;

const vex = (id: string): string =>
  JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `https://acme.example/${id}`,
    author: "Acme",
    timestamp: "2024-01-01T00:00:00Z",
    version: 1,
    statements: [{ vulnerability: { name: id }, products: [{ "@id": "pkg:npm/x@1" }], status: "fixed" }],
  });

let server: FileServer;
beforeEach(async () => {
  server = await startFileServer();
});
afterEach(() => server.close());

async function bench(kind: ImportJob["kind"], http: Spec, places: Partial<FeedPlacePorts> = {}) {
  const embedded = await embeddedStores();
  const { catalog, objects } = embedded.stores;
  const clock = testClock();
  const job: ImportJob = { key: "uid-1:1", kind, uid: "uid-1", namespace: "team", name: "x" };
  const state = { http, version: "1", work: () => inlineImportWork };
  const downloads = join(embedded.folder, "downloads");
  const source = () =>
    (kind === "VexSource" ? vexSourceObject : advisorySourceObject)({ spec: { http: state.http } });
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
    source,
    open: (of, before, signal) =>
      openFeed(
        of,
        {
          client: memoryClient(),
          roots: [],
          downloads,
          proxy: {},
          version: state.version,
          registrySettings: () => Promise.resolve({}),
          ...places,
        },
        before,
        signal,
      ),
    startWork: () => state.work(),
  };
  const run = async (): Promise<{ record: ImportRecord; asked: readonly string[] }> => {
    server.requests.length = 0;
    clock.pass(60_000);
    const record = await runImportJob(job, ports);
    expect(existsSync(downloads) ? readdirSync(downloads) : []).toEqual([]);
    return { record, asked: server.requests.map(({ url }) => url).sort() };
  };
  return { run, state, ports, clock, objects, [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose]() };
}

const place = (path: string, more: Spec = {}): Spec => ({
  url: `${server.origin}${path}`,
  rateLimit: 100,
  ...more,
});

describe("advisories", () => {
  const bucket = (ids: readonly string[]): void => {
    const time = "2024-01-01T00:00:00Z";
    const records = Object.fromEntries(ids.map((id) => [`${id}.json`, osv(id)]));
    server.put("/npm/modified_id.csv", ids.map((id) => `${time},${id}\n`).join(""));
    server.put("/npm/all.zip", zipOf(records));
    for (const [name, text] of Object.entries(records)) server.put(`/npm/${name}`, text);
  };
  const many = Array.from({ length: 30 }, (_, i) => `GHSA-${i}`);

  it("are imported, told unchanged, and then record by record", async () => {
    await using b = await bench("AdvisorySource", place("", { layout: "osv", ecosystems: ["npm"] }));
    bucket(many);
    const first = await b.run();
    expect(first.record.good).toMatchObject({ records: 30, finishedAt: NOW + 60_000 });
    expect(first.asked).toEqual(["/npm/all.zip", "/npm/modified_id.csv"]);

    const snapshot = b.ports.knowledge.advisories().digest;
    const second = await b.run();
    expect(second.record).toMatchObject({
      good: { ...first.record.good, finishedAt: NOW + 120_000, unchanged: true },
      key: "uid-1:1",
    });
    expect(second.asked).toEqual(["/npm/modified_id.csv"]);
    expect(b.ports.knowledge.advisories().digest).toBe(snapshot);

    bucket([...many, "GHSA-30"]);
    server.intercept = ({ url }, response) => url === "/npm/GHSA-30.json" && !!response.writeHead(400).end();
    expect((await b.run()).record).toMatchObject({
      error: { code: "HTTP_UNAVAILABLE" },
      good: { records: 30 },
    });
    server.intercept = undefined;
    const third = await b.run();
    expect(third.record.good).toMatchObject({ records: 31 });
    expect(third.record.good?.unchanged).toBeUndefined();
    expect(third.asked).toEqual(["/npm/GHSA-30.json", "/npm/modified_id.csv"]);
    expect(await b.objects.list("feeds/")).toHaveLength(2);
    expect(b.ports.knowledge.advisories().digest).not.toBe(snapshot);
  });

  it("are read in a thread of their own as well", async () => {
    await using b = await bench("AdvisorySource", {
      urls: ["/a.json", "/b.json"].map((path) => `${server.origin}${path}`),
    });
    b.state.work = () => importThread();
    server.put("/a.json", osv("GHSA-1"));
    server.put("/b.json", osv("GHSA-2"));
    expect((await b.run()).record.good?.records).toBe(2);
    server.put("/b.json", osv("GHSA-3"));
    expect((await b.run()).record).toMatchObject({ good: { records: 2 } });
    expect(b.ports.knowledge.advisories().snapshot.sources.map(({ name }) => name)).toEqual(["team/x"]);
    b.state.work = () => inlineImportWork;
    const threaded = (await b.ports.records.get("uid-1"))?.body.good?.exportId;
    await b.ports.records.delete("uid-1");
    expect((await b.run()).record.good?.exportId).toBe(threaded);
  });

  it.each([
    {
      name: "its parts are gone",
      harm: (keys: readonly string[]) => keys.filter((key) => key.endsWith(".parts")),
    },
    { name: "nothing of it is there", harm: (keys: readonly string[]) => keys },
  ])("are read anew when the kept import is damaged: $name", async ({ harm }) => {
    await using b = await bench("AdvisorySource", {
      urls: ["/a.json", "/b.json"].map((path) => `${server.origin}${path}`),
    });
    server.put("/a.json", osv("GHSA-1"));
    server.put("/b.json", osv("GHSA-2"));
    await b.run();
    for (const key of harm((await b.objects.list("feeds/")).map(({ key: one }) => one)))
      await b.objects.delete(key);
    server.put("/b.json", osv("GHSA-3"));
    const { record } = await b.run();
    expect(record).toMatchObject({ good: { records: 2 } });
    expect(record.error).toBeUndefined();
  });

  it.each([
    {
      name: "the place",
      change: (state: { http: Spec; version: string }) => (state.http = place("/b.json")),
    },
    { name: "the program", change: (state: { http: Spec; version: string }) => (state.version = "2") },
  ])("are read anew when $name is another one", async ({ change }) => {
    await using b = await bench("AdvisorySource", place("/a.json"));
    server.put("/a.json", osv("GHSA-1"));
    server.put("/b.json", osv("GHSA-1"));
    await b.run();
    change(b.state);
    expect((await b.run()).record.good?.unchanged).toBeUndefined();
    expect((await b.run()).record.good?.unchanged).toBe(true);
  });

  it("keep their last good state and its cursor while the server is broken", async () => {
    await using b = await bench("AdvisorySource", place("/a.json"));
    server.put("/a.json", osv("GHSA-1"));
    const { good, cursor } = (await b.run()).record;
    server.intercept = (_, response) => !!response.writeHead(404).end();
    expect((await b.run()).record).toMatchObject({
      good,
      cursor,
      error: { kind: "missing", code: "HTTP_MISSING" },
    });
    server.intercept = undefined;
    expect((await b.run()).record.good?.unchanged).toBe(true);
  });
});

describe("VEX", () => {
  it("keeps the documents that did not change", async () => {
    await using b = await bench("VexSource", {
      urls: ["/a.json", "/b.json"].map((path) => `${server.origin}${path}`),
    });
    server.put("/a.json", vex("CVE-2024-1"));
    server.put("/b.json", vex("CVE-2024-2"));
    expect((await b.run()).record.good?.records).toBe(2);
    expect((await b.run()).record.good?.unchanged).toBe(true);
    server.put("/b.json", vex("CVE-2024-3"));
    const changed = (await b.run()).record;
    expect(changed.good?.records).toBe(2);
    await b.ports.records.delete("uid-1");
    expect((await b.run()).record.good?.exportId).toBe(changed.good?.exportId);
  });

  it("knows which documents are signed", async () => {
    await using b = await bench("VexSource", place("/feed.json", { layout: "csaf" }));
    const entry = ["a", "b"].map((name) => ({
      updated: "2024-01-01T00:00:00Z",
      content: { src: `${server.origin}/2024/${name}.json` },
      link: name === "a" ? [{ rel: "signature", href: `${server.origin}/2024/a.json.asc` }] : [],
    }));
    server.put("/feed.json", JSON.stringify({ feed: { entry } }));
    server.put("/2024/a.json", vex("CVE-2024-1"));
    server.put("/2024/b.json", vex("CVE-2024-2"));
    const { record, asked } = await b.run();
    expect([record.good?.records, asked]).toEqual([2, ["/2024/a.json", "/2024/b.json", "/feed.json"]]);
    const { key = "" } = (await b.ports.feeds.get("uid-1"))?.body ?? {};
    const { documents } = JSON.parse(Buffer.from(await b.objects.read(key, 1e6)).toString()) as {
      readonly documents: readonly { readonly signature?: string }[];
    };
    expect(documents.map(({ signature }) => signature)).toEqual(["unverified", undefined]);
  });

  it("does not ask again for a document that it refused", async () => {
    await using b = await bench("VexSource", place("/csaf/", { layout: "csaf" }));
    const publish = (...names: readonly string[]): void =>
      server.put(
        "/csaf/changes.csv",
        names.map((name) => `2024/${name}.json,2024-01-01T00:00:00Z\n`).join(""),
      );
    server.put("/csaf/2024/a.json", vex("CVE-2024-1"));
    server.put("/csaf/2024/b.json", '{"no": "VEX"}');
    server.put("/csaf/2024/c.json", vex("CVE-2024-3"));
    publish("a", "b");
    expect((await b.run()).record.good).toMatchObject({ records: 1, rejected: 1 });
    publish("a", "b", "c");
    const { record, asked } = await b.run();
    expect(record.good).toMatchObject({ records: 2, rejected: 1 });
    expect(asked.filter((url) => url.endsWith(".json"))).toEqual(["/csaf/2024/c.json"]);
  });

  it("drops documents that a provider lists no more", async () => {
    await using b = await bench("VexSource", place("/csaf/", { layout: "csaf" }));
    const publish = (...names: readonly string[]): void =>
      server.put(
        "/csaf/changes.csv",
        names.map((name) => `2024/${name}.json,2024-01-01T00:00:00Z\n`).join(""),
      );
    server.put("/csaf/2024/a.json", vex("CVE-2024-1"));
    server.put("/csaf/2024/b.json", vex("CVE-2024-2"));
    publish("a", "b");
    const first = (await b.run()).record;
    expect([first.good?.records, first.notes]).toEqual([
      2,
      [expect.stringMatching(/csaf have no hash files to be verified by$/)],
    ]);
    publish("b");
    const { record, asked } = await b.run();
    expect([record.good?.records, asked]).toEqual([1, ["/csaf/changes.csv"]]);
  });
});

describe("reaching the server", () => {
  let secure: FileServer;
  let ca: string;
  beforeAll(async () => {
    const validity = { notBefore: Date.parse("2020-01-01"), notAfter: Date.parse("2100-01-01") };
    const authority = await createAuthority("Test CA", validity);
    const pair = await issueServing(authority, ["localhost"], validity);
    ca = authority.certificate;
    secure = await startFileServer({ tls: { cert: pair.certificate, key: pair.key } });
    secure.put("/a.json", osv("GHSA-1"));
  });
  afterAll(() => secure.close());

  const withSecret = async (data: Readonly<Record<string, string>> | undefined) => {
    const client = memoryClient();
    const encoded = Object.entries(data ?? {}).map(([key, text]) => [
      key,
      Buffer.from(text).toString("base64"),
    ]);
    if (data !== undefined) {
      await client.create(builtin.secrets, {
        metadata: { namespace: "team", name: "feed" },
        data: Object.fromEntries(encoded) as Record<string, string>,
      } as never);
    }
    secure.requests.length = 0;
    const http = { url: `${secure.origin}/a.json`, caBundle: ca, secretRef: { name: "feed" } };
    await using b = await bench("AdvisorySource", http, { client });
    const { record } = await b.run();
    return record.error?.code ?? secure.requests[0]?.headers["authorization"];
  };

  it.each([
    { data: { token: "t0ken\n" }, want: "Bearer t0ken" },
    { data: { username: "u", password: "p" }, want: `Basic ${Buffer.from("u:p").toString("base64")}` },
    { data: { username: "u" }, want: "FEED_SECRET_INVALID" },
    { data: { token: "a\nb" }, want: "FEED_SECRET_INVALID" },
    { data: undefined, want: "FEED_SECRET_MISSING" },
  ])("with the Secret $data: $want", async ({ data, want }) => {
    expect(await withSecret(data)).toBe(want);
  });

  it("without its CA says what to do", async () => {
    await using b = await bench("AdvisorySource", { url: `${secure.origin}/a.json` });
    const { record } = await b.run();
    expect(record.error?.message).toMatch(
      /its certificate is not trusted \(\w+\); give the CA that it chains to$/,
    );
  });
});
