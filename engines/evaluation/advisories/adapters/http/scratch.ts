// SPDX-License-Identifier: Apache-2.0
/**
 * Where downloads lie until they have been read: a folder of the caller's with one folder for each use in it, named for
 * its process, so that what a killed process left can be told from what another one needs.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { messageOf } from "#lib/errors.ts";
import { httpErrors } from "#lib/http/errors.ts";

/** No download lies untouched for longer, whoever made it. */
const MAX_AGE_MS = 24 * 3_600_000;

export interface Scratch {
  /** A path that nothing is at yet. */
  file(): string;
  remove(file: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws DOWNLOAD_UNWRITABLE */
export async function openScratch(folder: string): Promise<Scratch> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeStale(folder);
    const own = await mkdtemp(join(folder, `${ownPrefix()}-`));
    let files = 0;
    return {
      file: () => join(own, String((files += 1))),
      remove: (file) => rm(file, { force: true }),
      close: () => rm(own, { recursive: true, force: true }),
    };
  } catch (cause) {
    throw httpErrors.make("DOWNLOAD_UNWRITABLE", `cannot keep downloads in ${folder}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Host, process and when it began: process ids come again, above all in containers. */
const hostMark = (): string => createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
const beganAt = (): string => String(Math.round(performance.timeOrigin));
const ownPrefix = (): string => `${hostMark()}-${process.pid}-${beganAt()}`;

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, host = "", pid = "", began = ""] = /^([0-9a-f]{8})-([0-9]+)-([0-9]+)-/.exec(name) ?? [];
    if (host === "") continue; // not ours
    const path = join(folder, name);
    const isHere = host === hostMark();
    const isGone = isHere && (Number(pid) === process.pid ? began !== beganAt() : !isRunning(Number(pid)));
    if (isGone || (await ageOf(path)) > MAX_AGE_MS) await rm(path, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Since the last write to the folder or a file in it; 0 for one that goes at this moment. */
async function ageOf(path: string): Promise<number> {
  const files = await readdir(path).catch(() => []);
  const times = await Promise.all(
    [path, ...files.map((file) => join(path, file))].map(
      async (each) => (await stat(each).catch(() => undefined))?.mtimeMs,
    ),
  );
  const last = Math.max(...times.map((time) => time ?? Infinity));
  return Date.now() - last;
}
