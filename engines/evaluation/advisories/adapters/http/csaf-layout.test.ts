// SPDX-License-Identifier: Apache-2.0
/** CSAF providers by feeds and folders. The documents are OSV's, since their content is not what this is about. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, messageOf } from "#lib/errors.ts";
import { startFileServer } from "#lib/http/testing/file-server.ts";
import type { FileServer } from "#lib/http/testing/file-server.ts";
import { zstdCompressSync } from "node:zlib";
import { tarOf } from "../../testing/archives.ts";
import { httpSource } from "../../testing/http-source.ts";
import type { HttpSource, Look } from "../../testing/http-source.ts";
import type { HttpFeedOptions } from "../http-feed.ts";

/** Path below the folder to the day of January in which the document was last changed. */
type Documents = Readonly<Record<string, number>>;

const time = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const document = (path: string, day: number): string =>
  JSON.stringify({
    id: path.replace(/^.*\/|\.json$/g, ""),
    modified: time(day),
    affected: [
      {
        package: { ecosystem: "npm", name: "x" },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: `1.0.${day}` }] }],
      },
    ],
  });
const sha512 = (text: string): string => createHash("sha512").update(text).digest("hex");

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
const open = async (path: string, settings: Settings = {}): Promise<void> => {
  source = await httpSource({ layout: "csaf", urls: [`${server.origin}${path}`] }, settings);
};
const ids = ({ export: { advisories } }: Look): readonly string[] => advisories.map(({ id }) => id);
const asked = (): readonly string[] => {
  const urls = server.requests.map(({ url }) => url);
  server.requests.length = 0;
  return urls.sort();
};
const plain = (text: string): string => text.replace(/127\.0\.0\.1:[0-9]+/g, "h").replaceAll("http://", "");

function publish(documents: Documents, { hashes = true, folder = "/csaf/" } = {}): void {
  for (const path of server.files.keys()) if (path.startsWith(folder)) server.files.delete(path);
  const all = Object.entries(documents).sort(([, a], [, b]) => b - a);
  server.put(`${folder}changes.csv`, all.map(([path, day]) => `"${path}","${time(day)}"\n`).join(""));
  for (const [path, day] of all) {
    const text = document(path, day);
    server.put(`${folder}${path}`, text);
    if (hashes) server.put(`${folder}${path}.sha512`, `${sha512(text)}  ${path}\n`);
  }
}
const two = { "2024/a.json": 1, "2024/b.json": 2 };

describe("a folder", () => {
  it("comes document by document, and then only what changed", async () => {
    publish(two);
    await open("/csaf/");
    expect(ids(await source.import())).toEqual(["a", "b"]);
    expect(asked()).toEqual([
      "/csaf/2024/a.json",
      "/csaf/2024/a.json.sha512",
      "/csaf/2024/b.json",
      "/csaf/2024/b.json.sha512",
      "/csaf/2024/b.json.sha512",
      "/csaf/changes.csv",
    ]);
    expect((await source.import()).unchanged).toBe(true);
    publish({ ...two, "2024/b.json": 3, "2024/c.json": 3 });
    asked();
    const look = await source.import();
    expect([ids(look), look.result?.documents]).toEqual([["a", "b", "c"], 2]);
    publish({ "2024/c.json": 3 });
    expect(ids(await source.import())).toEqual(["c"]);
  });

  it("without changes.csv comes whole each time, by index.txt", async () => {
    publish(two);
    server.files.delete("/csaf/changes.csv");
    server.put("/csaf/index.txt", Object.keys(two).join("\n"));
    await open("/csaf/");
    expect(ids(await source.import())).toEqual(["a", "b"]);
    server.put("/csaf/2024/b.json", document("2024/z.json", 9));
    server.put("/csaf/2024/b.json.sha512", sha512(document("2024/z.json", 9)));
    expect(ids(await source.import())).toEqual(["a", "z"]);
  });

  it("without either is missing", async () => {
    await open("/csaf/");
    const failure = await source
      .import()
      .catch((error: unknown) => `${codeOf(error)} ${plain(messageOf(error))}`);
    expect(failure).toBe("HTTP_MISSING h/csaf/index.txt is not there (404)");
  });

  it.each([
    { name: "has no hash files", page: undefined },
    { name: "has a page for what it does not have", page: "<html>not here</html>" },
  ])("that $name is read and says so", async ({ page }) => {
    publish(two, { hashes: false });
    server.intercept = ({ url }, response) =>
      page !== undefined && url?.includes(".sha") === true && !!response.writeHead(200).end(page);
    await open("/csaf/");
    const look = await source.import();
    expect([ids(look), look.notes.map(plain)]).toEqual([
      ["a", "b"],
      ["documents of h/csaf have no hash files to be verified by"],
    ]);
    expect(asked().filter((url) => url.includes(".sha"))).toEqual([
      "/csaf/2024/b.json.sha256",
      "/csaf/2024/b.json.sha512",
    ]);
  });

  it("whose document does not fit its hash file goes without it, and it is asked for again", async () => {
    publish(two);
    server.put("/csaf/2024/a.json.sha512", sha512("something else"));
    await open("/csaf/");
    const look = await source.import();
    expect(ids(look)).toEqual(["b"]);
    expect(look.result?.rejected.map(({ document: name, reason }) => [plain(name), reason])).toEqual([
      ["h/csaf/2024/a.json", "its sha512 is not the one that its hash file says"],
    ]);
    expect(asked().filter((url) => url === "/csaf/2024/a.json")).toHaveLength(2);
    publish(two);
    expect((await source.import()).result).toMatchObject({ records: 2, rejectedCount: 0 });
  });

  it("that wrote a document a moment before its hash file is given that moment", async () => {
    publish(two);
    const right = server.files.get("/csaf/2024/a.json.sha512")!;
    server.put("/csaf/2024/a.json.sha512", sha512("the version before"));
    let times = 0;
    server.intercept = ({ url }) => {
      if (url === "/csaf/2024/a.json.sha512" && (times += 1) === 2) server.files.set(url, right);
      return false;
    };
    await open("/csaf/");
    expect((await source.import()).result).toMatchObject({ records: 2, rejectedCount: 0 });
  });

  it("is too large to come document by document", async () => {
    publish({ ...two, "2024/c.json": 3 });
    await open("/csaf/", { limits: { maxChanged: 1, maxSingles: 2 } });
    expect(await source.import().then(() => "imported", codeOf)).toBe("FEED_LIMIT_EXCEEDED");
  });
});

describe("a folder with an archive", () => {
  /** Of the first days, as it was made on the fourth. */
  function archive(documents: Documents): void {
    const files: Record<string, string> = {};
    for (const [path, day] of Object.entries(documents)) files[`./${path}`] = document(path, day);
    server.put("/csaf/archive_latest.txt", "csaf_2024-01-04.tar.zst\n");
    server.put("/csaf/csaf_2024-01-04.tar.zst", zstdCompressSync(tarOf(files)));
  }
  const limits = { maxChanged: 2 };
  const old = { "2023/a.json": 1, "2023/b.json": 1, "2024/c.json": 2 };

  it("comes by that, and what changed since by itself", async () => {
    publish({ ...old, "2023/b.json": 5, "2024/d.json": 6 });
    archive({ ...old, "2024/withdrawn.json": 2 });
    await open("/csaf/", { limits });
    const look = await source.import();
    expect(ids(look)).toEqual(["a", "b", "c", "d"]);
    expect(look.export.advisories[1]?.affected[0]?.ranges[0]?.fixed).toBe("1.0.5");
    expect(asked().filter((url) => !url.includes(".sha"))).toEqual([
      "/csaf/2023/b.json",
      "/csaf/2024/d.json",
      "/csaf/archive_latest.txt",
      "/csaf/changes.csv",
      "/csaf/csaf_2024-01-04.tar.zst",
    ]);
    expect((await source.import()).unchanged).toBe(true);
  });

  it("then comes document by document", async () => {
    publish(old);
    archive(old);
    await open("/csaf/", { limits });
    await source.import();
    publish({ ...old, "2024/e.json": 7 });
    archive(old);
    asked();
    expect(ids(await source.import())).toEqual(["a", "b", "c", "e"]);
    expect(asked().filter((url) => !url.includes(".sha"))).toEqual([
      "/csaf/2024/e.json",
      "/csaf/changes.csv",
    ]);
  });

  it("that lacks a document is made whole by the next look", async () => {
    publish(old);
    archive({ "2023/a.json": 1, "2023/b.json": 1 });
    await open("/csaf/", { limits });
    expect(ids(await source.import())).toEqual(["a", "b"]);
    server.put(
      "/csaf/changes.csv",
      `${Buffer.from(server.files.get("/csaf/changes.csv")!.bytes).toString()}\n`,
    );
    expect(ids(await source.import())).toEqual(["a", "b", "c"]);
  });

  it("with a pointer to something else is refused", async () => {
    publish(old);
    server.put("/csaf/archive_latest.txt", "../../etc/passwd.zip");
    await open("/csaf/", { limits });
    expect(await source.import().then(() => "imported", codeOf)).toBe("FEED_UNREADABLE");
  });
});

describe("a provider", () => {
  const rolie = (documents: Documents, feed = "/csaf/feed.json"): void => {
    publish(documents);
    const entry = Object.entries(documents).map(([path, day]) => ({
      updated: time(day),
      content: { src: `${server.origin}/csaf/${path}` },
      link: [
        { rel: "hash", href: `${server.origin}/csaf/${path}.sha512` },
        { rel: "signature", href: `${server.origin}/csaf/${path}.asc` },
      ],
    }));
    server.put(feed, JSON.stringify({ feed: { entry } }));
  };
  const provider = (distributions: readonly object[], more: object = {}): void =>
    server.put("/provider-metadata.json", JSON.stringify({ distributions, ...more }));
  const feeds = (...labels: readonly string[]): object => ({
    rolie: { feeds: labels.map((tlp_label) => ({ url: `${server.origin}/csaf/feed.json`, tlp_label })) },
  });

  it("leads to its feed, of which only what changed is read", async () => {
    rolie(two);
    provider([feeds("WHITE"), { directory_url: `${server.origin}/csaf/` }], { public_openpgp_keys: [{}] });
    await open("/provider-metadata.json");
    const first = await source.import();
    expect([ids(first), first.notes.map(plain)]).toEqual([
      ["a", "b"],
      [
        "documents of h/csaf/feed.json are signed with OpenPGP; signatures are not verified",
        "the provider signs its documents with OpenPGP; signatures are not verified",
      ],
    ]);
    expect((await source.import()).unchanged).toBe(true);
    rolie({ "2024/b.json": 2, "2024/c.json": 3 });
    asked();
    expect(ids(await source.import())).toEqual(["b", "c"]);
    expect(asked()).toEqual([
      "/csaf/2024/c.json",
      "/csaf/2024/c.json.sha512",
      "/csaf/feed.json",
      "/provider-metadata.json",
    ]);
  });

  it("leads to its folders where it has no feed", async () => {
    publish(two);
    publish({ "2024/c.json": 1 }, { folder: "/other/" });
    provider([{ directory_url: `${server.origin}/csaf` }, { directory: { url: `${server.origin}/other/` } }]);
    await open("/provider-metadata.json");
    expect(ids(await source.import())).toEqual(["a", "b", "c"]);
    publish({ "2024/d.json": 2 }, { folder: "/other/" });
    expect(ids(await source.import())).toEqual(["a", "b", "d"]);
  });

  it("may keep some of it to itself", async () => {
    rolie(two);
    provider([feeds("AMBER")]);
    await open("/provider-metadata.json");
    const failure = await source.import().catch((error: unknown) => plain(messageOf(error)));
    expect(failure).toBe("h/provider-metadata.json: it names no feed or folder that may be read");
    await source.close();
    await open("/provider-metadata.json", {
      settings: { login: { header: "Bearer t", origins: [server.origin] } },
    });
    expect(ids(await source.import())).toEqual(["a", "b"]);
    expect(new Set(server.requests.slice(-1).map(({ headers }) => headers["authorization"]))).toEqual(
      new Set(["Bearer t"]),
    );
  });

  it("need not stand before its feed", async () => {
    rolie(two);
    await open("/csaf/feed.json");
    expect(ids(await source.import())).toEqual(["a", "b"]);
    expect((await source.import()).unchanged).toBe(true);
    rolie({ "2024/b.json": 2 });
    expect(ids(await source.import())).toEqual(["b"]);
  });

  it.each(["<html>", "[]", '{"distributions":[]}'])("that says %j is no provider", async (text) => {
    server.put("/provider-metadata.json", text);
    await open("/provider-metadata.json");
    expect(await source.import().then(() => "imported", codeOf)).toMatch(/^FEED_/);
  });
});

const paths = ["2023/a.json", "2023/b.json", "2024/c.json", "2024/d.json", "2024/e.json"];

it("any chain of looks gives the export of a first import", async () => {
  await open("/csaf/");
  const state = fc.dictionary(fc.constantFrom(...paths), fc.integer({ min: 1, max: 4 }), { minKeys: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 3 }), async (states) => {
      const place = { layout: "csaf", urls: [`${server.origin}/csaf/`] } as const;
      const chain = await httpSource(place);
      for (const documents of states) {
        publish(documents);
        const afresh = await httpSource(place);
        expect((await chain.import()).export.exportDigest).toBe((await afresh.import()).export.exportDigest);
        await afresh.close();
      }
      await chain.close();
    }),
    { numRuns: 8 },
  );
});
