// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { DiffId, LayerDigest } from "#lib/digest.ts";
import { codeOf } from "#lib/errors.ts";
import { elfFile } from "#lib/elf/testing/elf-file.ts";
import { tarHeader, withChecksum, writeTar, type TarFile } from "#lib/tar/testing/write-tar.ts";
import type { Analyzer } from "../analyzer.ts";
import { encodeFragment } from "../fragment.ts";
import { goBinary } from "../testing/go-binary.ts";
import type { ScanLimits } from "./limits.ts";
import { fragmentOf, memoryLayer, readLayer, type MemoryLayer } from "../testing/images.ts";

const manifest = (name: string, version = "1.0.0"): string => JSON.stringify({ name, version });
const at = (name: string): string => `app/node_modules/${name}/package.json`;

async function names(files: readonly TarFile[]): Promise<string[]> {
  const { files: facts } = await fragmentOf(files);
  return facts.flatMap(({ path, packages }) =>
    (packages ?? []).map(({ name, version }) => `${path} ${name}@${version}`),
  );
}

async function failure(layer: MemoryLayer): Promise<string> {
  return readLayer(layer).then(() => "fine", codeOf);
}

const zeros = "0".repeat(64);

describe("analyzeLayer", () => {
  it("gives the same fragment bytes each time", async () => {
    const files = [
      { path: at("b"), content: manifest("b") },
      { path: at("a"), content: manifest("a") },
    ];
    expect(encodeFragment(await fragmentOf(files))).toEqual(encodeFragment(await fragmentOf(files)));
  });

  it("records whiteouts and opaque directories, not as files", async () => {
    const fragment = await fragmentOf([
      { path: "a/.wh.b" },
      { path: "c/.wh..wh..opq" },
      { path: ".wh..wh.plnk" },
    ]);
    expect([fragment.whiteouts, fragment.opaques, fragment.tree.length]).toEqual([["a/b"], ["c"], 0]);
  });

  it.each<[string, TarFile[], string[]]>([
    [
      "the last of two entries with one path",
      [
        { path: at("a"), content: manifest("a", "1.0.0") },
        { path: `./${at("a")}`, content: manifest("a", "2.0.0") },
      ],
      [`${at("a")} a@2.0.0`],
    ],
    [
      "no file that a link replaced",
      [
        { path: at("a"), content: manifest("a") },
        { path: at("a"), type: "2", linkPath: "/x" },
      ],
      [],
    ],
    [
      "an absolute name inside the root",
      [{ path: `/${at("a")}`, content: manifest("a") }],
      [`${at("a")} a@1.0.0`],
    ],
    [
      "a hard link to a file that was read",
      [
        { path: at("a"), content: manifest("a") },
        { path: at("b"), type: "1", linkPath: at("a") },
      ],
      [`${at("a")} a@1.0.0`, `${at("b")} a@1.0.0`],
    ],
    [
      "a hard link to a file that was passed by",
      [
        { path: "store/ab12", content: manifest("a") },
        { path: at("a"), type: "1", linkPath: "store/ab12" },
        { path: at("b"), type: "1", linkPath: "./store/ab12" },
      ],
      [`${at("a")} a@1.0.0`, `${at("b")} a@1.0.0`],
    ],
    [
      "a hard link to a program",
      [
        { path: "bin/a", mode: 0o755, content: goBinary({ goVersion: "go1.22.1", modules: "" }) },
        { path: "bin/b", type: "1", mode: 0o755, linkPath: "bin/a" },
      ],
      ["bin/a stdlib@1.22.1", "bin/b stdlib@1.22.1"],
    ],
  ])("reads %s", async (_, files, want) => expect(await names(files)).toEqual(want));

  it.each<[string, TarFile[], object]>([
    ["a path out of the root", [{ path: "../x" }], { code: "LAYER_PATH_UNSAFE", path: "../x" }],
    [
      "a hard link out of the root",
      [{ path: at("a"), type: "1", linkPath: "../../x" }],
      { code: "LAYER_PATH_UNSAFE", path: at("a") },
    ],
    [
      "a file that does not parse",
      [{ path: at("a"), content: "{" }],
      { code: "ANALYZER_INPUT_INVALID", path: at("a"), analyzer: "language/node" },
    ],
    [
      "a file that is too large",
      [{ path: at("a"), content: " ".repeat(9 << 20) }],
      { code: "LIMIT_FILE_BYTES", path: at("a"), analyzer: "language/node" },
    ],
    [
      "a path of too many folders",
      [{ path: `${"d/".repeat(300)}x` }],
      { code: "LIMIT_PATH_DEPTH", path: "d/".repeat(100) },
    ],
  ])("records %s", async (_, files, want) => {
    expect((await fragmentOf(files)).omissions).toEqual([expect.objectContaining(want)]);
  });

  it.each<[string, TarFile[], Partial<ScanLimits>, string]>([
    [
      "facts of too many characters",
      [{ path: "var/lib/dpkg/info/a.list", content: `/${"a".repeat(200)}\n` }],
      { maxFactCharacters: 100 },
      "LIMIT_FACTS",
    ],
    [
      "too many links to what was not read",
      ["a", "b"].map((name) => ({ path: at(name), type: "1", linkPath: "store/x" })),
      { maxLinks: 1 },
      "LIMIT_LINKS",
    ],
  ])("stops at %s, and says so", async (_, files, limits, want) => {
    const { fragment } = await readLayer(memoryLayer(files), limits);
    expect(fragment.omissions.map(({ code }) => code)).toContain(want);
  });

  it("leaves out a program that is too long to read, but not what it knows to be none", async () => {
    const program = elfFile({ type: 2, parts: [{ type: 1, offset: 0, bytes: 4096 }], size: 4096 });
    const files = [
      { path: "bin/a", mode: 0o755, content: program },
      { path: "bin/b", mode: 0o755, content: Buffer.alloc(8192, "text") },
    ];
    const read = async (maxStreamedBytes: number): Promise<string[]> => {
      const { fragment } = await readLayer(memoryLayer(files), { maxStreamedBytes });
      return [
        ...fragment.files.map(({ path, analyzer }) => `${path} ${analyzer}`),
        ...fragment.omissions.map(({ code, path, analyzer }) => `${code} ${path ?? ""} ${analyzer ?? ""}`),
      ];
    };
    expect(await read(4096)).toEqual(["bin/a native/binary"]);
    expect(await read(4095)).toEqual([
      "LIMIT_FILE_BYTES bin/a language/go",
      "LIMIT_FILE_BYTES bin/a language/rust",
      "LIMIT_FILE_BYTES bin/a native/binary",
    ]);
  });

  it("reads a file that many hard links name once for all of them", async () => {
    const links = Array.from({ length: 20_000 }, (_, i): TarFile => {
      return { path: at(`p${i}`), type: "1", linkPath: "store/x" };
    });
    const { files, links: unread } = await fragmentOf([
      { path: "store/x", content: manifest("a") },
      ...links,
    ]);
    expect([files.length, unread.length]).toEqual([20_000, 0]);
  });

  it("names the layer that can't be read", async () => {
    const { descriptor, blob } = memoryLayer([{ path: "a", content: "x" }]);
    const broken = { descriptor, blob: blob.subarray(0, blob.length - 4) };
    await expect(readLayer(broken)).rejects.toThrow(descriptor.digest);
  });

  it("keeps facts beside a failure, and bounds the failures", async () => {
    const bad = Array.from({ length: 60 }, (_, i) => ({ path: at(`bad${i}`), content: "{" }));
    const { files, omissions } = await fragmentOf([...bad, { path: at("good"), content: manifest("good") }]);
    expect([files.length, omissions.length, omissions.at(-1)?.message]).toEqual([1, 51, "and 10 more"]);
  });

  it("records an analyzer's own failure", async () => {
    const broken: Analyzer = {
      id: "test/broken",
      version: 1,
      maxBytes: 10,
      wants: () => true,
      analyze: () => {
        throw new TypeError("oops");
      },
    };
    const { fragment } = await readLayer(memoryLayer([{ path: "a", content: "x" }]), {}, [broken]);
    expect(fragment.omissions).toEqual([
      { code: "ANALYZER_FAILED", message: "oops", path: "a", analyzer: "test/broken" },
    ]);
  });

  it("does not read a sparse file that it wants, and says so", async () => {
    const header = tarHeader({ path: at("a"), type: "S" }, 512);
    header.write("ustar  \0", 257, "latin1");
    header.write("00000100000\0", 483, "latin1");
    const layer = memoryLayer(Buffer.concat([withChecksum(header), Buffer.alloc(512), Buffer.alloc(1024)]));
    expect((await readLayer(layer)).fragment.omissions.map(({ code }) => code)).toEqual(["FILE_SPARSE"]);
  });

  it.each([
    ["entries", { maxEntries: 1 }, "LIMIT_LAYER_ENTRIES"],
    ["paths", { maxTreeBytes: 10 }, "LIMIT_TREE_BYTES"],
    ["packages", { maxPackages: 1 }, "LIMIT_PACKAGES"],
  ])("says when the limit of %s cut the layer", async (_, limits, code) => {
    const layer = memoryLayer([
      { path: at("a"), content: manifest("a") },
      { path: at("b"), content: manifest("b") },
    ]);
    const { fragment } = await readLayer(layer, limits);
    expect(fragment.omissions.map((omission) => omission.code)).toEqual([code]);
  });

  it("reads a gzip bomb in little memory", async () => {
    const zeros = Buffer.concat([
      tarHeader({ path: "zeros", mode: 0o755 }, 64 << 20),
      Buffer.alloc((64 << 20) + 1024),
    ]);
    const layer = memoryLayer(zeros);
    const before = process.memoryUsage().rss;
    const { bytes, fragment } = await readLayer(layer);
    expect([bytes, fragment.files, fragment.omissions]).toEqual([zeros.length, [], []]);
    expect(process.memoryUsage().rss - before).toBeLessThan(32 << 20);
  });

  const good = memoryLayer([{ path: at("a"), content: manifest("a") }]);
  const as = (change: object, blob = good.blob): MemoryLayer => ({
    blob,
    descriptor: { ...good.descriptor, ...change },
  });
  const flipped = Buffer.from(good.blob);
  flipped[40] = (flipped[40] ?? 0) ^ 0xff;
  it.each([
    ["the right bytes", good, "fine"],
    ["another blob digest", as({ digest: `sha256:${zeros}` as LayerDigest }), "LAYER_DIGEST_MISMATCH"],
    ["another diffId", as({ diffId: `sha256:${zeros}` as DiffId }), "LAYER_DIFF_ID_MISMATCH"],
    ["a flipped bit", as({}, flipped), "LAYER_UNREADABLE"],
    ["half of the blob", as({}, good.blob.subarray(0, 50)), "LAYER_UNREADABLE"],
    [
      "a truncated tar",
      memoryLayer(writeTar([{ path: "a", content: "x" }]).subarray(0, 700)),
      "TAR_TRUNCATED",
    ],
    ["something that is no tar", memoryLayer(Buffer.alloc(2048, 65)), "TAR_INVALID"],
  ])("answers %s", async (_, layer, code) => expect(await failure(layer)).toBe(code));

  it("refuses a layer past the limit of bytes", async () => {
    const code = await readLayer(good, { maxLayerBytes: 1000 }).then(() => "fine", codeOf);
    expect(code).toBe("LAYER_TOO_LARGE");
  });
});
