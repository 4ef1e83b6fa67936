// SPDX-License-Identifier: Apache-2.0
/** Takes sources out of what is kept for scans on this machine. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { defineErrors } from "#lib/errors.ts";
import { compileKept, keptSources } from "./kept-advisories.ts";
import { SNAPSHOT_FILE, beginChange, endChange, stemOf } from "./kept-files.ts";
import { writeResult } from "./output.ts";
import { printable } from "./printable.ts";
import { compileKeptVex, keptVex } from "./vex.ts";

const removeErrors = defineErrors("cli-remove", { SOURCE_NOT_KEPT: "missing" });

interface Kept {
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly snapshot: string;
  /** Of what is left. */
  recompile(): Promise<void>;
}

/** @throws SOURCE_NOT_KEPT, and then nothing is removed */
export async function removeAdvisories(folder: string, names: readonly string[]): Promise<void> {
  const kept = (await keptSources(folder)).map(({ name }) => name);
  const files = ["json", "cursor", "parts", "export"];
  await remove(folder, names, {
    names: kept,
    files,
    snapshot: SNAPSHOT_FILE,
    recompile: () => compileKept(folder),
  });
}

/** @throws SOURCE_NOT_KEPT, and then nothing is removed */
export async function removeVex(folder: string, names: readonly string[]): Promise<void> {
  const kept = (await keptVex(folder)).map(({ name }) => name);
  await remove(folder, names, {
    names: kept,
    files: ["json", "documents"],
    snapshot: SNAPSHOT_FILE,
    recompile: () => compileKeptVex(folder),
  });
}

async function remove(folder: string, names: readonly string[], kept: Kept): Promise<void> {
  const unknown = names.find((name) => !kept.names.includes(name));
  if (unknown !== undefined) {
    const there = kept.names.length === 0 ? "nothing is kept" : `kept are ${kept.names.join(", ")}`;
    throw removeErrors.make("SOURCE_NOT_KEPT", printable(`no source ${unknown} is kept; ${there}`));
  }
  await beginChange(folder);
  // First the file that names the others: a source that is named and not whole would stop every scan.
  for (const file of kept.files) {
    for (const name of names) await rm(join(folder, `${stemOf(name)}.${file}`), { force: true });
  }
  if (kept.names.every((name) => names.includes(name)))
    await rm(join(folder, kept.snapshot), { force: true });
  else await kept.recompile();
  await endChange(folder);
  for (const name of names) await writeResult(`${printable(name)}: removed\n`, undefined);
}
