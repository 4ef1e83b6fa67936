// SPDX-License-Identifier: Apache-2.0
/** Imports of whole feeds: every packing gives the same export, and bad or hostile bytes are refused by name. */
import { createHash } from "node:crypto";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { fileFeed } from "./adapters/file-feed.ts";
import { advisoryErrors } from "./errors.ts";
import { decodeExport, encodeExport } from "./export.ts";
import { importSource } from "./import-source.ts";
import type { FeedLimits } from "./limits.ts";
import { tarEntry, tarOf, zipOf } from "./testing/archives.ts";
import { ovalText } from "./testing/oval.ts";
import { memoryFeed } from "./testing/sbom.ts";
import type { FeedReader, ImportResult } from "./types.ts";

const record = (id: string, fixed = "1.2.3"): string =>
  JSON.stringify({
    id,
    modified: "2024-01-01T00:00:00Z",
    affected: [
      {
        package: { ecosystem: "npm", name: "x" },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }],
      },
    ],
  });

const two = { "a/T-1.json": record("T-1"), "a/T-2.json": record("T-2"), "README.md": "words" };
/** `tarOf(two)` under `bzip2 -9`. */
const tarBz2 = Buffer.from(
  [
    "QlpoOTFBWSZTWdTPWM0AAMlfgMUiUAf/kCYSHZpvu9/qCAgwAThQGigajE00aYEwjIZojTE0AMNDQAAAaAAAAACqRJgJqeSh6mmT",
    "T1PKPU9TR6QYZTelMsWUdH6cNSM3lTC0RHX77vKLIpFUohOJQb21X2f13I6kcUlCbqUJJtB2M0kkSJpppJvVgyfEe01sHAkxSl9f",
    "Bsi6C1riZHe/G2NsaWo3GCyCclyfzUMqPolS0Nzeqqbpxa9ykkVGFhtKFDQIlwDAEHOzikRBkWIATpJJnsDAZBtutGxFBZ6LXm4u",
    "LlHNvd5xkj0Sc1cl6lyaXJyeC5gf5WrVsFShNim0PFNNwXsGSixUxSTSXKWLJ4vW9WzYrooX+xlJpZtcWqmmL0l5cuZxc6aGpgsd",
    "zmqZo6LCRJsiH/F3JFOFCQ1M9YzQ",
  ].join(""),
  "base64",
);
const long = `${"deep/".repeat(30)}T-2.json`;

async function importOf(
  files: Record<string, string | Uint8Array>,
  limits: Partial<FeedLimits> = {},
): Promise<ImportResult> {
  return importSource({ name: "s", feed: memoryFeed(files), limits });
}

describe("packings", () => {
  let wanted: ImportResult;
  beforeAll(async () => {
    wanted = await importOf(two);
    expect(wanted.export.advisories.map(({ id }) => id)).toEqual(["T-1", "T-2"]);
  });

  it.each([
    ["a folder in another order", { "z.json": record("T-2"), "b.json": record("T-1") }],
    ["jsonl", { "feed.jsonl": `${record("T-1")}\n\n${record("T-2")}` }],
    ["jsonl.gz", { "feed.jsonl.gz": gzipSync(`${record("T-1")}\n${record("T-2")}\n`) }],
    ["json.zst", { "a.json.zst": zstdCompressSync(Buffer.from(record("T-1"))), "b.json": record("T-2") }],
    ["tar", { "feed.tar": tarOf(two) }],
    ["tar.gz", { "feed.tar.gz": gzipSync(tarOf(two)) }],
    ["tar.zst", { "feed.tar.zst": zstdCompressSync(tarOf(two)) }],
    ["tar.bz2", { "feed.tar.bz2": tarBz2 }],
    ["tbz2", { "feed.tbz2": tarBz2 }],
    [
      "tar with a long name",
      { "feed.tgz": gzipSync(tarOf({ "T-1.json": record("T-1"), [long]: record("T-2") })) },
    ],
    ["zip", { "all.zip": zipOf(two) }],
    ["zip in a tar", { "artifact.tar": tarOf({ "all.zip": zipOf(two) }) }],
    ["yaml", { "T-1.yaml": record("T-1"), "T-2.yml": record("T-2") }],
  ])("%s", async (_, files) => {
    expect((await importOf(files)).export).toEqual(wanted.export);
  });

  it("texts whose names say nothing are a feed's by how they begin", async () => {
    const advisory = '```toml\n[advisory]\nid = "RUSTSEC-1"\npackage = "x"\n```\n# Words\n';
    const list = "[29 Mar 2023] DSA-1-1 tar - update\n\t{CVE-2023-0001}\n\t[bookworm] - tar 1.34-2\n";
    const files = {
      "crates/x/RUSTSEC-1.md": advisory,
      "README.md": "# Words",
      "data/DSA/list": list,
      "data/CPE/list": "a;b",
    };
    for (const feed of [files, { "all.tar": tarOf(files) }, { "all.zip": zipOf(files) }]) {
      const { export: found, ignored, rejectedCount } = await importOf(feed);
      expect([found.advisories.map(({ id }) => id), ignored, rejectedCount]).toEqual([
        ["DSA-1-1", "RUSTSEC-1"],
        2,
        0,
      ]);
    }
    const { rejected } = await importOf(
      { "x.md": advisory.padEnd(2000, "x"), "y.json": record("T-1") },
      { maxDocumentBytes: 1500 },
    );
    expect(rejected.map(({ document }) => document)).toEqual(["x.md"]);
  });

  it("a real folder and a real file", async () => {
    const root = await mkdtemp(join(tmpdir(), "feed-"));
    try {
      await mkdir(join(root, "a"));
      await writeFile(join(root, "a", "T-1.json"), record("T-1"));
      await writeFile(join(root, "b.zip"), zipOf({ "T-2.json": record("T-2") }));
      expect((await importSource({ name: "s", feed: fileFeed(root) })).export).toEqual(wanted.export);
      await writeFile(join(root, "all.tar.zst"), zstdCompressSync(tarOf(two)));
      const one = await importSource({ name: "s", feed: fileFeed(join(root, "all.tar.zst")) });
      expect(one.export).toEqual(wanted.export);
      await expect(importSource({ name: "s", feed: fileFeed(join(root, "gone")) })).rejects.toMatchObject({
        code: "FEED_UNREADABLE",
      });
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

describe("a document that cannot be used is listed, and the rest goes on", () => {
  it.each([
    { name: "no JSON", bad: '{"id": "T-9", ]', path: "$", reason: /no JSON/, position: "offset 14" },
    { name: "cut off", bad: '{"id": "T-9"', path: "$", reason: /no JSON/, position: "offset 12" },
    { name: "not UTF-8", bad: Buffer.from([0x22, 0xff, 0x22]), path: "$", reason: /UTF-8/ },
    {
      name: "too deep",
      bad: `${"[".repeat(100)}${"]".repeat(100)}`,
      path: "$",
      reason: /nested deeper than 64/,
    },
    { name: "too large", bad: " ".repeat(2000), path: "$", reason: /larger than 1500 bytes/ },
    { name: "another feed's", bad: '{"hello": "world"}', path: "$", reason: /no connector/ },
    {
      name: "another form",
      bad: '{"id": "T-9", "affected": 7}',
      path: "$.affected",
      reason: /expected array/,
    },
  ])("$name", async ({ bad, path, reason, position }) => {
    const result = await importOf(
      { "a.json": record("T-1"), "bad.json": bad, "c.json": record("T-2") },
      { maxDocumentBytes: 1500 },
    );
    expect(result.export.advisories).toHaveLength(2);
    expect(result.rejectedCount).toBe(1);
    expect(result.rejected[0]).toMatchObject({
      document: "bad.json",
      path,
      reason: expect.stringMatching(reason) as string,
      ...(position ? { position } : {}),
    });
  });

  it("allows an OVAL document more than others, wherever it lies", async () => {
    const text = `${ovalText()}<!-- ${"x".repeat(3000)} -->`;
    const other = text.replaceAll("oval_definitions", "definitions");
    const limits = { maxDocumentBytes: 2000, maxOvalBytes: 6000 };
    const over = (name: string, max: number) => ({
      document: name,
      reason: `the document is larger than ${max} bytes`,
    });
    for (const pack of [
      (files: Record<string, string>) => files,
      (files: Record<string, string>) => ({ "f.tar": tarOf(files) }),
      (files: Record<string, string>) => ({ "f.zip": zipOf(files) }),
    ]) {
      const files = { "a.xml": text, "b.xml": other, "c.xml": `${text}<!-- ${"x".repeat(3000)} -->` };
      const found = await importOf(pack(files), limits);
      expect(found.export.advisories.map(({ id }) => id)).toEqual(["RHSA-2024:0001"]);
      const rejected = found.rejected.map(({ document, reason }) => ({
        document: document.slice(-5),
        reason,
      }));
      expect(rejected).toEqual([over("b.xml", 2000), over("c.xml", 6000)]);
    }
    const osv = await importSource({
      name: "s",
      feed: memoryFeed({ "a.xml": text }),
      connector: "osv",
      limits,
    });
    expect(osv.rejected.map(({ reason }) => reason)).toEqual(["the document is larger than 2000 bytes"]);
  });

  it("keeps the first 20 and counts all", async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.json`, "{"]));
    const result = await importOf(files);
    expect([result.rejected.length, result.rejectedCount]).toEqual([20, 30]);
  });

  it("yaml with a key twice, and soon one with very many keys", async () => {
    const keys = Array.from({ length: 100_000 }, (_, at) => `k${String(at)}: 1\n`).join("");
    const result = await importOf({
      "a.yaml": "a:\n  b: 1\n  c: 2\n  b: 3\n",
      "b.yaml": `${keys}id: !x T-1\n`,
      "c.json": record("T-1"),
    });
    expect(result.rejected.map(({ reason, position }) => [reason, position])).toEqual([
      ["it is no YAML: Map keys must be unique", "offset 19"],
      ["no connector recognizes it", undefined],
    ]);
  });

  it.each([
    ["flow lists", `a: ${"[".repeat(70)}${"]".repeat(70)}`, 64],
    ["flow lists without an end", `a: ${"[_".repeat(20_000)}`, 64],
    ["lists", `${"- ".repeat(3000)}x`, 64],
    ["maps", Array.from({ length: 70 }, (_, at) => `${" ".repeat(at)}a:\n`).join(""), 64],
    ["lists within bounds", `id: T-1\na: ${"[".repeat(60)}${"]".repeat(60)}`, undefined],
    ["several documents", "a: 1\n---\na: 2\n", 0],
  ])("yaml of nested %s", async (_, text, depth) => {
    const { rejected } = await importOf({ "a.yaml": text, "c.json": record("T-1") });
    const want =
      depth === undefined
        ? "no connector recognizes it"
        : depth === 0
          ? "it is YAML of several documents"
          : `it is nested deeper than ${String(depth)}`;
    expect(rejected.map(({ reason }) => reason)).toEqual([want]);
  });

  it("yaml that is none, or bait for its parser", async () => {
    const bomb = `a: &a [x]\n${"abcdefgh"
      .split("")
      .map(
        (name, i, all) =>
          `${name}1: &${name}1 [*${i === 0 ? "a" : `${all[i - 1]!}1`}, *${i === 0 ? "a" : `${all[i - 1]!}1`}]`,
      )
      .join("\n")}`;
    const result = await importOf({ "a.yaml": "a: [", "b.yaml": bomb, "c.json": record("T-1") });
    expect(result.export.advisories).toHaveLength(1);
    expect(result.rejected.map(({ document }) => document)).toEqual(["a.yaml", "b.yaml"]);
  });

  it("yaml with very many keys or aliases, in time that grows with its length", async () => {
    const many = (line: (i: number) => string): string =>
      Array.from({ length: 40_000 }, (_, i) => line(i)).join("");
    const result = await importOf({
      "aliases.yaml": `x:\n${many((i) => `- &a${i} x\n`)}y:\n${many((i) => `- *a${i}\n`)}`,
      "keys.yaml": `id: T-1\nmodified: "2024-01-01T00:00:00Z"\nwithdrawn: "2024-01-01T00:00:00Z"\ndatabase_specific:\n${many((i) => `  k${i}: 1\n`)}`,
      "twice.yaml": "id: T-2\nmodified: x\nmodified: y\n",
    });
    expect(result.export.advisories.map(({ id }) => id)).toEqual(["T-1"]);
    expect(result.rejected.map(({ document, reason }) => [document, reason])).toEqual([
      ["aliases.yaml", "it is no YAML: more than 200 aliases"],
      ["twice.yaml", "it is no YAML: Map keys must be unique"],
    ]);
  });

  it("more versions and ranges of one package than are compared: all stay", async () => {
    const events = Array.from({ length: 1100 }, (_, i) => [
      { introduced: `1.${2 * i}.0` },
      { fixed: `1.${2 * i + 1}.0` },
    ]);
    const versions = ["1.0.5", "no version", ...Array.from({ length: 1000 }, (_, i) => `2.${i}.0`)];
    const affected = (count: number): object[] => [
      {
        package: { ecosystem: "npm", name: "x" },
        ranges: [{ type: "SEMVER", events: events.slice(0, count).flat() }],
        versions,
      },
    ];
    const text = (id: string, count: number): string =>
      JSON.stringify({ id, modified: "2024-01-01T00:00:00Z", affected: affected(count) });
    const result = await importOf({ "a.json": text("T-1", 100), "b.json": text("T-2", 1100) });
    expect(result.export.advisories.map((one) => one.affected[0]?.versions?.length)).toEqual([1000, 1001]);
  });
});

describe("one document that cannot be read is rejected, and the rest goes on", () => {
  const inner = tarOf({ "T-3.json": record("T-3"), "T-4.json": record("T-4") });
  const cutInner = inner.subarray(0, 1600);

  it.each<[string, Record<string, string | Uint8Array>, Record<string, RegExp>]>([
    ["no gzip at all, beside others", { "f.json.gz": "plain" }, { "f.json.gz": /^incorrect header check$/ }],
    ["no bzip2 at all, beside others", { "f.json.bz2": "plain" }, { "f.json.bz2": /bzip2/ }],
    ["xz, beside others", { "f.json.xz": "\xfd7zXZ" }, { "f.json.xz": /^xz is not read/ }],
    [
      "in an archive",
      { "f.tar": tarOf({ "b/f.json.zst": "plain", "T-2.json": record("T-2") }) },
      { "f.tar/b/f.json.zst": /Unknown frame/ },
    ],
    [
      "an archive in an archive, of which nothing counts",
      { "f.zip": zipOf({ "b/in.tar": cutInner, "c/in.tgz": "plain", "T-2.json": record("T-2") }) },
      { "f.zip/b/in.tar": /cut off/, "f.zip/c/in.tgz": /incorrect header check/ },
    ],
    [
      "lines in an archive, of which nothing counts",
      {
        "f.tar": tarOf({
          "in.jsonl.gz": gzipSync(`${record("T-3")}\n${record("T-4")}\n`, { level: 0 }).subarray(0, -40),
          "T-2.json": record("T-2"),
        }),
      },
      { "f.tar/in.jsonl.gz": /unexpected end of file/ },
    ],
  ])("%s", async (_, files, reasons) => {
    const found = await importOf({ "T-1.json": record("T-1"), "T-2.json": record("T-2"), ...files });
    expect(found.export.advisories.map(({ id }) => id)).toEqual(["T-1", "T-2"]);
    expect(found.rejected.map(({ document, path }) => [document, path])).toEqual(
      Object.keys(reasons).map((document) => [document, "$"]),
    );
    for (const { document, reason } of found.rejected) expect(reason).toMatch(reasons[document] ?? /^$/);
  });
});

it("no damage to an archive in an archive touches what lies beside it", async () => {
  const packed = {
    "f.tar": tarOf(two),
    "f.zip": zipOf(two),
    "f.tgz": gzipSync(tarOf(two)),
    "f.tbz2": tarBz2,
  };
  const damage = fc.tuple(
    fc.constantFrom("f.tar", "f.zip", "f.tgz", "f.tbz2"),
    fc.nat(),
    fc.nat({ max: 255 }),
    fc.boolean(),
  );
  await fc.assert(
    fc.asyncProperty(damage, async ([name, at, value, cut]) => {
      const bytes = Buffer.from(packed[name]);
      const place = at % bytes.length;
      bytes[place] = value;
      const inner = { [name]: cut ? bytes.subarray(0, place) : bytes, "T-9.json": record("T-9") };
      const { advisories } = (await importOf({ "all.tar": tarOf(inner) })).export;
      expect(advisories.map(({ id }) => id)).toContain("T-9");
    }),
    { numRuns: 150 },
  );
});

describe("a feed that cannot be read leaves nothing behind", () => {
  const tar = tarOf(two);
  /** That no compression makes shorter. */
  const noise = Buffer.concat(
    Array.from({ length: 3000 }, (_, i) => createHash("sha256").update(String(i)).digest()),
  );
  /** As the directory says it of the first entry. */
  const withCompressedSize = (bytes: Buffer, size: number): Buffer => {
    bytes.writeUInt32LE(size, bytes.indexOf("PK\x01\x02", 0, "latin1") + 20);
    return bytes;
  };
  const zip = zipOf(two);

  it.each([
    ["truncated gzip", { "f.tar.gz": gzipSync(tar).subarray(0, 100) }, "FEED_UNREADABLE"],
    ["truncated zstd", { "f.tar.zst": zstdCompressSync(tar).subarray(0, 60) }, "FEED_UNREADABLE"],
    ["truncated bzip2", { "f.tar.bz2": tarBz2.subarray(0, 200) }, "FEED_UNREADABLE"],
    ["truncated jsonl", { "f.jsonl.gz": gzipSync(record("T-2")).subarray(0, 60) }, "FEED_UNREADABLE"],
    ["xz", { "f.tar.xz": "\xfd7zXZ" }, "FEED_UNREADABLE"],
    ["tar cut off in a file", { "f.tar": tar.subarray(0, 600) }, "FEED_UNREADABLE"],
    ["tar without its end", { "f.tar": tar.subarray(0, tar.length - 1024) }, "FEED_UNREADABLE"],
    ["tar with a broken header", { "f.tar": Buffer.from(tar).fill(7, 0, 20) }, "FEED_UNREADABLE"],
    [
      "tar with an absurd size",
      { "f.tar": tarEntry("a.json", "0", Buffer.from("{}"), 8 ** 10) },
      "FEED_UNREADABLE",
    ],
    ["zip cut off", { "f.zip": zip.subarray(0, zip.length - 30) }, "FEED_UNREADABLE"],
    ["zip with another checksum", { "f.zip": Buffer.from(zip).fill(0, 45, 55) }, "FEED_UNREADABLE"],
    [
      "zip that inflates to more than it says",
      { "f.zip": zipOf({ "a.json": "x".repeat(1e6) }, { size: 10 }) },
      "FEED_UNREADABLE",
    ],
    [
      "zip whose directory gives an entry the bytes of others too",
      { "f.zip": withCompressedSize(zipOf({ "a.json": record("T-2"), "noise.bin": noise }), 50_000) },
      "FEED_UNREADABLE",
    ],
    [
      "archives in archives in archives",
      { "f.tar": tarOf({ "g.tar": tarOf({ "h.tar": tarOf(two) }) }) },
      "FEED_LIMIT_EXCEEDED",
    ],
  ])("%s", async (_, files, code) => {
    await expect(importOf({ "first.json": record("T-1"), ...files })).rejects.toMatchObject({ code });
  });

  it("nor does one whose only document cannot be read", async () => {
    await expect(importOf({ "README.md": "words", "f.json.gz": "plain" })).rejects.toMatchObject({
      code: "FEED_UNREADABLE",
      data: { document: "f.json.gz", reason: "incorrect header check" },
    });
  });

  it("ends when its bytes cannot be got, whatever they are", async () => {
    const cut: FeedReader = {
      async *documents() {
        yield* memoryFeed({ "a.json": record("T-1") }).documents();
        yield {
          name: "b.json.gz",
          async *open() {
            yield await Promise.resolve(gzipSync(record("T-2")).subarray(0, 40));
            throw new Error("connection lost");
          },
        };
      },
    };
    await expect(importSource({ name: "s", feed: cut })).rejects.toMatchObject({
      code: "FEED_UNREADABLE",
      data: { document: "b.json.gz", reason: "connection lost" },
    });
  });

  it.each([
    ["bytes", { maxTotalBytes: 100_000 }, { "f.json.gz": gzipSync(Buffer.alloc(1_000_000, 32)) }],
    [
      "documents",
      { maxDocuments: 5 },
      { "f.tar": tarOf(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.json`, "{}"]))) },
    ],
    ["records", { maxRecords: 1 }, two],
  ])("more %s than allowed", async (_, limits, files) => {
    await expect(importOf(files, limits)).rejects.toMatchObject({ code: "FEED_LIMIT_EXCEEDED" });
  });

  describe("an advisory of many CVEs and many packages", () => {
    const many = (id: string, cves: number, packages: number): string =>
      JSON.stringify({
        id,
        modified: "2024-01-01T00:00:00Z",
        aliases: Array.from({ length: cves }, (_, at) => `CVE-2024-${String(10_000 + at)}`),
        affected: Array.from({ length: packages }, (_, at) => ({
          package: { ecosystem: "npm", name: `x${String(at)}` },
          versions: ["1.0.0"],
        })),
      });

    it("is refused with its counts, and the rest goes on", async () => {
      // 10 CVEs, each with 10 names and 20 packages of one version: 10 * (10 + 20 * 2).
      const files = {
        "a/M-1.json": many("M-1", 10, 20),
        "a/M-2.json": many("M-2", 10, 19),
        "b.json": record("T-1"),
      };
      const found = await importOf(files, { maxAdvisoryStatements: 499 });
      expect(found.export.advisories.map(({ id }) => id)).toEqual(["M-2", "T-1"]);
      const reason = "M-1: 10 CVEs times 50 names, packages, ranges and versions are over 499 statements";
      expect([found.rejectedCount, found.rejected]).toEqual([
        1,
        [{ document: "a/M-1.json", path: "$", reason }],
      ]);
      expect((await importOf(files, { maxAdvisoryStatements: 500 })).rejectedCount).toBe(0);
    });

    it("is refused when only its documents together are too many", async () => {
      const files = { "2.json": many("M-1", 10, 10), "1.json": many("M-1", 20, 5) };
      const found = await importOf(files, { maxAdvisoryStatements: 500 });
      expect(found.export.advisories).toEqual([]);
      expect(found.rejected.map(({ document }) => document)).toEqual(["1.json"]);
    });

    it("refuses a feed of many of them", async () => {
      const files = { "1.json": many("M-1", 10, 20), "2.json": many("M-2", 10, 20) };
      const found = importOf(files, { maxStatements: 999 });
      await expect(found).rejects.toMatchObject({
        code: "FEED_LIMIT_EXCEEDED",
        data: { limit: "maxStatements" },
      });
      expect((await importOf(files, { maxStatements: 1000 })).rejectedCount).toBe(0);
    });
  });

  it("any damage to an archive ends in a named error or a listed document, never in a crash", async () => {
    const packed = { "f.tar": tar, "f.zip": zip, "f.tar.gz": gzipSync(tar), "f.tar.bz2": tarBz2 };
    const damage = fc.tuple(
      fc.constantFrom("f.tar", "f.zip", "f.tar.gz", "f.tar.bz2"),
      fc.nat(),
      fc.nat({ max: 255 }),
      fc.boolean(),
    );
    await fc.assert(
      fc.asyncProperty(damage, async ([name, at, value, cut]) => {
        const bytes = Buffer.from(packed[name]);
        const place = at % bytes.length;
        bytes[place] = value;
        try {
          const result = await importOf({ [name]: cut ? bytes.subarray(0, place) : bytes });
          expect(result.export.advisories.length).toBeLessThanOrEqual(2);
        } catch (error) {
          expect(advisoryErrors.is(error)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

it("an unknown connector is an error", async () => {
  const feed = memoryFeed(two);
  await expect(importSource({ name: "s", feed, connector: "nvd" as "osv" })).rejects.toMatchObject({
    code: "CONNECTOR_UNKNOWN",
  });
});

describe("exports", () => {
  let made: ImportResult;
  beforeAll(async () => {
    made = await importOf({ ...two, "epss.csv": "CVE-2020-0001;0.5;0.1\n" });
  });

  it("come back whole", () => {
    expect(decodeExport(encodeExport(made.export), made.export.exportDigest)).toEqual(made.export);
  });

  it("count what they could not compare, the most first where it is very much", async () => {
    const of = (id: string, ...ecosystems: string[]): string =>
      JSON.stringify({
        id,
        modified: "2024-01-01T00:00:00Z",
        affected: ecosystems.map((ecosystem) => ({ package: { ecosystem, name: "x" }, versions: ["1"] })),
      });
    const some = [
      of("A-1", "SUSE:SLE 15", "SUSE:SLE 12", "npm"),
      of("A-2", "SUSE:SLE 15", "Debian:bookworm", "GitHub Actions"),
      of("A-3", "Debian:12"),
    ];
    const few = await importOf({ "f.jsonl": some.join("\n") });
    expect(few.export.notCompared).toEqual([
      ["Debian:bookworm", 1],
      ["GitHub Actions", 1],
      ["SUSE", 2],
    ]);
    expect(decodeExport(encodeExport(few.export), few.export.exportDigest)).toEqual(few.export);
    const names = Array.from({ length: 150 }, (_, at) =>
      of(`B-${String(at)}`, `Other ${String(at).padStart(3, "0")}`),
    );
    const many = await importOf({ "f.jsonl": [...some, ...names].join("\n") });
    expect([many.export.notCompared?.length, many.export.notCompared?.at(-1)]).toEqual([101, ["others", 53]]);
    expect(many.export.notCompared).toContainEqual(["SUSE", 2]);
    expect(made.export.notCompared).toBeUndefined();
  });

  it("are refused when altered", () => {
    const bytes = encodeExport(made.export);
    const wrong = Buffer.from(bytes);
    wrong[20] = (wrong[20] ?? 0) ^ 1;
    for (const each of [wrong, bytes.subarray(0, 30), Buffer.from("x")]) {
      expect(() => decodeExport(each, made.export.exportDigest)).toThrow(
        expect.objectContaining({ code: "EXPORT_CORRUPT" }),
      );
    }
  });

  it("differ when a fact differs", async () => {
    const other = await importOf({ ...two, "a/T-2.json": record("T-2", "1.2.4") });
    expect(other.export.exportDigest).not.toBe(made.export.exportDigest);
  });
});
