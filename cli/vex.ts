// SPDX-License-Identifier: Apache-2.0
/** VEX for the command: imported documents in the cache, each source with its weight, and the snapshot compiled from all of them. */
import { readFile, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { emptyVexSnapshot, openVexSnapshot, vexCompiler } from "#engines/evaluation/index.ts";
import type { VexDocument, VexSnapshot, VexTrust } from "#engines/evaluation/index.ts";
import { byKey } from "#lib/compare.ts";
import { isDigest, parseDigest } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { defineErrors, messageOf } from "#lib/errors.ts";
import { SNAPSHOT_FILE, finishKept, stemOf, writeTogether } from "./kept-files.ts";
import { sayVexProblems, vexAt } from "./scan/knowledge.ts";
import { downloadsIn } from "./web-feed.ts";
import { decodeDocuments, encodeDocuments } from "./vex-documents.ts";

export const cliVexErrors = defineErrors("cli-vex", {
  /** Not one statement of a path could be read. */
  VEX_EMPTY: "invalid",
  /** A file of the cache is not what this program wrote. */
  VEX_DAMAGED: "invalid",
  VEX_NAMED_TWICE: "invalid",
});

export const keptVexShape = z.strictObject({
  name: z.string().min(1).max(4096),
  path: z.string().max(4096),
  digest: z.custom<Digest>(isDigest, "not a sha256 digest"),
  documents: z.int().min(0),
  statements: z.int().min(0),
  rejected: z.int().min(0),
  /** 0 to 1; absent: 1. */
  weight: z.number().min(0).max(1).optional(),
  /** RFC 3339; when it was imported. */
  importedAt: z.string().max(40),
});
export type KeptVex = Readonly<z.output<typeof keptVexShape>>;

/** What scans judge by. */
export interface KeptOpinions {
  readonly vex: VexSnapshot;
  readonly vexTrust: VexTrust;
}

interface ImportOptions {
  readonly name?: string | undefined;
  readonly weight?: number | undefined;
  readonly now: string;
}

/** Reads the paths and keeps their documents under `folder`, all or none. @throws VEX_EMPTY, VEX_NAMED_TWICE, FILE_MISSING */
export async function importVex(
  folder: string,
  paths: readonly string[],
  options: ImportOptions,
): Promise<readonly KeptVex[]> {
  const names = paths.map((path) => options.name ?? basename(resolve(path)));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw cliVexErrors.make(
      "VEX_NAMED_TWICE",
      `two sources would be kept as ${twice}; import them one by one, each with a --name of its own`,
    );
  const done: { kept: KeptVex; documents: readonly VexDocument[]; bytes: Uint8Array }[] = [];
  for (const [index, path] of paths.entries())
    done.push(await readSource(path, names[index] ?? "", downloadsIn(folder), options));
  const others = (await keptVex(folder)).filter(({ name }) => !names.includes(name));
  const read = done.flatMap(({ documents }) => documents);
  // What names documents comes behind all of them: those that can't be written leave none that are named and not there.
  await writeTogether(folder, [
    ...done.map(({ kept, bytes }) => [`${stemOf(kept.name)}.documents`, bytes] as const),
    ...done.map(({ kept }) => [`${stemOf(kept.name)}.json`, `${JSON.stringify(kept)}\n`] as const),
    [SNAPSHOT_FILE, await compiled(folder, others, read)],
  ]);
  await settle(folder, [...others, ...done.map(({ kept }) => kept)]);
  return done.map(({ kept }) => kept);
}

/** Compiles what is kept anew. */
export async function compileKeptVex(folder: string): Promise<void> {
  const sources = await keptVex(folder);
  await writeTogether(folder, [[SNAPSHOT_FILE, await compiled(folder, sources)]]);
  await settle(folder, sources);
}

async function compiled(
  folder: string,
  sources: readonly KeptVex[],
  more: readonly VexDocument[] = [],
): Promise<Uint8Array> {
  const compiler = vexCompiler();
  for (const source of sources)
    for (const document of await readDocuments(folder, source)) compiler.add(document);
  for (const document of more) compiler.add(document);
  return compiler.finish().bytes;
}

const MAX_ROUNDS = 10;

/** Another import may have ended meanwhile: whoever is last compiles what is there for all. */
async function settle(folder: string, sources: readonly KeptVex[]): Promise<void> {
  const keyOf = (all: readonly KeptVex[]): string =>
    all
      .map(({ name, digest }) => `${name}\n${digest}`)
      .sort()
      .join("\n");
  let before = keyOf(sources);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const now = await keptVex(folder);
    if (keyOf(now) === before) return;
    await writeTogether(folder, [[SNAPSHOT_FILE, await compiled(folder, now)]]);
    before = keyOf(now);
  }
}

async function readSource(
  path: string,
  name: string,
  downloads: string,
  { weight, now }: ImportOptions,
): Promise<{ kept: KeptVex; documents: readonly VexDocument[]; bytes: Uint8Array }> {
  const found = await vexAt(path, name, downloads);
  const compiler = vexCompiler();
  const documents = found.documents.filter((document) => compiler.add(document).isRead);
  const own = compiler.finish();
  const problems = [...found.problems, ...own.problems];
  const rejected = found.problemCount + own.problemCount;
  if (own.statements === 0) {
    const why = problems[0] === undefined ? "" : `: ${messageOf(problems[0])}`;
    const what =
      own.unnamed === 0
        ? `no VEX statement that could be read${why}`
        : `statements about ${own.unnamed} products, none of which has a purl, digest or CPE to look for`;
    throw cliVexErrors.make("VEX_EMPTY", `${path} holds ${what}`);
  }
  sayVexProblems(problems, rejected);
  const { bytes, digest } = encodeDocuments(name, documents);
  const kept = {
    name,
    path: resolve(path),
    digest,
    documents: own.documents,
    statements: own.statements,
    rejected,
    ...(weight === undefined ? {} : { weight }),
    importedAt: now,
  };
  return { kept, documents, bytes };
}

async function readDocuments(folder: string, { name, digest }: KeptVex): Promise<readonly VexDocument[]> {
  const file = join(folder, `${stemOf(name)}.documents`);
  try {
    return decodeDocuments(await readFile(file), name, parseDigest(digest));
  } catch (cause) {
    throw damaged(file, cause);
  }
}

/** By name. @throws VEX_DAMAGED */
export async function keptVex(folder: string): Promise<readonly KeptVex[]> {
  const files = await readdir(folder).catch(() => []);
  const sources: KeptVex[] = [];
  for (const file of files.filter((one) => one.endsWith(".json")).sort()) {
    try {
      sources.push(keptVexShape.parse(JSON.parse(await readFile(join(folder, file), "utf8"))));
    } catch (cause) {
      throw damaged(join(folder, file), cause);
    }
  }
  return sources.sort(byKey(({ name }) => name));
}

/** The snapshot of all kept documents, and the weights that they were kept with. @throws VEX_DAMAGED */
export async function openKeptVex(folder: string): Promise<KeptOpinions> {
  await finishKept(folder, "VEX", () => compileKeptVex(folder));
  const sources = await keptVex(folder);
  if (sources.length === 0) return { vex: emptyVexSnapshot(), vexTrust: {} };
  const file = join(folder, SNAPSHOT_FILE);
  try {
    return { vex: openVexSnapshot(await readFile(file)), vexTrust: trustOf(sources) };
  } catch (cause) {
    throw damaged(file, cause);
  }
}

const trustOf = (sources: readonly KeptVex[]): VexTrust =>
  Object.fromEntries(
    sources.flatMap(({ name, weight }) => (weight === undefined ? [] : [[name, weight] as const])),
  );

function damaged(file: string, cause: unknown): Error {
  const why = messageOf(cause).split("\n", 1)[0] ?? "";
  return cliVexErrors.make(
    "VEX_DAMAGED",
    `${file} is damaged (${why}): remove the folder and import the VEX documents again`,
    { cause },
  );
}
