// SPDX-License-Identifier: Apache-2.0
/**
 * Writing one file of the object folder: whole in a temporary file on the same file system, flushed to the disk,
 * then renamed into place. A crash at any point leaves the old object, or the new one, and perhaps a temporary file.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import path from "node:path";
import type { Digest } from "#lib/digest.ts";
import { objectErrors } from "../errors.ts";
import { isAbsent, SourceFailure, systemCode } from "./fault.ts";
import { trailer } from "./trailer.ts";

export interface Staged {
  readonly file: string;
  readonly size: number;
  readonly digest: Digest;
}

export type Body = Uint8Array | AsyncIterable<Uint8Array>;

/** Streams `body` into a new file of `folder`; nothing stays there when it fails. */
export async function stage(folder: string, body: Body): Promise<Staged> {
  const file = path.join(folder, randomUUID());
  const handle = await open(file, "wx", 0o644);
  try {
    const written = await fill(handle, body);
    await handle.sync();
    return { file, ...written };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Moves a staged file to its place. @throws OBJECT_KEY_INVALID when one key would be the folder of another */
export async function publish(staged: Staged, target: string): Promise<void> {
  const folder = path.dirname(target);
  for (let attempt = 1; ; attempt++) {
    try {
      const created = await mkdir(folder, { recursive: true });
      await rename(staged.file, target);
      await syncFolders(folder, created === undefined ? folder : path.dirname(created));
      return;
    } catch (error) {
      // A delete may take away a folder that it emptied between our two steps.
      if (isAbsent(error) && attempt < 10) continue;
      if (!["EISDIR", "ENOTDIR", "EEXIST", "ENOTEMPTY"].includes(systemCode(error) ?? "")) throw error;
      const message = `${path.basename(target)} cannot be an object and a folder of objects`;
      throw objectErrors.make("OBJECT_KEY_INVALID", message, { cause: error });
    }
  }
}

async function fill(handle: FileHandle, body: Body): Promise<Omit<Staged, "file">> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of body instanceof Uint8Array ? [body] : fromSource(body)) {
    hash.update(chunk);
    size += chunk.byteLength;
    await handle.writeFile(chunk);
  }
  const digest: Digest = `sha256:${hash.digest("hex")}`;
  await handle.writeFile(trailer(digest));
  return { size, digest };
}

async function* fromSource(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw new SourceFailure(error);
  }
}

/** From the innermost up to `last`: the rename, and folders made for it, outlive a power cut. */
async function syncFolders(innermost: string, last: string): Promise<void> {
  for (let folder = innermost; ; folder = path.dirname(folder)) {
    await syncFolder(folder);
    if (folder === last || folder === path.dirname(folder)) return;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch((error: unknown) => {
    if (isAbsent(error)) return undefined; // emptied and removed since
    throw error;
  });
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}
