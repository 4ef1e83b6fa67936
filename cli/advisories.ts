// SPDX-License-Identifier: Apache-2.0
/** Feeds to what the command keeps of advisories, and to what a scan judges by. */
import { createReadStream, existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import {
  compileSnapshot,
  decodeParts,
  decodeStamps,
  encodeExport,
  encodeParts,
  importSource,
  openSnapshot,
  snapshotMagic,
} from "#engines/evaluation/index.ts";
import type {
  ConnectorId,
  FeedBefore,
  FeedCursor,
  ImportResult,
  Snapshot,
  SourceExport,
} from "#engines/evaluation/index.ts";
import { parseDigest } from "#lib/digest.ts";
import { cliAdvisoryErrors } from "./advisory-errors.ts";
import { keptSources, openKept, readExport, readExports, settle } from "./kept-advisories.ts";
import type { KeptSource } from "./kept-advisories.ts";
import { SNAPSHOT_FILE, isUnfinished, stemOf, writeTogether } from "./kept-files.ts";
import { progressLine, say } from "./output.ts";
import type { ProgressLine } from "./output.ts";
import { toldFeed } from "./told-feed.ts";
import { addressName, downloadsIn, isWebAddress, openAddress, shownAddress } from "./web-feed.ts";
import type { WebFlags } from "./web-feed.ts";

const MAX_SAID = 5;

/** What a path or address is kept as. */
const nameOf = (path: string, name: string | undefined, web: WebFlags): string =>
  name ?? (isWebAddress(path) ? addressName(path, web) : basename(resolve(path)));

/** Of two sources with one name the second would replace the first. @throws ADVISORIES_NAMED_TWICE */
export function requireDistinctNames(
  paths: readonly string[],
  given: string | undefined,
  web: WebFlags = {},
): void {
  const names = paths.map((path) => nameOf(path, given, web));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw cliAdvisoryErrors.make(
    "ADVISORIES_NAMED_TWICE",
    `two sources would be kept as ${twice}; import them one by one, each with a --name of its own`,
  );
}

/** Options for web addresses say nothing about files. @throws ADVISORIES_NOT_ON_WEB */
export function requireAddresses(paths: readonly string[], { layout, ecosystem, caFile }: WebFlags): void {
  const file = paths.find((path) => !isWebAddress(path));
  const given = [layout, ecosystem, caFile].some((flag) => flag !== undefined);
  if (file === undefined || !given) return;
  throw cliAdvisoryErrors.make(
    "ADVISORIES_NOT_ON_WEB",
    `--layout, --ecosystem and --ca-file are for web addresses, not for ${file}`,
  );
}

export interface Imported {
  /** Absent: nothing differs from what is kept. */
  readonly result?: ImportResult;
  readonly kept: KeptSource;
  /** Of an address: what the next import starts from. */
  readonly cursor?: FeedCursor;
  /** Facts about what was read, for people. */
  readonly notes?: readonly string[];
}

/**
 * Reads the paths and addresses one by one and keeps their exports under `folder`; the snapshot of all kept ones is compiled anew, once.
 * Where a path can't be read, those before it are kept.
 */
export async function importInto(
  folder: string,
  paths: readonly string[],
  options: {
    readonly name?: string | undefined;
    readonly connector?: ConnectorId | undefined;
    readonly web?: WebFlags;
    readonly now: string;
    /** Told what is kept, also where a later path can't be read. */
    readonly onKept?: (done: readonly Imported[]) => Promise<void>;
  },
): Promise<readonly Imported[]> {
  // Found before the long part.
  for (const path of paths) if (!isWebAddress(path)) await requirePath(path);
  const done: Imported[] = [];
  const progress = progressLine();
  try {
    for (const path of paths) {
      const name = nameOf(path, options.name, options.web ?? {});
      if (isWebAddress(path)) done.push(await importAddress(folder, path, name, options));
      else {
        const result = await importPath(path, name, options.connector, progress);
        done.push({ result, kept: keptSource(name, resolve(path), result, options.now) });
      }
    }
  } finally {
    if (done.length > 0) await keep(folder, done, progress);
    progress.done();
    await options.onKept?.(done);
    const left = paths.slice(done.length + 1);
    if (done.length < paths.length && left.length > 0) say(`stella: not imported either: ${left.join(", ")}`);
  }
  return done;
}

function keptSource(name: string, path: string, result: ImportResult, importedAt: string): KeptSource {
  return {
    name,
    path,
    digest: result.export.exportDigest,
    records: result.records,
    rejected: result.rejectedCount,
    ...(result.export.notCompared === undefined ? {} : { notCompared: result.export.notCompared }),
    importedAt,
  };
}

/** Reads an address as far as it differs from what is kept of it. */
async function importAddress(
  folder: string,
  address: string,
  name: string,
  {
    connector,
    web = {},
    now,
  }: {
    readonly connector?: ConnectorId | undefined;
    readonly web?: WebFlags;
    readonly now: string;
  },
): Promise<Imported> {
  const kept = (await keptSources(folder)).find((source) => source.name === name);
  const before = kept === undefined ? undefined : await keptBefore(folder, kept);
  const feed = await openAddress(address, {
    downloads: downloadsIn(folder),
    reader: `advisories ${connector ?? "auto"}`,
    flags: web,
    before,
  });
  try {
    if (feed.unchanged && kept !== undefined) {
      return { kept: { ...kept, checkedAt: now }, cursor: feed.cursor(), notes: feed.notes() };
    }
    const isStartedFrom = feed.isIncremental && kept !== undefined && before !== undefined;
    const result = await importSource({
      name,
      feed,
      ...(isStartedFrom ? { base: decodeParts(before.parts, await readExport(folder, kept)) } : {}),
      ...(connector === undefined ? {} : { connector }),
    });
    requireRecords(result, address);
    const source = keptSource(name, shownAddress(address), result, now);
    return { result, kept: source, cursor: feed.cursor(), notes: feed.notes() };
  } finally {
    await feed.close();
  }
}

/** Undefined where an import cannot start from what is kept: it was not of an address, or is not whole. */
async function keptBefore(
  folder: string,
  { name, digest }: KeptSource,
): Promise<(FeedBefore & { readonly parts: Uint8Array }) | undefined> {
  const file = (ending: string): Promise<Buffer> => readFile(join(folder, `${stemOf(name)}.${ending}`));
  try {
    const cursor = JSON.parse((await file("cursor")).toString("utf8")) as FeedCursor;
    const parts = await file("parts");
    const stamps = decodeStamps(parts, parseDigest(digest));
    return { cursor, parts, stamps: () => Promise.resolve(stamps) };
  } catch {
    return undefined;
  }
}

async function keep(folder: string, done: readonly Imported[], progress: ProgressLine): Promise<void> {
  const names = new Set(done.map(({ kept }) => kept.name));
  const others = (await keptSources(folder)).filter(({ name }) => !names.has(name));
  const files = done.flatMap(({ result, kept, cursor }) => {
    const stem = stemOf(kept.name);
    return [
      ...(result === undefined ? [] : [[`${stem}.export`, encodeExport(result.export)] as const]),
      ...(result?.parts === undefined
        ? []
        : [[`${stem}.parts`, encodeParts(result.parts, result.export.exportDigest)] as const]),
      ...(cursor === undefined ? [] : [[`${stem}.cursor`, `${JSON.stringify(cursor)}\n`] as const]),
    ];
  });
  // What names an export comes behind all of them: one that can't be written leaves none that is named and not there.
  const named = done.map(({ kept }) => [`${stemOf(kept.name)}.json`, `${JSON.stringify(kept)}\n`] as const);
  const isCompiled = existsSync(join(folder, SNAPSHOT_FILE)) && !isUnfinished(folder);
  if (isCompiled && done.every(({ result }) => result === undefined)) {
    await writeTogether(folder, [...files, ...named]);
    return;
  }
  progress.update("compiling all advisories");
  const exports = await readExports(folder, others);
  for (const { result, kept } of done) exports.push(result?.export ?? (await readExport(folder, kept)));
  await writeTogether(folder, [...files, ...named, [SNAPSHOT_FILE, compileSnapshot(exports)]]);
  await settle(folder, [...others, ...done.map(({ kept }) => kept)]);
}

/**
 * The snapshot to scan with: compiled from the paths given, else the kept one. A single path may itself be a snapshot.
 * @throws ADVISORIES_MISSING when there is neither
 */
export async function loadSnapshot(paths: readonly string[], folder: string): Promise<Snapshot> {
  if (paths.length === 0) return openKept(folder);
  const [only] = paths;
  if (paths.length === 1 && only !== undefined && (await isSnapshot(only)))
    return openSnapshot(await readFile(only));
  const exports: SourceExport[] = [];
  const names = paths.map((path) => nameOf(path, undefined, {}));
  for (const [index, path] of paths.entries()) {
    const name = names[index] ?? "";
    // The name under which an import would keep it: the same feeds make the same snapshot, given or kept.
    const source = names.indexOf(name) === names.lastIndexOf(name) ? name : `${index}:${name}`;
    const result = isWebAddress(path)
      ? await readAddress(folder, path, source)
      : await importPath(path, source, undefined);
    sayRejected(result);
    exports.push(result.export);
  }
  return openSnapshot(compileSnapshot(exports));
}

async function requirePath(path: string): Promise<void> {
  await stat(path).catch((cause: unknown) => {
    throw cliAdvisoryErrors.make("ADVISORIES_MISSING", `there is no file or folder ${path}`, { cause });
  });
}

async function importPath(
  path: string,
  name: string,
  connector: ConnectorId | undefined,
  progress?: ProgressLine,
): Promise<ImportResult> {
  await requirePath(path);
  const result = await importSource({
    name,
    feed: toldFeed(path, progress),
    ...(connector === undefined ? {} : { connector }),
  });
  requireRecords(result, path);
  return result;
}

/** An address for one scan: nothing of it is kept. */
async function readAddress(folder: string, address: string, name: string): Promise<ImportResult> {
  const feed = await openAddress(address, { downloads: downloadsIn(folder), reader: "advisories auto" });
  try {
    const result = await importSource({ name, feed });
    requireRecords(result, address);
    return result;
  } finally {
    await feed.close();
  }
}

function requireRecords({ records, rejected }: ImportResult, path: string): void {
  if (records > 0) return;
  const first = rejected[0];
  const why = first === undefined ? "" : `: ${first.document} ${first.path}: ${first.reason}`;
  const where = isWebAddress(path) ? shownAddress(path) : path;
  throw cliAdvisoryErrors.make("ADVISORIES_EMPTY", `${where} holds no advisory that could be read${why}`);
}

/** What of a feed was not taken, for people: the first few and how many more. */
export function sayRejected({ rejected, rejectedCount }: ImportResult): void {
  for (const { document, path, reason } of rejected.slice(0, MAX_SAID))
    say(`stella: left out ${document} ${path}: ${reason}`);
  if (rejectedCount > MAX_SAID) say(`stella: and ${rejectedCount - MAX_SAID} more were left out`);
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
