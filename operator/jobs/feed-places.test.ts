// SPDX-License-Identifier: Apache-2.0
/** Places of feeds: nothing outside the feeds volume, and clear words about what is missing. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { advisorySourceObject } from "#controllers/testing/objects.ts";
import type { FeedReader } from "#engines/evaluation/index.ts";
import { codeOf } from "#lib/errors.ts";
import { builtin } from "#lib/kube/index.ts";
import { memoryClient } from "#lib/kube/testing/memory-client.ts";
import { openFeed } from "./feed-places.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stella-feeds-"));
  for (const name of ["one", "two", "outside", "one/osv"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "one/a.json"), "one");
  writeFileSync(join(folder, "two/a.json"), "two");
  writeFileSync(join(folder, "two/b.json"), "b");
  writeFileSync(join(folder, "one/osv/x.json"), "x");
  writeFileSync(join(folder, "outside/secret"), "secret");
  symlinkSync("../outside/secret", join(folder, "one/link"));
  symlinkSync("../outside", join(folder, "one/links"));
  symlinkSync("a.json", join(folder, "one/inside"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ports = {
  downloads: "/nowhere",
  proxy: {},
  version: "1",
  registrySettings: () => Promise.resolve({}),
};

async function open(spec: Readonly<Record<string, unknown>>): Promise<FeedReader> {
  const client = memoryClient();
  await client.create(builtin.configMaps, {
    metadata: { namespace: "team", name: "feed" },
    data: { "b.json": "B", "a.json": "A" },
    binaryData: { "c.gz": Buffer.from("C").toString("base64") },
  } as never);
  return openFeed(advisorySourceObject({ spec }), {
    ...ports,
    client,
    roots: [join(folder, "one"), join(folder, "two"), join(folder, "missing")],
  });
}

async function textsOf(feed: FeedReader): Promise<string[]> {
  const texts: string[] = [];
  for await (const document of feed.documents()) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of document.open()) chunks.push(chunk);
    texts.push(`${document.name}=${Buffer.concat(chunks).toString()}`);
  }
  return texts;
}

describe("openFeed", () => {
  it.each([
    { name: "a file: the first root that has it", spec: { file: { path: "a.json" } }, want: ["a.json=one"] },
    { name: "a file of the second root", spec: { file: { path: "b.json" } }, want: ["b.json=b"] },
    { name: "a folder", spec: { folder: { path: "osv" } }, want: ["x.json=x"] },
    { name: "a link within the root", spec: { file: { path: "inside" } }, want: ["a.json=one"] },
    {
      name: "a ConfigMap, by key",
      spec: { configMap: { name: "feed" } },
      want: ["a.json=A", "b.json=B", "c.gz=C"],
    },
    {
      name: "one key of a ConfigMap",
      spec: { configMap: { name: "feed", key: "b.json" } },
      want: ["b.json=B"],
    },
  ])("$name", async ({ spec, want }) => {
    expect(await textsOf(await open(spec))).toEqual(want);
  });

  it.each([
    { name: "a link to a file outside", spec: { file: { path: "link" } }, code: "FEED_PLACE_OUTSIDE" },
    {
      name: "a file below a link to outside",
      spec: { file: { path: "links/secret" } },
      code: "FEED_PLACE_OUTSIDE",
    },
    {
      name: "a folder that is a link to outside",
      spec: { folder: { path: "links" } },
      code: "FEED_PLACE_OUTSIDE",
    },
    { name: "nothing there", spec: { file: { path: "none.json" } }, code: "FEED_PLACE_MISSING" },
    { name: "no such ConfigMap", spec: { configMap: { name: "none" } }, code: "FEED_PLACE_MISSING" },
    { name: "no such key", spec: { configMap: { name: "feed", key: "none" } }, code: "FEED_PLACE_MISSING" },
  ])("refuses $name", async ({ spec, code }) => {
    expect(await open(spec).then(() => "opened", codeOf)).toBe(code);
  });

  it("refuses a path that climbs, though the schema does so first", async () => {
    const source = advisorySourceObject({ spec: { file: { path: "a.json" } } });
    const climbing = { ...source, spec: { ...source.spec, file: { path: "../outside/secret" } } };
    const places = { ...ports, client: memoryClient(), roots: [join(folder, "one")] };
    expect(await openFeed(climbing, places).then(() => "opened", codeOf)).toBe("FEED_PLACE_OUTSIDE");
  });
});
