// SPDX-License-Identifier: Apache-2.0
/** Every parser that foreign bytes reach, of the scanner and of feeds, each with its seeds. */
import { createHash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Analyzer, LayerFile } from "#engines/scanner/analyzer.ts";
import { analyzers } from "#engines/scanner/analyzers/catalog.ts";
import { createDecompressor } from "#engines/scanner/layer/decompress.ts";
import { LayerFacts } from "#engines/scanner/layer/layer-facts.ts";
import { defaultScanLimits } from "#engines/scanner/layer/limits.ts";
import { everyEcosystem } from "#engines/scanner/testing/every-ecosystem.ts";
import type { DiffId } from "#lib/digest.ts";
import { readElf, readerOf } from "#lib/elf/index.ts";
import { readMach } from "#lib/macho/index.ts";
import { readPe } from "#lib/pe/index.ts";
import { visitPackages } from "#lib/rpmdb/index.ts";
import { TarReader, type TarEntry } from "#lib/tar/index.ts";
import { paxRecord, writeTar } from "#lib/tar/testing/write-tar.ts";
import { openZip, readZipEntry } from "#lib/zip/index.ts";
import { advisoryTargets } from "./advisory-targets.ts";
import { documentTargets } from "./document-targets.ts";
import { feedTargets } from "./feed-targets.ts";
import type { Seed, Target } from "./target.ts";
import { imageFiles, type ImageFile } from "./testdata.ts";

interface FileSeed extends Seed {
  readonly mode: number;
}

let known: readonly ImageFile[] | undefined;
const files = (): readonly ImageFile[] => (known ??= imageFiles());

const named = (file: ImageFile): FileSeed => ({ name: file.path, mode: file.mode, bytes: file.bytes });

function analyzerTarget(analyzer: Analyzer): Target {
  return {
    name: analyzer.id,
    seeds: () =>
      files()
        .filter(({ path, mode, bytes }) => analyzer.wants({ path, mode, size: bytes.length }))
        .map(named),
    run: (seed, bytes, pieces) =>
      analyzed(
        analyzer,
        { path: seed.name, mode: (seed as FileSeed).mode, size: bytes.length },
        bytes,
        pieces,
      ),
  };
}

function analyzed(analyzer: Analyzer, file: LayerFile, bytes: Buffer, pieces: () => number): unknown {
  if (!analyzer.wants(file)) return "not wanted";
  if (!("open" in analyzer)) {
    if (bytes.length > analyzer.maxBytes) return "too large";
    return analyzer.analyze({ file, bytes, text: () => bytes.toString("utf8") });
  }
  const stream = analyzer.open(file);
  inPieces(bytes, pieces, (piece) => stream.data(piece));
  return stream.end();
}

/** Each piece in memory of its own that is overwritten once it was taken, as a reader's buffers are. */
function inPieces(bytes: Buffer, pieces: () => number, take: (piece: Buffer) => unknown): void {
  for (let at = 0; at < bytes.length;) {
    const piece = Buffer.from(bytes.subarray(at, at + Math.max(1, pieces())));
    at += piece.length;
    const more = take(piece);
    piece.fill(0xaa);
    if (more === false) return;
  }
}

const inLib = (folder: string): readonly Seed[] =>
  files()
    .filter(({ path }) => path.startsWith(folder))
    .map(named);

const binaries = (): readonly Seed[] => inLib("usr/bin/").filter(({ bytes }) => bytes.length > 64);

const readers: readonly Target[] = [
  { name: "lib/elf", seeds: binaries, run: (_, bytes) => readElf(readerOf(bytes)) },
  { name: "lib/pe", seeds: binaries, run: (_, bytes) => readPe(readerOf(bytes)) },
  { name: "lib/macho", seeds: binaries, run: (_, bytes) => readMach(readerOf(bytes)) },
  {
    name: "lib/rpmdb",
    seeds: () => inLib("var/lib/rpm/"),
    run: (_, bytes) => {
      const found: unknown[] = [];
      const problems = visitPackages(bytes, ({ files: list, ...rest }) => void found.push({ ...rest, list }));
      return { found, problems };
    },
  },
  {
    name: "lib/zip",
    seeds: () => inLib("app/").filter(({ bytes }) => bytes.toString("latin1", 0, 2) === "PK"),
    run: (_, bytes) => {
      const zip = openZip(bytes, { keep: () => true, maxEntries: 10_000 });
      return zip.entries.map((entry) => [entry.name, digestOrCode(() => readZipEntry(zip, entry, 1 << 20))]);
    },
  },
];

function digestOrCode(read: () => Buffer): string {
  try {
    return createHash("sha256").update(read()).digest("hex");
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("ZIP_"))
      return String(error.code);
    throw error;
  }
}

const tars = (): readonly Seed[] => [
  { name: "every ecosystem", bytes: writeTar(everyEcosystem) },
  {
    name: "links",
    bytes: writeTar([
      { path: "a", content: "x" },
      { path: "b", type: "1", linkPath: "a" },
      { path: "c", type: "2", linkPath: "/a/../b" },
      { path: `${"d/".repeat(120)}e`, content: "y" },
      { path: "d/.wh.e" },
    ]),
  },
  {
    name: "GNU long name",
    bytes: writeTar([
      { path: "././@LongLink", type: "L", content: `${"n/".repeat(100)}\0` },
      { path: "n", content: "z" },
    ]),
  },
  {
    name: "pax",
    bytes: writeTar([
      {
        path: "p",
        type: "x",
        content: Buffer.concat([
          paxRecord("path", "app/node_modules/q/package.json"),
          paxRecord("size", "2"),
          paxRecord("GNU.sparse.major", "1"),
        ]),
      },
      { path: "q", content: "{}" },
      { path: "g", type: "g", content: paxRecord("comment", "c") },
    ]),
  },
];

/** Entries with a digest of their content, in order. */
function tarEntries(bytes: Buffer, pieces: () => number): unknown[] {
  const found: unknown[] = [];
  const reader = new TarReader((entry: TarEntry) => {
    const place = found.push({ ...entry }) - 1;
    const hash = createHash("sha256");
    return {
      data: (piece) => {
        hash.update(piece);
        return true;
      },
      end: () => void (found[place] = [found[place], hash.digest("hex")]),
    };
  });
  inPieces(bytes, pieces, (piece) => reader.push(piece));
  reader.finish();
  return found;
}

/** A whole layer without its digests, which no damaged one passes. */
function layerFacts(bytes: Buffer, pieces: () => number): unknown {
  const facts = new LayerFacts(`sha256:${"0".repeat(64)}` as DiffId, analyzers, defaultScanLimits);
  const reader = new TarReader(facts.onEntry);
  inPieces(bytes, pieces, (piece) => reader.push(piece));
  reader.finish();
  if (facts.needsSecondPass) new TarReader(facts.onEntryAgain).push(bytes);
  return facts.finish();
}

function inflated(bytes: Buffer, pieces: () => number): string {
  const hash = createHash("sha256");
  const decompressor = createDecompressor();
  inPieces(bytes, pieces, (piece) => decompressor.push(piece, (out) => hash.update(out)));
  decompressor.finish((out) => hash.update(out));
  return hash.digest("hex");
}

const layers: readonly Target[] = [
  { name: "lib/tar", seeds: tars, run: (_, bytes, pieces) => tarEntries(bytes, pieces) },
  { name: "layer/facts", seeds: tars, run: (_, bytes, pieces) => layerFacts(bytes, pieces) },
  {
    name: "layer/decompress",
    seeds: () =>
      tars().flatMap(({ name, bytes }) => [
        { name: `${name}, gzip`, bytes: Buffer.concat([gzipSync(bytes), gzipSync("more")]) },
        { name: `${name}, zstd`, bytes: Buffer.concat([zstdCompressSync(bytes), zstdCompressSync("more")]) },
      ]),
    run: (_, bytes, pieces) => inflated(bytes, pieces),
  },
];

export const targets: readonly Target[] = [
  ...analyzers.map(analyzerTarget),
  ...readers,
  ...layers,
  ...documentTargets,
  ...feedTargets,
  ...advisoryTargets,
];
