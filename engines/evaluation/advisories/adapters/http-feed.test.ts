// SPDX-License-Identifier: Apache-2.0
/** Documents and archives by their addresses: looked at again, broken, mislabelled and hostile. */
import { gzipSync, zstdCompressSync, brotliCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, messageOf } from "#lib/errors.ts";
import { cutAfter, startFileServer } from "#lib/http/testing/file-server.ts";
import type { FileServer } from "#lib/http/testing/file-server.ts";
import { tarOf, zipOf } from "../testing/archives.ts";
import { httpSource } from "../testing/http-source.ts";
import type { HttpSource, Look } from "../testing/http-source.ts";
import type { HttpFeedOptions, HttpPlace } from "./http-feed.ts";

const record = (id: string, fixed = "1.2.3"): string =>
  JSON.stringify({
    id,
    affected: [
      {
        package: { ecosystem: "npm", name: "x" },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }],
      },
    ],
  });
const two = { "A.json": record("A"), "B.json": record("B") };

let server: FileServer;
let source: HttpSource;
beforeEach(async () => {
  server = await startFileServer();
});
afterEach(async () => {
  expect(await source.left()).toEqual([]);
  await source.close();
  await server.close();
});

type Settings = Partial<Omit<HttpFeedOptions, "place" | "folder" | "before" | "ports">>;
const open = async (
  paths: readonly string[],
  settings: Settings = {},
  more: Partial<HttpPlace> = {},
): Promise<void> => {
  const urls = paths.map((path) => (path.startsWith("/") ? `${server.origin}${path}` : path));
  source = await httpSource({ layout: "document", urls, ...more }, settings);
};
const ids = ({ export: { advisories } }: Look): readonly string[] => advisories.map(({ id }) => id);
const asked = (): readonly string[] => {
  const urls = server.requests.map(({ url }) => url);
  server.requests.length = 0;
  return urls;
};
const failure = (): Promise<string> =>
  source.import().then(
    () => "imported",
    (error: unknown) => `${codeOf(error)} ${messageOf(error).replaceAll(server.origin, "")}`,
  );

describe("a document", () => {
  it("is fetched once, then asked about", async () => {
    server.put("/a.json", record("A"));
    await open(["/a.json"]);
    expect(ids(await source.import())).toEqual(["A"]);
    const again = await source.import();
    expect([again.unchanged, ids(again)]).toEqual([true, ["A"]]);
    server.put("/a.json", record("B"));
    expect(ids(await source.import())).toEqual(["B"]);
    expect((await source.import()).unchanged).toBe(true);
  });

  it("is told unchanged by its bytes where the server has no validators", async () => {
    server.put("/a.json", record("A"), { etag: "" });
    await open(["/a.json"]);
    await source.import();
    expect((await source.import()).unchanged).toBe(true);
    expect(server.requests.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, undefined]);
  });

  it("is read anew by another reader", async () => {
    server.put("/a.json", record("A"));
    const options: { reader: string } = { reader: "1" };
    await open(["/a.json"], options);
    await source.import();
    expect((await source.import()).unchanged).toBe(true);
    options.reader = "2";
    expect((await source.import()).unchanged).toBe(false);
    expect(server.requests.map(({ headers }) => headers["if-none-match"] === undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("that is not there leaves what was", async () => {
    server.put("/a.json", record("A"));
    await open(["/a.json"]);
    await source.import();
    server.files.clear();
    expect(await failure()).toBe("HTTP_MISSING /a.json is not there (404)");
    server.put("/a.json", record("A"));
    expect(await source.import()).toMatchObject({ unchanged: true });
  });
});

describe("several documents", () => {
  it("are asked about one by one, and only what changed is read", async () => {
    server.put("/a.json", record("A"));
    server.put("/all.zip", zipOf({ "B.json": record("B"), "C.json": record("C") }));
    await open(["/a.json", "/all.zip"]);
    expect(ids(await source.import())).toEqual(["A", "B", "C"]);
    server.put("/all.zip", zipOf({ "C.json": record("C") }));
    const changed = await source.import();
    expect(ids(changed)).toEqual(["A", "C"]);
    expect(changed.result).toMatchObject({ documents: 1 });
    server.put("/a.json", record("D"));
    expect(ids(await source.import())).toEqual(["C", "D"]);
  });

  it("may have addresses that differ in their query only", async () => {
    server.put("/a.json", record("A"));
    server.intercept = ({ url }, response) =>
      url?.endsWith("?2") === true && !!response.writeHead(200, { etag: '"2"' }).end(record("B"));
    await open(["/a.json?1", "/a.json?2"]);
    expect(ids(await source.import())).toEqual(["A", "B"]);
    expect((await source.import()).unchanged).toBe(true);
  });
});

describe("what kind of file it is", () => {
  it.each<{ name: string; path: string; bytes: Uint8Array | string; headers?: Record<string, string> }>([
    { name: "by its address", path: "/feed.tar.zst", bytes: zstdCompressSync(tarOf(two)) },
    {
      name: "by its media type",
      path: "/data/json",
      bytes: record("A"),
      headers: { "content-type": "application/json; charset=utf-8" },
    },
    {
      name: "by the name that it is offered under",
      path: "/tar.gz/refs/heads/main",
      bytes: gzipSync(tarOf(two)),
      headers: { "content-disposition": "attachment; filename=hub-main.tar.gz" },
    },
    {
      name: "by a quoted name with a path",
      path: "/download",
      bytes: gzipSync(tarOf(two)),
      headers: { "content-disposition": 'attachment; filename="../../../etc/all.tar.gz"' },
    },
    {
      name: "gzip on the way",
      path: "/a.json",
      bytes: gzipSync(record("A")),
      headers: { "content-encoding": "gzip" },
    },
    {
      name: "zstd on the way",
      path: "/a.json",
      bytes: zstdCompressSync(Buffer.from(record("A"))),
      headers: { "content-encoding": "zstd" },
    },
    {
      name: "br on the way",
      path: "/all.jsonl",
      bytes: brotliCompressSync(record("A")),
      headers: { "content-encoding": "br" },
    },
    { name: "a gzip file", path: "/a.json.gz", bytes: gzipSync(record("A")) },
    {
      name: "a gzip file that is called gzip-coded",
      path: "/a.json.gz",
      bytes: gzipSync(record("A")),
      headers: { "content-encoding": "gzip" },
    },
    {
      name: "a gzip file with gzip on the way",
      path: "/a.json.gz",
      bytes: gzipSync(gzipSync(record("A"))),
      headers: { "content-encoding": "gzip" },
    },
  ])("is seen: $name", async ({ path, bytes, headers = {} }) => {
    server.put(path, bytes, headers);
    await open([path]);
    const look = await source.import();
    expect([ids(look)[0], look.result?.rejected]).toEqual(["A", []]);
    expect((await source.import()).unchanged).toBe(true);
  });

  it("or is not, which is told", async () => {
    server.put("/a", "<html>", { "content-type": "text/html" });
    server.put("/b.json", record("B"));
    await open(["/a", "/b.json"]);
    const { result } = await source.import();
    expect(result?.rejected).toEqual([
      {
        document: `${server.origin}/a`,
        path: "$",
        reason: "neither its address nor its media type (text/html) says what kind of file it is",
      },
    ]);
    server.put("/b.json", record("C"));
    expect((await source.import()).result?.rejectedCount).toBe(1);
  });

  it("asks for codings only where they save something", async () => {
    server.put("/a.json", record("A"));
    server.put("/all.zip", zipOf(two));
    await open(["/a.json", "/all.zip"]);
    await source.import();
    expect(server.requests.map(({ headers }) => headers["accept-encoding"])).toEqual([
      "zstd, br, gzip",
      "identity",
    ]);
  });
});

describe("a zip", () => {
  it("that breaks off on the way is resumed, and never imported half", async () => {
    const noise = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`R-${i}.json`, record(`R-${i}`, `1.${i * 7919}.${i}`)]),
    );
    const zip = zipOf(noise);
    server.put("/all.zip", zip);
    server.intercept = ({ headers }, response) =>
      headers.range === undefined &&
      cutAfter(response, zip.subarray(0, 5000), { "content-length": zip.length, etag: '"z"' });
    server.files.set("/all.zip", { bytes: zip, headers: { etag: '"z"' } });
    await open(["/all.zip"]);
    expect(ids(await source.import())).toHaveLength(200);
    expect(server.requests.map(({ headers }) => headers["range"])).toEqual([undefined, "bytes=5000-"]);
  });

  it("of which the rest never comes leaves what was", async () => {
    server.put("/all.zip", zipOf(two));
    await open(["/all.zip"]);
    const before = await source.import();
    const zip = zipOf({ ...two, "C.json": record("C") });
    server.intercept = (_, response) =>
      cutAfter(response, zip.subarray(0, 100), { "content-length": zip.length });
    expect(await failure()).toMatch(/^HTTP_DAMAGED \/all.zip did not come whole/);
    server.intercept = undefined;
    expect((await source.import()).export).toEqual(before.export);
  });

  it("that came whole and is none is the feed's fault", async () => {
    server.put("/all.zip", "PK no zip");
    await open(["/all.zip"]);
    expect(await failure()).toMatch(/^FEED_UNREADABLE .*\/all.zip: it has no end record/);
  });
});

describe("what is refused", () => {
  it.each<{ name: string; prepare: () => void; says: RegExp }>([
    {
      name: "a bomb in the content coding",
      prepare: () =>
        server.put("/a.json", gzipSync(Buffer.alloc(3_000_000, 32)), { "content-encoding": "gzip" }),
      says: /^HTTP_TOO_LARGE \/a.json unpacks to more than 1000000 bytes$/,
    },
    {
      name: "more than the limit",
      prepare: () => server.put("/a.json", Buffer.alloc(1_000_001)),
      says: /^HTTP_TOO_LARGE \/a.json has 1000001 bytes or more/,
    },
    {
      name: "an unknown coding",
      prepare: () => server.put("/a.json", "x", { "content-encoding": "exi" }),
      says: /^HTTP_DAMAGED \/a.json came with a content coding that is not known: "exi"$/,
    },
    {
      name: "redirects in a circle",
      prepare: () =>
        (server.intercept = (_, response) => !!response.writeHead(302, { location: "/a.json" }).end()),
      says: /^HTTP_UNAVAILABLE \/a.json redirected more than 5 times$/,
    },
    {
      name: "a server that wants an hour's pause",
      prepare: () =>
        (server.intercept = (_, response) => !!response.writeHead(429, { "retry-after": "3600" }).end()),
      says: /^HTTP_THROTTLED .* it asks to wait 3600 s$/,
    },
    {
      name: "a wrong checksum",
      prepare: () => server.put("/a.json", record("A"), { "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" }),
      says: /^HTTP_DAMAGED \/a.json/,
    },
  ])("$name", async ({ prepare, says }) => {
    prepare();
    await open(["/a.json"], { limits: { maxFileBytes: 1_000_000 } });
    expect(await failure()).toMatch(says);
  });

  it.each<[string, readonly string[], Partial<HttpPlace>]>([
    ["no address is given", [], {}],
    ["no web address: ftp://h/a.json", ["ftp://h/a.json"], {}],
    ["no web address: a.json", ["a.json"], {}],
    ["an address must not hold a login", ["https://user:secret@h/a.json"], {}],
    [
      "the layout osv takes one address",
      ["https://h/", "https://i/"],
      { layout: "osv", ecosystems: ["npm"] },
    ],
    ["the layout osv needs ecosystems", ["https://h/"], { layout: "osv" }],
  ])("%s", async (says, urls, more) => {
    await open(urls, {}, more);
    expect(await failure()).toBe(`FEED_PLACE_INVALID ${says}`);
  });
});

it("tells how far it is", async () => {
  server.put("/a.json?token=secret".split("?")[0]!, record("A"));
  const seen: string[] = [];
  await open(["/a.json?token=secret"], {
    onProgress: ({ url, received, total }) =>
      seen.push(`${url.replace(server.origin, "")} ${received}/${total ?? "?"}`),
  });
  await source.import();
  expect(seen).toEqual([`/a.json ${record("A").length}/${record("A").length}`]);
  expect(asked()).toEqual(["/a.json?token=secret"]);
});

it("ends at once when it is called off", async () => {
  server.intercept = () => true;
  const stop = new AbortController();
  await open(["/a.json"], { signal: stop.signal });
  const failed = failure();
  setImmediate(() => stop.abort(new Error("enough")));
  expect(await failed).toBe("INTERNAL_ERROR enough");
});
