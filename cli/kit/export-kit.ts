// SPDX-License-Identifier: Apache-2.0
/** Everything that is kept as one file: the same cache content gives the same bytes. */
import { createHash, createPublicKey, randomUUID } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, zstdCompressSync } from "node:zlib";
import { compileSnapshot, openSnapshot, openVexSnapshot } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { byKey } from "#lib/compare.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { signEnvelope } from "#lib/dsse/index.ts";
import { StellaError, messageOf } from "#lib/errors.ts";
import { writeTar } from "#lib/oci/writing/tar.ts";
import { keptExports, keptSources } from "../kept-advisories.ts";
import { SNAPSHOT_FILE, finishKept, stemOf } from "../kept-files.ts";
import type { KeptSource } from "../kept-advisories.ts";
import { advisoriesIn, vexIn } from "../cache.ts";
import { readText } from "../files.ts";
import { isWebAddress } from "../web-feed.ts";
import { compileKeptVex, keptVex } from "../vex.ts";
import { KIT_FORMAT, KIT_PAYLOAD_TYPE, MANIFEST_FILE, SIGNATURE_FILE, kitErrors } from "./manifest.ts";
import type { KitKind, KitManifest } from "./manifest.ts";
import { readKit } from "./read-kit.ts";
import { coversSources } from "./snapshot-sources.ts";

export interface ExportKitOptions {
  readonly signKey?: KeyObject | undefined;
  /** Certificates and keys that travel with it. */
  readonly trust: readonly string[];
}

export interface ExportedKit {
  readonly manifest: KitManifest;
  /** SHA-256 of the manifest, which names everything else. */
  readonly digest: Digest;
}

interface Part {
  readonly kind: KitKind;
  readonly path: string;
  readonly content: Uint8Array | { readonly path: string; readonly size: number };
}

/** @throws KIT_EMPTY, KIT_INVALID, KIT_UNWRITABLE, and what reading the kept ones throws */
export async function exportKit(
  cache: string,
  target: string,
  { signKey, trust }: ExportKitOptions,
): Promise<ExportedKit> {
  const advisories = await advisoryParts(advisoriesIn(cache));
  const vex = await vexParts(vexIn(cache));
  if (advisories.parts.length + vex.parts.length === 0)
    throw kitErrors.make(
      "KIT_EMPTY",
      "nothing is kept; import some: stella advisories import PATH, stella vex import PATH",
    );
  const parts = [...advisories.parts, ...vex.parts, ...(await trustParts(trust))].sort(
    byKey(({ path }) => path),
  );
  const entries: KitManifest["entries"] = [];
  for (const { kind, path, content } of parts) entries.push({ kind, path, ...(await measured(content)) });
  const manifest = { format: KIT_FORMAT, entries, ...advisories.facts, ...vex.facts } as const;
  const text = canonicalJson(manifest);
  const heads = [{ path: MANIFEST_FILE, content: text }];
  if (signKey !== undefined) {
    const envelope = signEnvelope(KIT_PAYLOAD_TYPE, Buffer.from(text), signKey);
    heads.push({ path: SIGNATURE_FILE, content: canonicalJson(envelope) });
  }
  await write(target, [...heads, ...parts.map(({ path, content }) => ({ path, content }))], signKey);
  return { manifest, digest: digestOf(text) };
}

type AdvisoryFacts = Pick<KitManifest, "sources" | "snapshot">;

async function advisoryParts(folder: string): Promise<{ parts: Part[]; facts: AdvisoryFacts }> {
  const sources = await keptSources(folder);
  if (sources.length === 0) return { parts: [], facts: { sources: [] } };
  const { bytes, id } = await snapshotOf(folder, sources);
  const parts: Part[] = [{ kind: "advisory-snapshot", path: "snapshot.bin.zst", content: compressed(bytes) }];
  for (const source of sources) {
    const stem = stemOf(source.name);
    parts.push(
      {
        kind: "advisory-export",
        path: `advisories/${stem}.export`,
        content: await onDisk(folder, `${stem}.export`),
      },
      { kind: "advisory-source", path: `advisories/${stem}.json`, content: portable(source) },
    );
  }
  const told = sources.map(({ name, digest, records }) => ({ name, digest: digest as Digest, records }));
  return { parts, facts: { snapshot: id, sources: told } };
}

/** The kept one, unless an import has ended since it was compiled. */
async function snapshotOf(
  folder: string,
  sources: readonly KeptSource[],
): Promise<{ bytes: Uint8Array; id: Digest }> {
  const kept = await readFile(join(folder, "snapshot.bin"));
  const opened = openSnapshot(kept);
  if (coversSources(opened, sources)) return { bytes: kept, id: opened.id };
  const bytes = compileSnapshot(await keptExports(folder));
  return { bytes, id: openSnapshot(bytes).id };
}

type VexFacts = Pick<KitManifest, "vexSources" | "vexSnapshot">;

async function vexParts(folder: string): Promise<{ parts: Part[]; facts: VexFacts }> {
  await finishKept(folder, "VEX", () => compileKeptVex(folder));
  const sources = await keptVex(folder);
  if (sources.length === 0) return { parts: [], facts: { vexSources: [] } };
  const bytes = await readFile(join(folder, SNAPSHOT_FILE));
  const parts: Part[] = [{ kind: "vex-snapshot", path: "vex-snapshot.bin.zst", content: compressed(bytes) }];
  for (const source of sources) {
    const stem = stemOf(source.name);
    parts.push(
      {
        kind: "vex-documents",
        path: `vex/${stem}.documents`,
        content: await onDisk(folder, `${stem}.documents`),
      },
      { kind: "vex-source", path: `vex/${stem}.json`, content: portable(source) },
    );
  }
  const told = sources.map(({ name, digest, statements }) => ({ name, digest, statements }));
  return { parts, facts: { vexSnapshot: openVexSnapshot(bytes).digest, vexSources: told } };
}

async function trustParts(files: readonly string[]): Promise<Part[]> {
  const parts: Part[] = [];
  for (const file of files) {
    const path = `trust/${basename(file)}`;
    if (parts.some((part) => part.path === path))
      throw kitErrors.make("KIT_INVALID", `two trust roots would be called ${path}: rename one of the files`);
    parts.push({ kind: "trust-root", path, content: Buffer.from(await readText(file)) });
  }
  return parts;
}

/** A source's file for other machines: where a feed lay on this one is nobody's business there. */
function portable<Source extends { readonly path: string }>(source: Source): Buffer {
  const path = isWebAddress(source.path) ? source.path : basename(source.path);
  return Buffer.from(`${JSON.stringify({ ...source, path })}\n`);
}

const compressed = (bytes: Uint8Array): Uint8Array =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 9 } });

async function onDisk(folder: string, name: string): Promise<{ path: string; size: number }> {
  const path = join(folder, name);
  return { path, size: (await stat(path)).size };
}

async function measured(content: Part["content"]): Promise<{ sha256: string; size: number }> {
  if (content instanceof Uint8Array) return { sha256: hexOf(digestOf(content)), size: content.length };
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(content.path) as AsyncIterable<Buffer>) hash.update(chunk);
  return { sha256: hash.digest("hex"), size: content.size };
}

type Entries = Parameters<typeof writeTar>[0];

/** Appears whole or not at all, and only when it reads back: what is kept may change while it is copied. */
async function write(target: string, entries: Entries, signKey: KeyObject | undefined): Promise<void> {
  const part = `${target}.${randomUUID()}.part`;
  try {
    await pipeline(writeTar(entries), createWriteStream(part));
    await readKit(part, { key: signKey === undefined ? undefined : createPublicKey(signKey) });
    await rename(part, target);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    if (cause instanceof StellaError) throw cause;
    throw kitErrors.make("KIT_UNWRITABLE", `cannot write ${target}: ${messageOf(cause)}`, { cause });
  }
}
