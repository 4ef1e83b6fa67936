// SPDX-License-Identifier: Apache-2.0
/** VEX repositories and signatures: which files of a source are documents, for what, and what lies beside them. */
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tarOf, zipOf } from "../advisories/testing/archives.ts";
import { memoryFeed } from "../advisories/testing/sbom.ts";
import { compileVexSnapshot } from "./compile-snapshot.ts";
import { openVexSnapshot } from "./open-snapshot.ts";
import { readVexFeed } from "./read-vex-feed.ts";

const openvex = (...products: readonly unknown[]): string =>
  JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    statements: products.map((product) => ({
      vulnerability: { name: "CVE-2024-1" },
      products: [product],
      status: "not_affected",
      justification: "vulnerable_code_not_present",
    })),
  });
const LODASH = openvex("pkg:npm/lodash@4.17.4");
const index = (...packages: readonly (readonly [id: string, location: string])[]): string =>
  JSON.stringify({
    updated_at: "2024-01-01T00:00:00Z",
    packages: packages.map(([id, location]) => ({ id, location })),
  });
const MANIFEST = JSON.stringify({
  name: "hub",
  versions: [{ spec_version: "0.1", locations: [], update_interval: "24h" }],
});
const hub = {
  "index.json": index(["pkg:npm/lodash", "pkg/npm/lodash/vex.json"]),
  "vex-repository.json": MANIFEST,
  "pkg/npm/lodash/vex.json": LODASH,
  "pkg/npm/lodash/README.md": "words",
  "pkg/npm/lodash/draft.json": LODASH,
};
type Files = Readonly<Record<string, string | Uint8Array>>;

async function told(files: Files) {
  const { documents, ignored, problems } = await readVexFeed("acme", memoryFeed(files));
  const names = documents.map(({ name, listedFor }) =>
    listedFor === undefined ? name : `${name} for ${listedFor.join()}`,
  );
  return { documents: names, ignored, problems: problems.map(({ message }) => message) };
}

describe("repositories", () => {
  it.each<{
    name: string;
    files: Files;
    documents: readonly string[];
    ignored: number;
    problems?: readonly string[];
  }>([
    { name: "a folder", files: hub, documents: ["pkg/npm/lodash/vex.json for pkg:npm/lodash"], ignored: 4 },
    {
      name: "an archive, in the folder that it has",
      files: {
        "main.tar.gz": gzipSync(
          tarOf(Object.fromEntries(Object.entries(hub).map(([file, text]) => [`vexhub-main/${file}`, text]))),
        ),
      },
      documents: ["main.tar.gz/vexhub-main/pkg/npm/lodash/vex.json for pkg:npm/lodash"],
      ignored: 4,
    },
    {
      name: "zstd",
      files: { "hub.tar.zst": zstdCompressSync(tarOf(hub)) },
      documents: ["hub.tar.zst/pkg/npm/lodash/vex.json for pkg:npm/lodash"],
      ignored: 4,
    },
    {
      name: "a zip",
      files: { "hub.zip": zipOf(hub) },
      documents: ["hub.zip/pkg/npm/lodash/vex.json for pkg:npm/lodash"],
      ignored: 4,
    },
    {
      name: "two, and a document beside them",
      files: { "a.zip": zipOf(hub), "b.zip": zipOf(hub), "c.json": LODASH },
      documents: [
        "a.zip/pkg/npm/lodash/vex.json for pkg:npm/lodash",
        "b.zip/pkg/npm/lodash/vex.json for pkg:npm/lodash",
        "c.json",
      ],
      ignored: 8,
    },
    {
      name: "one document for two packages",
      files: { "index.json": index(["pkg:npm/a", "./v.json"], ["pkg:npm/b", "v.json"]), "v.json": LODASH },
      documents: ["v.json for pkg:npm/a,pkg:npm/b"],
      ignored: 1,
    },
    {
      name: "an index inside a repository, by whoever may add files",
      files: {
        ...hub,
        "pkg/npm/evil/index.json": index(["pkg:golang/stdlib", "vex.json"]),
        "pkg/npm/evil/vex.json": LODASH,
      },
      documents: ["pkg/npm/lodash/vex.json for pkg:npm/lodash"],
      ignored: 6,
    },
    {
      name: "locations that lead elsewhere, or nowhere",
      files: {
        "index.json": index(
          ["pkg:npm/a", "../v.json"],
          ["pkg:npm/b", "/etc/v.json"],
          ["pkg:npm/c", "c.json"],
          ["pkg:npm/d", "x/./d.json"],
        ),
        "v.json": LODASH,
      },
      documents: [],
      ignored: 2,
      problems: [
        "index.json: packages[0].location: it leads out of the repository",
        "index.json: packages[1].location: it leads out of the repository",
        "index.json: packages[3].location: it leads out of the repository",
        "index.json: it names c.json, which is not there",
      ],
    },
    {
      name: "a manifest without an index",
      files: { "vex-repository.json": MANIFEST, "v.json": LODASH },
      documents: [],
      ignored: 2,
      problems: ["index.json: the repository has none, so nothing of it is read"],
    },
    {
      name: "a manifest of another time",
      files: { ...hub, "vex-repository.json": JSON.stringify({ versions: [{ spec_version: "1.0" }] }) },
      documents: [],
      ignored: 5,
      problems: ["vex-repository.json: versions: none is 0.x, which is what is read"],
    },
    {
      name: "an index of something else",
      files: { "index.json": '{"packages":{}}', "v.json": LODASH },
      documents: ["index.json", "v.json"],
      ignored: 0,
    },
    {
      name: "names of what every object has",
      files: { "__proto__/v.json": LODASH, constructor: "x" },
      documents: ["__proto__/v.json"],
      ignored: 1,
    },
  ])("$name", async ({ files, documents, ignored, problems = [] }) => {
    expect(await told(files)).toEqual({ documents, ignored, problems });
  });

  it("gives the same snapshot in any order of its files", async () => {
    const digest = async (files: Files) =>
      compileVexSnapshot((await readVexFeed("acme", memoryFeed(files))).documents).digest;
    const backwards = Object.fromEntries(Object.entries(hub).reverse());
    expect(await digest(backwards)).toBe(await digest(hub));
  });

  it("hears a document about the packages for which it is listed, by the names that are theirs", async () => {
    const image = "pkg:oci/app?repository_url=ghcr.io/acme/app";
    const files = {
      "index.json": index(["pkg:npm/lodash", "v.json"], [image, "v.json"]),
      "v.json": openvex(
        "pkg:npm/lodash@4.17.4",
        "pkg:golang/stdlib@v1.22.0",
        { "@id": "pkg:npm/lodash@4.17.5", identifiers: { purl: "pkg:npm/express" } },
        image,
        "pkg:oci/app?repository_url=ghcr.io/other/app",
      ),
    };
    const { bytes, problems, statements } = compileVexSnapshot(
      (await readVexFeed("acme", memoryFeed(files))).documents,
    );
    const products = [...openVexSnapshot(bytes).about("CVE-2024-1").values()]
      .flat()
      .map(({ ids }) => ids.join());
    expect(products.sort()).toEqual(["pkg:npm/lodash@4.17.4", "pkg:npm/lodash@4.17.5", image]);
    expect([statements, problems.map(({ message }) => message)]).toEqual([
      3,
      [
        "v.json: the index does not list it for pkg:golang/stdlib@v1.22.0, pkg:oci/app?repository_url=ghcr.io/other/app",
      ],
    ]);
  });

  it("takes its time by the files, not by the files times the repositories", async () => {
    const many: Files = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, n): [string, string] => {
        const folder = `d${Math.floor(n / 2)}`;
        return n % 2 === 0
          ? [`${folder}/index.json`, index([`pkg:npm/${folder}`, "v.json"])]
          : [`${folder}/v.json`, LODASH];
      }),
    );
    expect((await readVexFeed("acme", memoryFeed(many))).documents).toHaveLength(5000);
  });
});

describe("signatures", () => {
  it.each([
    ["a.json.asc", "a.json", "unverified"],
    ["a.json.sig", "a.json", "unverified"],
    ["a.json.sigstore", "a.json", "unverified"],
    ["a.json.sigstore.json", "a.json", "unverified"],
    ["b.json.asc", "a.json", "none"],
    ["a.json.sha512", "a.json", "none"],
    ["all.zip.asc", "all.zip/a.json", "unverified"],
    ["feed.jsonl.sig", "feed.jsonl:1", "unverified"],
  ])("%s beside %s: %s", async (beside, name, want) => {
    const file = name.replace(/[/:].*$/, "");
    const content = file.endsWith(".zip") ? zipOf({ "a.json": LODASH }) : LODASH;
    for (const files of [
      { [file]: content, [beside]: "x" },
      { [beside]: "x", [file]: content },
    ]) {
      const { documents } = await readVexFeed("acme", memoryFeed(files));
      const snapshot = openVexSnapshot(compileVexSnapshot(documents).bytes);
      const [subject] = [...snapshot.about("CVE-2024-1").values()].flat();
      const [statement] = subject?.statements() ?? [];
      expect([documents.map((one) => one.name), statement?.from.signature]).toEqual([[name], want]);
    }
  });
});

describe("files that are no documents", () => {
  it("are told of, and the rest goes on", async () => {
    const files = {
      "a.json": Uint8Array.of(0xff),
      "b.json": LODASH,
      "c.yaml": "x: 1",
      "d.json": "x".repeat(2000),
    };
    const found = await readVexFeed("acme", memoryFeed(files), { maxDocumentBytes: 1000 });
    expect(found.documents.map(({ name }) => name)).toEqual(["b.json"]);
    expect([found.ignored, found.problems.map(({ message }) => message)]).toEqual([
      1,
      ["a.json: it is not UTF-8", "d.json: the document is larger than 1000 bytes"],
    ]);
  });

  it("an archive that breaks off ends the feed", async () => {
    const broken = gzipSync(tarOf(hub)).subarray(0, 200);
    await expect(readVexFeed("acme", memoryFeed({ "a.tar.gz": broken }))).rejects.toMatchObject({
      code: "FEED_UNREADABLE",
    });
  });
});
