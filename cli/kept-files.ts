// SPDX-License-Identifier: Apache-2.0
/** Files of a folder in which the command keeps sources and a snapshot of all: written together, and finished where a change was cut short. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, hexOf } from "#lib/digest.ts";
import { StellaError, messageOf } from "#lib/errors.ts";
import { cliAdvisoryErrors } from "./advisory-errors.ts";
import { say } from "./output.ts";

/** Of all sources of the folder, whatever they are. */
export const SNAPSHOT_FILE = "snapshot.bin";
/** Lies beside a snapshot while what is kept and the snapshot may differ: for longer where an import or a removal was killed. */
const UNFINISHED_FILE = "snapshot.unfinished";
/** What a killed import left behind; another that is still at work is younger. */
const LEFTOVER_MS = 24 * 60 * 60 * 1000;

/** What a source's files are called by. */
export const stemOf = (name: string): string => hexOf(digestOf(name)).slice(0, 16);

/** Before a file of the folder changes that its snapshot is compiled from. */
export async function beginChange(folder: string): Promise<void> {
  await writeFile(join(folder, UNFINISHED_FILE), "");
}

export const endChange = (folder: string): Promise<void> =>
  rm(join(folder, UNFINISHED_FILE), { force: true });

export const isUnfinished = (folder: string): boolean => existsSync(join(folder, UNFINISHED_FILE));

/**
 * Does what a killed import or removal left to do. Where that can't be done the snapshot is the one before, which is whole, and it is
 * said.
 */
export async function finishKept(folder: string, what: string, compile: () => Promise<void>): Promise<void> {
  if (!isUnfinished(folder)) return;
  try {
    await compile();
    say(`stella: the last change of the kept ${what} was cut off; compiled what is kept`);
  } catch (error) {
    if (!(error instanceof StellaError)) throw error;
    say(
      `stella: the last change of the kept ${what} was cut off, what was kept before counts; import again: ${messageOf(error)}`,
    );
  }
}

async function discardLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".part")) continue;
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < Date.now() - LEFTOVER_MS)
      await rm(join(folder, name), { force: true });
  }
}

/** All parts are written before the first takes its name: a full disk leaves the folder as it was. */
export async function writeTogether(
  folder: string,
  files: readonly (readonly [name: string, bytes: Uint8Array | string])[],
): Promise<void> {
  const parts = files.map(([name]) => join(folder, `${name}.${randomUUID()}.part`));
  try {
    await mkdir(folder, { recursive: true });
    for (const [index, [, bytes]] of files.entries()) await writeFile(parts[index] ?? "", bytes);
    const hasSnapshot = files.some(([name]) => name === SNAPSHOT_FILE);
    if (hasSnapshot) await beginChange(folder);
    for (const [index, [name]] of files.entries()) await rename(parts[index] ?? "", join(folder, name));
    if (hasSnapshot) await endChange(folder);
    await discardLeftovers(folder);
  } catch (cause) {
    for (const part of parts) await rm(part, { force: true }).catch(() => undefined);
    throw cliAdvisoryErrors.make("ADVISORIES_UNWRITABLE", `cannot write in ${folder}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
