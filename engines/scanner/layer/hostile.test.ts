// SPDX-License-Identifier: Apache-2.0
/** Layers that are made to hurt, from their bytes to the SBOM. Larger ones are measured by `npm run fuzz -- --hostile`. */
import { deflateRawSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { digestOf, type LayerDigest } from "#lib/digest.ts";
import { codeOf } from "#lib/errors.ts";
import type { ImageConfig } from "#lib/oci/types.ts";
import { elfFile } from "#lib/elf/testing/elf-file.ts";
import { paxRecord, writeTar, type TarFile } from "#lib/tar/testing/write-tar.ts";
import { writeZip, type ZipFile } from "#lib/zip/testing/write-zip.ts";
import { composeSbom } from "../compose-sbom.ts";
import { scanImage } from "../scan-image.ts";
import {
  inlineWorkers,
  linuxAmd64,
  memoryFragmentCache,
  memoryImage,
  memoryLayer,
  readLayer,
} from "../testing/images.ts";
import type { Sbom } from "../types.ts";

async function sbomOf(
  layers: readonly (readonly TarFile[])[],
  config: Partial<ImageConfig> = {},
): Promise<Sbom> {
  const all = layers.map(memoryLayer);
  const image = await memoryImage(all).resolve(linuxAmd64);
  const fragments = await Promise.all(all.map(async (layer) => (await readLayer(layer)).fragment));
  return composeSbom({ ...image, config: { ...image.config, ...config } }, fragments);
}

const codes = ({ omissions }: Sbom): string[] => [...new Set(omissions.map(({ code }) => code))];
const names = ({ components }: Sbom): string[] => components.map(({ name }) => name);
const many = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));
const at = (folder: string): string => `${folder}/node_modules/a/package.json`;
const manifest = JSON.stringify({ name: "a", version: "1.0.0" });
const link = (path: string, linkPath: string): TarFile => ({ path, type: "2", linkPath });
const program = elfFile({ type: 2, parts: [{ type: 1, offset: 0, bytes: 4096 }], size: 4096 });

/** As many program headers as their number can say. */
function manyHeaders(): Buffer {
  const count = 65_535;
  const bytes = Buffer.concat([elfFile({ type: 2, parts: [], size: 64 }), Buffer.alloc(56 * count, 0x7f)]);
  bytes.writeUInt16LE(count, 56);
  for (let index = 0; index < count; index++) bytes.writeUInt32LE(1 + (index % 4), 64 + 56 * index);
  return bytes;
}

/** Eight archives in each, eight deep: sixteen million, in a file of some kilobytes. */
function jarBomb(): Buffer {
  let inner = writeZip([{ name: "META-INF/MANIFEST.MF", content: "Implementation-Version: 1\n" }]);
  for (let level = 0; level < 8; level++) {
    const deflated = deflateRawSync(inner);
    inner = writeZip(many(8, (i): ZipFile => ({ name: `${i}.jar`, content: inner, deflated })));
  }
  return inner;
}

describe("hostile layers", () => {
  it.each<[string, TarFile[], { names?: string[]; codes?: string[] }]>([
    ["`..` in a name", [{ path: "a/../../etc/x" }], { codes: ["LAYER_PATH_UNSAFE"] }],
    [
      "a link out of the root",
      [link("app", "../../srv"), { path: at("srv"), content: manifest }],
      { names: ["a"] },
    ],
    [
      "a file through a link out of the root",
      [link("x", "/../.."), { path: `x/${at("srv")}`, content: manifest }],
      { names: ["a"] },
    ],
    [
      "links in a circle",
      [link("a", "b"), link("b", "a"), { path: at("a"), content: manifest }],
      { names: ["a"] },
    ],
    ["a link to itself", [link("a", "a/a/a"), { path: at("a"), content: manifest }], { names: ["a"] }],
    ["links in a long chain", many(20_000, (i) => link(`l${i}`, `l${i + 1}`)), {}],
    [
      "a name of four thousand letters",
      [{ path: at(many(16, () => "n".repeat(240)).join("/")), content: manifest }],
      { names: ["a"] },
    ],
    [
      "very many folders in each other",
      many(600, (i) => ({ path: "d/".repeat(i + 1), type: "5" })),
      { codes: ["LIMIT_PATH_DEPTH"] },
    ],
    [
      "a sparse file in the pax form",
      [
        {
          path: "pax",
          type: "x",
          content: Buffer.concat([
            paxRecord("GNU.sparse.major", "1"),
            paxRecord("GNU.sparse.realsize", "10737418240"),
          ]),
        },
        { path: "bin/a", mode: 0o755, content: program },
      ],
      { codes: ["FILE_SPARSE"] },
    ],
    [
      "all the program headers that a file can have",
      [{ path: "bin/a", mode: 0o755, content: manyHeaders() }],
      { names: ["a"] },
    ],
    [
      "archives of archives",
      [{ path: "app/a.jar", content: jarBomb() }],
      { names: [], codes: ["ANALYZER_INPUT_INVALID"] },
    ],
    [
      "a deep package.json",
      [{ path: at("app"), content: `{"name":"a","version":"1","x":${"[".repeat(2e6)}${"]".repeat(2e6)}}` }],
      { names: ["a"] },
    ],
    [
      "a deep package.json that never ends",
      [{ path: at("app"), content: "[".repeat(4e6) }],
      { codes: ["ANALYZER_INPUT_INVALID"] },
    ],
    [
      "a long Python file",
      [{ path: "app/a.py", content: Buffer.alloc(4 << 20, "import a\n") }],
      { codes: ["LIMIT_FILE_BYTES"] },
    ],
  ])("%s", async (_, files, { names: wantNames = [], codes: wantCodes = [] }) => {
    const sbom = await sbomOf([files]);
    expect([names(sbom), codes(sbom)]).toEqual([wantNames, wantCodes]);
  });

  it("a layer that takes everything away", async () => {
    const below = many(2000, (i) => ({ path: at(`app${i}`), content: manifest }));
    for (const above of [[{ path: ".wh..wh..opq" }], many(2000, (i) => ({ path: `.wh.app${i}` }))]) {
      const sbom = await sbomOf([below, above]);
      expect([names(sbom), sbom.removed?.length]).toEqual([[], 2000]);
    }
  });

  it("hard links to what no layer has: a bounded number is told", async () => {
    const sbom = await sbomOf([
      many(3000, (i) => ({ path: `bin/a${i}`, mode: 0o755, type: "1", linkPath: `gone${i}` })),
    ]);
    expect([codes(sbom), sbom.omissions.length]).toEqual([["LINK_TARGET_UNREAD"], 51]);
  });

  it("an entry script that starts itself, and reads itself", async () => {
    const script = '#!/bin/sh\nwhile :; do . /e; done\nf() { f "$@"; f; }\nf\nexec /e "$@"\n';
    const files = [
      { path: "e", mode: 0o755, content: script },
      { path: "bin/sh", mode: 0o755, content: program },
    ];
    const { entryTrace } = await sbomOf([files], { entrypoint: ["/e"] });
    expect(entryTrace?.terminal).toBeUndefined();
    expect(entryTrace?.unresolved).toBeDefined();
  });

  it("a zstd stream that is cut short, or damaged", async () => {
    const tar = writeTar([{ path: at("app"), content: manifest }]);
    const { descriptor } = memoryLayer(tar);
    const whole = zstdCompressSync(tar);
    for (let length = 0; length <= whole.length; length++) {
      const blob = whole.subarray(0, length);
      const layer = { blob, descriptor: { ...descriptor, digest: digestOf<LayerDigest>(blob) } };
      const code = await readLayer(layer).then(() => "fine", codeOf);
      expect(code).toBe(
        length === whole.length ? "fine" : length < 4 ? "LAYER_DIFF_ID_MISMATCH" : "LAYER_UNREADABLE",
      );
    }
  });

  it("a kept fragment that was changed is made again", async () => {
    const source = memoryImage([memoryLayer([{ path: at("app"), content: manifest }])]);
    const fragmentCache = memoryFragmentCache();
    const ports = { fragmentCache, layerWorkers: inlineWorkers };
    await scanImage(source, linuxAmd64, ports);
    for (const [key, bytes] of fragmentCache.entries) {
      const text = Buffer.from(bytes).toString("latin1").replaceAll('"name":"a"', '"name":{}');
      const body = Buffer.from(text.slice(text.indexOf("\n") + 1), "latin1");
      const head = `${text.slice(0, text.indexOf(" "))} ${digestOf(body)}\n`;
      fragmentCache.entries.set(key, Buffer.concat([Buffer.from(head), body]));
    }
    const { sbom, counters } = await scanImage(source, linuxAmd64, ports);
    expect([names(sbom), counters.cached, counters.analyzed]).toEqual([["a"], 0, 1]);
  });
});
