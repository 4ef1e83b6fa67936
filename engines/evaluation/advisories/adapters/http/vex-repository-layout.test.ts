// SPDX-License-Identifier: Apache-2.0
/** VEX repositories: the interval that they ask for, and the archive of which a folder is theirs. */
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, messageOf } from "#lib/errors.ts";
import { startFileServer } from "#lib/http/testing/file-server.ts";
import type { FileServer } from "#lib/http/testing/file-server.ts";
import { tarOf, zipOf } from "../../testing/archives.ts";
import { httpSource } from "../../testing/http-source.ts";
import type { HttpSource, Look } from "../../testing/http-source.ts";

const HOUR = 3_600_000;
const document = (id: string): string =>
  JSON.stringify({ id, modified: "2024-01-01T00:00:00Z", withdrawn: "2024-01-01T00:00:00Z" });
let server: FileServer;
let source: HttpSource;
beforeEach(async () => {
  server = await startFileServer();
  source = await httpSource({ layout: "vex-repository", urls: [`${server.origin}/vex-repository.json`] });
});
afterEach(async () => {
  expect(await source.left()).toEqual([]);
  await source.close();
  await server.close();
});

const describeAs = (...urls: readonly string[]): void =>
  server.put(
    "/vex-repository.json",
    JSON.stringify({
      versions: [{ spec_version: "0.1", locations: urls.map((url) => ({ url })), update_interval: "4h" }],
    }),
  );
const hub = (files: Readonly<Record<string, string>>, folder = "hub-main/"): Buffer =>
  gzipSync(
    tarOf(Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}${path}`, text]))),
  );
const ids = ({ export: { advisories } }: Look): readonly string[] => advisories.map(({ id }) => id);
const asked = (): readonly string[] => {
  const urls = server.requests.map(({ url }) => url);
  server.requests.length = 0;
  return urls;
};
const failure = (): Promise<string> =>
  source.import().then(
    () => "imported",
    (error: unknown) => `${codeOf(error)} ${messageOf(error).replace(/127\.0\.0\.1:[0-9]+/g, "h")}`,
  );

describe("a repository", () => {
  beforeEach(() => describeAs(`${server.origin}/main.tar.gz//hub-main`));

  it("gives the files of its folder, and is left alone for as long as it asks", async () => {
    const beside = { "beside.json": document("BESIDE") };
    server.put("/main.tar.gz", gzipSync(tarOf({ ...beside, "hub-main/pkg/a.json": document("A") })));
    const first = await source.import();
    expect([ids(first), first.result?.rejected]).toEqual([["A"], []]);
    asked();
    source.ports.nowMs += 4 * HOUR - 1;
    expect((await source.import()).unchanged).toBe(true);
    expect(asked()).toEqual([]);
    source.ports.nowMs += 1;
    expect((await source.import()).unchanged).toBe(true);
    expect(asked()).toEqual(["/vex-repository.json", "/main.tar.gz"]);
    server.put("/main.tar.gz", hub({ "pkg/b.json": document("B") }));
    source.ports.nowMs += 4 * HOUR;
    expect(ids(await source.import())).toEqual(["B"]);
  });

  it("is looked at again when the clock has gone back", async () => {
    server.put("/main.tar.gz", hub({ "a.json": document("A") }));
    source.ports.nowMs += 1000 * HOUR;
    await source.import();
    source.ports.nowMs -= 900 * HOUR;
    asked();
    await source.import();
    expect(asked()).toHaveLength(2);
  });

  it("whose archive is none is refused", async () => {
    server.put("/main.tar.gz", "no gzip");
    expect(await failure()).toMatch(/^FEED_UNREADABLE h\/main.tar.gz: incorrect header/);
  });
});

it("takes the first location that is there and can be read", async () => {
  describeAs(`${server.origin}/gone.tar.gz`, `${server.origin}/api`, `${server.origin}/all.zip`);
  server.put("/api", "{}");
  server.put("/all.zip", zipOf({ "a.json": document("A") }));
  expect(ids(await source.import())).toEqual(["A"]);
  server.files.delete("/all.zip");
  source.ports.nowMs += 4 * HOUR;
  expect(await failure()).toBe(
    "FEED_UNREADABLE h/vex-repository.json: none of its locations is an archive that can be read (tar.gz, tar.zst, zip)",
  );
});
