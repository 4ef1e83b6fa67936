// SPDX-License-Identifier: Apache-2.0
/**
 * The object store in one folder: `objects/` holds a file per key, `tmp/` what is being written, `format` the
 * layout's version. Any number of processes may use it at once.
 */
import {
  access,
  constants,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { systemClock, type Clock } from "#lib/clock.ts";
import { objectErrors } from "../errors.ts";
import { objectChecks as check } from "../limits.ts";
import type { ObjectInfo, ObjectStore } from "../ports.ts";
import { isAbsent, missing, systemCode, translate } from "./fault.ts";
import { walk } from "./list.ts";
import { readBytes, readInfo } from "./read.ts";
import { publish, stage, type Body } from "./write.ts";

export interface FolderObjectStoreOptions {
  /**
   * Temporary files not written to for this long are removed at opening; an hour when absent. 0 is right for a
   * process that knows to be the only one.
   */
  readonly sweepAfterMs?: number;
  readonly clock?: Clock;
}

const FORMAT = "stella-objects 1\n";
const HOUR_MS = 3_600_000;

/** Makes the folder when it is absent. @throws OBJECTS_UNAVAILABLE, OBJECTS_INVALID (a newer version's layout) */
export async function openFolderObjectStore(
  root: string,
  options: FolderObjectStoreOptions = {},
): Promise<ObjectStore> {
  const store = new FolderObjectStore(path.resolve(root));
  await store.prepare((options.clock ?? systemClock).now() - (options.sweepAfterMs ?? HOUR_MS));
  return store;
}

class FolderObjectStore implements ObjectStore {
  readonly #root: string;
  readonly #objects: string;
  readonly #temporary: string;
  #closed = false;

  constructor(root: string) {
    this.#root = root;
    this.#objects = path.join(root, "objects");
    this.#temporary = path.join(root, "tmp");
  }

  prepare(sweepBeforeMs: number): Promise<void> {
    return this.#guard(async () => {
      await mkdir(this.#root, { recursive: true });
      const format = path.join(this.#root, "format");
      const known = await hasFormat(format);
      await mkdir(this.#objects, { recursive: true });
      await mkdir(this.#temporary, { recursive: true });
      await sweep(this.#temporary, sweepBeforeMs);
      if (!known) await writeFormat(format, path.join(this.#temporary, randomUUID()));
    });
  }

  put(key: string, body: Body): Promise<ObjectInfo> {
    return this.#guard(async () => {
      const target = this.#fileOf(key);
      const staged = await stage(this.#temporary, body);
      try {
        const info = { key, size: staged.size, digest: staged.digest };
        const existing = await readInfo(target, key).catch(() => undefined); // a damaged one is replaced
        if (existing?.digest !== info.digest || existing.size !== info.size) await publish(staged, target);
        return info;
      } finally {
        await rm(staged.file, { force: true });
      }
    });
  }

  get(key: string): Promise<AsyncIterable<Uint8Array>> {
    return this.#guard(async () => {
      const file = this.#fileOf(key);
      if ((await readInfo(file, key)) === undefined) throw missing(key);
      return this.#bytes(file, key);
    });
  }

  read(key: string, maxBytes: number): Promise<Uint8Array> {
    return this.#guard(async () => {
      const info = await readInfo(this.#fileOf(key), key);
      if (info === undefined) throw missing(key);
      if (info.size > maxBytes) throw tooLarge(key, info.size, maxBytes);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of readBytes(this.#fileOf(key), key)) {
        size += chunk.byteLength; // the object may have been replaced since
        if (size > maxBytes) throw tooLarge(key, size, maxBytes);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks, size);
    });
  }

  head(key: string): Promise<ObjectInfo | undefined> {
    return this.#guard(() =>
      readInfo(this.#fileOf(key), key).catch((error: unknown) => {
        if (objectErrors.is(error, "OBJECT_MISSING")) return undefined; // a folder of other keys
        throw error;
      }),
    );
  }

  delete(key: string): Promise<boolean> {
    return this.#guard(async () => {
      const file = this.#fileOf(key);
      if (!(await removeFile(file))) return false;
      await this.#removeEmptyFolders(path.dirname(file));
      return true;
    });
  }

  list(
    prefix: string,
    options: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly ObjectInfo[]> {
    return this.#guard(async () => {
      const limit = check.limit(options.limit);
      const found: ObjectInfo[] = [];
      for await (const key of walk(this.#objects, check.prefix(prefix), options.after ?? "")) {
        const info = await readInfo(path.join(this.#objects, key), key).catch(skipCorrupt);
        if (info !== undefined && found.push(info) >= limit) break;
      }
      return found;
    });
  }

  ping(): Promise<void> {
    return this.#guard(() => access(this.#temporary, constants.R_OK | constants.W_OK | constants.X_OK));
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #fileOf(key: string): string {
    return path.join(this.#objects, check.key(key));
  }

  async *#bytes(file: string, key: string): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* readBytes(file, key);
    } catch (error) {
      throw translate(error, this.#root);
    }
  }

  async #guard<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed)
      throw objectErrors.make("OBJECTS_UNAVAILABLE", `the object folder ${this.#root} is closed`);
    try {
      return await work();
    } catch (error) {
      throw translate(error, this.#root);
    }
  }

  async #removeEmptyFolders(from: string): Promise<void> {
    for (let folder = from; folder !== this.#objects; folder = path.dirname(folder)) {
      try {
        await rmdir(folder);
      } catch (error) {
        if (["ENOTEMPTY", "EEXIST", "ENOENT"].includes(systemCode(error) ?? "")) return;
        throw error;
      }
    }
  }
}

/** @returns false for a new folder. */
async function hasFormat(file: string): Promise<boolean> {
  const found = await readFile(file, "utf8").catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (found === undefined || found === FORMAT) return found !== undefined;
  throw objectErrors.make(
    "OBJECTS_INVALID",
    `${path.dirname(file)} is no object folder of this version (${file} says ${JSON.stringify(found.slice(0, 40))}); ` +
      "give another path",
    { data: { path: path.dirname(file) } },
  );
}

async function writeFormat(file: string, draft: string): Promise<void> {
  await writeFile(draft, FORMAT, { flag: "wx", flush: true });
  await rename(draft, file);
}

async function sweep(folder: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined); // its writer may have renamed it just now
    if (found !== undefined && found.mtimeMs <= beforeMs) await rm(file, { force: true, recursive: true });
  }
}

async function removeFile(file: string): Promise<boolean> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) return false;
    await rm(file);
    return true;
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === "ENOTDIR") return false;
    throw error;
  }
}

function skipCorrupt(error: unknown): undefined {
  if (objectErrors.is(error, "OBJECT_CORRUPT") || objectErrors.is(error, "OBJECT_MISSING")) return undefined;
  throw error;
}

function tooLarge(key: string, size: number, maxBytes: number): Error {
  return objectErrors.make("OBJECT_TOO_LARGE", `object ${key} has ${size} bytes, more than ${maxBytes}`, {
    data: { key, size, maxBytes },
  });
}
