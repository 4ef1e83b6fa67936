// SPDX-License-Identifier: Apache-2.0
/**
 * A kit in place of everything that is kept. It is unpacked beside, looked at to its last byte, and then taken by one rename of one
 * link: whatever happens meanwhile, the old is there or the new.
 */
import { createHash, randomUUID } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { closeSync, createReadStream, createWriteStream, fsyncSync, openSync, writeSync } from "node:fs";
import {
  mkdir,
  open,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import type { z } from "zod";
import { openSnapshot, openVexSnapshot } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { StellaError, messageOf } from "#lib/errors.ts";
import { keptSourceShape } from "../kept-advisories.ts";
import { SNAPSHOT_FILE, stemOf } from "../kept-files.ts";
import { kitLinkIn, kitsIn } from "../cache.ts";
import { keptVexShape } from "../vex.ts";
import { kitErrors, kitLimits } from "./manifest.ts";
import type { KitLimits, KitManifest } from "./manifest.ts";
import { readKit } from "./read-kit.ts";
import type { EntryWriter } from "./read-kit.ts";
import { coversSources } from "./snapshot-sources.ts";

export interface ImportKitOptions {
  /** Whose signature the kit must bear; undefined: any kit is taken. */
  readonly key: KeyObject | undefined;
  readonly limits?: Partial<KitLimits>;
}

/** @throws what `readKit` throws, KIT_UNWRITABLE */
export async function importKit(
  cache: string,
  file: string,
  options: ImportKitOptions,
): Promise<KitManifest> {
  const id = randomUUID();
  const folder = join(kitsIn(cache), `${id}.part`);
  try {
    for (const name of ["advisories", "vex", "trust"]) await mkdir(join(folder, name), { recursive: true });
    const manifest = await readKit(file, { ...options, open: (entry) => writerAt(join(folder, entry.path)) });
    await checkContents(folder, manifest, { ...kitLimits, ...options.limits });
    await writeFile(join(folder, "kit.json"), `${canonicalJson(manifest)}\n`);
    for (const name of ["advisories", "vex", "trust", "."]) await syncFolder(join(folder, name));
    await takeInto(cache, folder, id);
    return manifest;
  } catch (cause) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    if (cause instanceof StellaError) throw cause;
    throw kitErrors.make("KIT_UNWRITABLE", `cannot keep the kit in ${cache}: ${messageOf(cause)}`, { cause });
  }
}

function writerAt(file: string): EntryWriter {
  const descriptor = openSync(file, "wx", 0o644);
  return {
    write: (bytes) => {
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    },
    close: () => {
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}

/** What the entries hold is what the manifest says that they hold. @throws KIT_INVALID, KIT_LIMIT_EXCEEDED */
async function checkContents(folder: string, manifest: KitManifest, limits: KitLimits): Promise<void> {
  const { sources, snapshot, vexSources, vexSnapshot } = manifest;
  for (const source of sources) {
    const path = `advisories/${stemOf(source.name)}`;
    await checkSource(folder, `${path}.json`, keptSourceShape, source);
    await checkInflated(folder, `${path}.export`, source.digest, limits);
  }
  if (snapshot !== undefined) {
    const bytes = await inflate(folder, "snapshot.bin.zst", "advisories/snapshot.bin", limits);
    const opened = openedAs("snapshot.bin.zst", () => openSnapshot(bytes));
    if (opened.id !== snapshot) throw unfit("snapshot.bin.zst", `it is ${opened.id}, not ${snapshot}`);
    if (!coversSources(opened, sources))
      throw unfit("snapshot.bin.zst", "it was compiled from other exports than the kit holds");
  }
  for (const source of vexSources) {
    const path = `vex/${stemOf(source.name)}`;
    await checkSource(folder, `${path}.json`, keptVexShape, source);
    await checkInflated(folder, `${path}.documents`, source.digest, limits);
  }
  if (vexSnapshot !== undefined) {
    const bytes = await inflate(folder, "vex-snapshot.bin.zst", `vex/${SNAPSHOT_FILE}`, limits);
    const opened = openedAs("vex-snapshot.bin.zst", () => openVexSnapshot(bytes));
    if (opened.digest !== vexSnapshot)
      throw unfit("vex-snapshot.bin.zst", `it is ${opened.digest}, not ${vexSnapshot}`);
  }
}

/** The source's own file tells the same of it as the manifest. */
async function checkSource(
  folder: string,
  path: string,
  shape: z.ZodType<object>,
  told: object,
): Promise<void> {
  const text = await readFile(join(folder, path), "utf8");
  const kept = openedAs(path, () => shape.parse(JSON.parse(text))) as Readonly<Record<string, unknown>>;
  const other = Object.entries(told).find(([field, value]) => kept[field] !== value);
  if (other !== undefined) throw unfit(path, `its ${other[0]} is not the one in the manifest`);
}

/** @throws KIT_INVALID, KIT_LIMIT_EXCEEDED */
async function checkInflated(
  folder: string,
  path: string,
  expected: string,
  limits: KitLimits,
): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(inflated(folder, path, limits), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) hash.update(chunk);
  });
  const found = `sha256:${hash.digest("hex")}`;
  if (found !== expected) throw unfit(path, `decompressed it is ${found}, not ${expected}`);
}

/** Writes it decompressed, and takes the compressed one away. */
async function inflate(folder: string, path: string, to: string, limits: KitLimits): Promise<Buffer> {
  const file = join(folder, to);
  await pipeline(inflated(folder, path, limits), createWriteStream(file, { flags: "wx", flush: true }));
  await rm(join(folder, path));
  return readFile(file);
}

async function* inflated(
  folder: string,
  path: string,
  { maxEntryBytes }: KitLimits,
): AsyncGenerator<Buffer, void> {
  let length = 0;
  const chunks = createReadStream(join(folder, path)).pipe(createZstdDecompress());
  try {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxEntryBytes)
        throw kitErrors.make("KIT_LIMIT_EXCEEDED", `${path}: decompressed over ${maxEntryBytes} bytes`);
      yield chunk;
    }
  } catch (cause) {
    throw cause instanceof StellaError ? cause : unfit(path, messageOf(cause), cause);
  }
}

function openedAs<Value>(path: string, open: () => Value): Value {
  try {
    return open();
  } catch (cause) {
    throw unfit(path, messageOf(cause).split("\n", 1)[0] ?? "", cause);
  }
}

const unfit = (path: string, reason: string, cause?: unknown): Error =>
  kitErrors.make("KIT_INVALID", `${path}: ${reason}`, cause === undefined ? {} : { cause });

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder);
  await handle.sync();
}

/** The link changes in one step; what it led to before, and what lay in the cache without a kit, is then nobody's. */
async function takeInto(cache: string, folder: string, id: string): Promise<void> {
  const link = kitLinkIn(cache);
  const before = await readlink(link).catch(() => undefined);
  await rename(folder, join(kitsIn(cache), id));
  await syncFolder(kitsIn(cache));
  const part = `${link}.${id}.part`;
  try {
    await symlink(join(basename(kitsIn(cache)), id), part);
    await rename(part, link);
  } catch (cause) {
    for (const path of [part, join(kitsIn(cache), id)]) await discard(path);
    throw cause;
  }
  await syncFolder(cache);
  if (before !== undefined) await discard(join(kitsIn(cache), basename(before)));
  for (const name of ["advisories", "vex"]) await discard(join(cache, name));
  await discardLeftovers(kitsIn(cache), id);
}

/** What an import that was killed left behind; another that is still at work is younger. */
const LEFTOVER_MS = 24 * 60 * 60 * 1000;

async function discardLeftovers(folder: string, current: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (name !== current && found !== undefined && found.mtimeMs < Date.now() - LEFTOVER_MS)
      await discard(path);
  }
}

const discard = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true }).catch(() => undefined);
