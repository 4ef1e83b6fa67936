// SPDX-License-Identifier: Apache-2.0
/** Advisories for the command: imported exports in the cache, and the snapshot compiled from all of them. */
import { createReadStream } from "node:fs";
import { mkdir, readFile, readdir, rename, stat, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import {
  compileSnapshot,
  decodeExport,
  encodeExport,
  importSource,
  openSnapshot,
  snapshotMagic,
} from "#engines/evaluation/index.ts";
import type { ConnectorId, ImportResult, Snapshot, SourceExport } from "#engines/evaluation/index.ts";
import { fileFeed } from "#engines/evaluation/advisories/adapters/file-feed.ts";
import { digestOf, hexOf, parseDigest } from "#lib/digest.ts";
import { defineErrors } from "#lib/errors.ts";
import { say } from "./output.ts";

export const cliAdvisoryErrors = defineErrors("cli-advisories", {
  ADVISORIES_MISSING: "missing",
  ADVISORIES_EMPTY: "invalid",
  ADVISORIES_NAMED_TWICE: "invalid",
});

const SNAPSHOT_FILE = "snapshot.bin";
const MAX_SAID = 5;

export interface KeptSource {
  readonly name: string;
  readonly path: string;
  readonly digest: string;
  readonly records: number;
  readonly rejected: number;
  /** RFC 3339; when it was imported. */
  readonly importedAt: string;
}

/** What a path is kept as. */
const nameOf = (path: string, name: string | undefined): string => name ?? basename(resolve(path));

/** Of two sources with one name the second would replace the first. @throws ADVISORIES_NAMED_TWICE */
export function requireDistinctNames(paths: readonly string[], given: string | undefined): void {
  const names = paths.map((path) => nameOf(path, given));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw cliAdvisoryErrors.make(
    "ADVISORIES_NAMED_TWICE",
    `two sources would be kept as ${twice}; import them one by one, each with a --name of its own`,
  );
}

/** Reads one path and keeps its export under `folder`; the snapshot of all kept ones is compiled anew. */
export async function importInto(
  folder: string,
  path: string,
  options: {
    readonly name?: string | undefined;
    readonly connector?: ConnectorId | undefined;
    readonly now: string;
  },
): Promise<{ readonly result: ImportResult; readonly kept: KeptSource }> {
  const name = nameOf(path, options.name);
  const result = await importPath(path, name, options.connector);
  const kept: KeptSource = {
    name,
    path: resolve(path),
    digest: result.export.exportDigest,
    records: result.records,
    rejected: result.rejectedCount,
    importedAt: options.now,
  };
  await mkdir(folder, { recursive: true });
  const stem = hexOf(digestOf(name)).slice(0, 16);
  await writeWhole(join(folder, `${stem}.export`), encodeExport(result.export));
  await writeWhole(join(folder, `${stem}.json`), `${JSON.stringify(kept)}\n`);
  const exports: SourceExport[] = [];
  for (const source of await keptSources(folder)) exports.push(await readExport(folder, source));
  await writeWhole(join(folder, SNAPSHOT_FILE), compileSnapshot(exports));
  return { result, kept };
}

/** By name. */
export async function keptSources(folder: string): Promise<readonly KeptSource[]> {
  const files = await readdir(folder).catch(() => []);
  const sources: KeptSource[] = [];
  for (const file of files.filter((one) => one.endsWith(".json")).sort()) {
    sources.push(JSON.parse(await readFile(join(folder, file), "utf8")) as KeptSource);
  }
  return sources.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readExport(folder: string, { name, digest }: KeptSource): Promise<SourceExport> {
  const stem = hexOf(digestOf(name)).slice(0, 16);
  return decodeExport(await readFile(join(folder, `${stem}.export`)), parseDigest(digest));
}

/**
 * The snapshot to scan with: compiled from the paths given, else the kept one. A single path may itself be a snapshot.
 * @throws ADVISORIES_MISSING when there is neither
 */
export async function loadSnapshot(paths: readonly string[], folder: string): Promise<Snapshot> {
  if (paths.length === 0) return openSnapshot(await readKept(folder));
  const [only] = paths;
  if (paths.length === 1 && only !== undefined && (await isSnapshot(only)))
    return openSnapshot(await readFile(only));
  const exports: SourceExport[] = [];
  for (const [index, path] of paths.entries()) {
    const result = await importPath(path, `${index}:${basename(path)}`, undefined);
    sayRejected(result);
    exports.push(result.export);
  }
  return openSnapshot(compileSnapshot(exports));
}

async function importPath(
  path: string,
  name: string,
  connector: ConnectorId | undefined,
): Promise<ImportResult> {
  await stat(path).catch((cause: unknown) => {
    throw cliAdvisoryErrors.make("ADVISORIES_MISSING", `there is no file or folder ${path}`, { cause });
  });
  const result = await importSource({
    name,
    feed: fileFeed(path),
    ...(connector === undefined ? {} : { connector }),
  });
  if (result.records === 0) {
    const first = result.rejected[0];
    const why = first === undefined ? "" : `: ${first.document} ${first.path}: ${first.reason}`;
    throw cliAdvisoryErrors.make("ADVISORIES_EMPTY", `${path} holds no advisory that could be read${why}`);
  }
  return result;
}

/** What of a feed was not taken, for people: the first few and how many more. */
export function sayRejected({ rejected, rejectedCount }: ImportResult): void {
  for (const { document, path, reason } of rejected.slice(0, MAX_SAID))
    say(`stella: left out ${document} ${path}: ${reason}`);
  if (rejectedCount > MAX_SAID) say(`stella: and ${rejectedCount - MAX_SAID} more were left out`);
}

async function readKept(folder: string): Promise<Uint8Array> {
  return readFile(join(folder, SNAPSHOT_FILE)).catch((cause: unknown) => {
    throw cliAdvisoryErrors.make(
      "ADVISORIES_MISSING",
      "no advisories: give --advisories PATH, or import some once: stella advisories import PATH",
      { cause },
    );
  });
}

async function isSnapshot(path: string): Promise<boolean> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) return false;
  for await (const chunk of createReadStream(path, {
    end: snapshotMagic.length - 1,
  }) as AsyncIterable<Buffer>) {
    return chunk.toString("latin1") === snapshotMagic;
  }
  return false;
}

async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, bytes);
  await rename(part, file);
}
