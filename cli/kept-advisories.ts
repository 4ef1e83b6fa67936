// SPDX-License-Identifier: Apache-2.0
/** Advisories that the command keeps: the exports of sources, and the snapshot compiled from all of them. */
import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { compileSnapshot, decodeExport, openSnapshot } from "#engines/evaluation/index.ts";
import type { Snapshot, SourceExport } from "#engines/evaluation/index.ts";
import { parseDigest } from "#lib/digest.ts";
import { codeOf, messageOf } from "#lib/errors.ts";
import { cliAdvisoryErrors } from "./advisory-errors.ts";
import { SNAPSHOT_FILE, endChange, finishKept, stemOf, writeTogether } from "./kept-files.ts";
import { say } from "./output.ts";

const MAX_ROUNDS = 10;

export interface KeptSource {
  readonly name: string;
  readonly path: string;
  readonly digest: string;
  readonly records: number;
  readonly rejected: number;
  /** Records by which nothing can be found, by ecosystem: no order of its versions is known. */
  readonly notCompared?: readonly (readonly [ecosystem: string, records: number])[];
  /** RFC 3339; when it was imported. */
  readonly importedAt: string;
  /** RFC 3339; when its address was last found unchanged. */
  readonly checkedAt?: string;
}

/** A kept source's record as it is read back. */
export const keptSourceShape = z.looseObject({
  name: z.string(),
  path: z.string(),
  digest: z.string(),
  records: z.number(),
  rejected: z.number(),
  importedAt: z.string(),
});

/** By name. */
export async function keptSources(folder: string): Promise<readonly KeptSource[]> {
  const files = await readdir(folder).catch(() => []);
  const sources: KeptSource[] = [];
  for (const file of files.filter((one) => one.endsWith(".json")).sort()) {
    const text = await readFile(join(folder, file), "utf8");
    try {
      sources.push(keptSourceShape.parse(JSON.parse(text)));
    } catch (cause) {
      throw damaged(join(folder, file), cause);
    }
  }
  return sources.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function readExport(folder: string, { name, digest }: KeptSource): Promise<SourceExport> {
  const file = join(folder, `${stemOf(name)}.export`);
  try {
    return decodeExport(await readFile(file), parseDigest(digest));
  } catch (cause) {
    throw damaged(file, cause);
  }
}

export async function readExports(folder: string, sources: readonly KeptSource[]): Promise<SourceExport[]> {
  const exports: SourceExport[] = [];
  for (const source of sources) exports.push(await readExport(folder, source));
  return exports;
}

/** The exports of all kept sources. @throws ADVISORIES_MISSING when there are none */
export async function keptExports(folder: string): Promise<readonly SourceExport[]> {
  const sources = await keptSources(folder);
  if (sources.length === 0) throw noneKept("no advisories; import some: stella advisories import PATH");
  return readExports(folder, sources);
}

/** Compiles what is kept anew. */
export async function compileKept(folder: string): Promise<void> {
  const sources = await keptSources(folder);
  if (sources.length === 0) {
    await rm(join(folder, SNAPSHOT_FILE), { force: true });
    await endChange(folder);
    return;
  }
  await writeTogether(folder, [[SNAPSHOT_FILE, compileSnapshot(await readExports(folder, sources))]]);
  await settle(folder, sources);
}

/** Another import may have ended meanwhile: whoever is last compiles what is there for all. */
export async function settle(folder: string, compiled: readonly KeptSource[]): Promise<void> {
  const keyOf = (sources: readonly KeptSource[]): string =>
    sources
      .map(({ digest }) => digest)
      .sort()
      .join();
  let before = keyOf(compiled);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const now = await keptSources(folder);
    if (keyOf(now) === before) return;
    await writeTogether(folder, [[SNAPSHOT_FILE, compileSnapshot(await readExports(folder, now))]]);
    before = keyOf(now);
  }
}

export async function openKept(folder: string): Promise<Snapshot> {
  await finishKept(folder, "advisories", () => compileKept(folder));
  try {
    return openSnapshot(await readKept(folder));
  } catch (cause) {
    if (codeOf(cause) === "ADVISORIES_MISSING") throw cause;
    if (codeOf(cause) === "SNAPSHOT_VERSION_UNKNOWN" && (await keptSources(folder)).length > 0) {
      say("stella: the kept snapshot is of another version; compiling what was imported");
      await compileKept(folder);
      return openSnapshot(await readKept(folder));
    }
    throw damaged(join(folder, SNAPSHOT_FILE), cause);
  }
}

async function readKept(folder: string): Promise<Uint8Array> {
  return readFile(join(folder, SNAPSHOT_FILE)).catch((cause: unknown) => {
    throw noneKept(
      "no advisories: give --advisories PATH, or import some once: stella advisories import PATH",
      cause,
    );
  });
}

function damaged(file: string, cause: unknown): Error {
  return cliAdvisoryErrors.make(
    "ADVISORIES_DAMAGED",
    `${file} is damaged (${messageOf(cause).split("\n", 1)[0] ?? ""}): remove the folder and import the advisories again`,
    { cause },
  );
}

export const noneKept = (message: string, cause?: unknown): Error =>
  cliAdvisoryErrors.make("ADVISORIES_MISSING", message, cause === undefined ? {} : { cause });
