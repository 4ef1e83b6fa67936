// SPDX-License-Identifier: Apache-2.0
/**
 * Where each file of a tar archive lies, found in one pass over the headers without reading contents.
 * For image archives only: a layer's own tar is read by the scanner.
 */
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { ociErrors } from "../errors.ts";
import type { LayerFile } from "../types.ts";
import { BLOCK, TarHeaderError, parsePax, parseTarHeader } from "./tar-header.ts";
import type { TarHeader } from "./tar-header.ts";

const MAX_ENTRIES = 100_000;
const MAX_EXTENSION_BYTES = 1024 * 1024;
const MAX_LINK_HOPS = 8;
const WINDOW = 64 * 1024;

export interface TarIndex {
  /** The file at a path, through links within the archive; undefined when there is none. */
  readonly find: (path: string) => LayerFile | undefined;
  /** Paths of files and links, sorted. */
  readonly paths: readonly string[];
}

type Entry = { readonly offset: number; readonly size: number } | { readonly link: string };

/** @throws ARCHIVE_INVALID with the byte offset, IMAGE_MISSING when there is no such file */
export async function indexTar(path: string): Promise<TarIndex> {
  const handle = await openArchive(path);
  try {
    const entries = await new Walk(handle, path, (await handle.stat()).size).entries();
    return {
      paths: [...entries.keys()].sort(),
      find: (wanted) => findEntry(entries, path, wanted),
    };
  } finally {
    await handle.close();
  }
}

async function openArchive(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, "r");
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (cause) {
    throw ociErrors.make("IMAGE_MISSING", `no archive can be read at ${path}`, { cause });
  }
  throw ociErrors.make("ARCHIVE_INVALID", `${path} is not a file`);
}

function findEntry(
  entries: ReadonlyMap<string, Entry>,
  archive: string,
  wanted: string,
): LayerFile | undefined {
  let path = cleanPath(wanted);
  for (let hop = 0; hop <= MAX_LINK_HOPS && path !== undefined; hop++) {
    const entry = entries.get(path);
    if (entry === undefined) return undefined;
    if (!("link" in entry)) return { path: archive, ...entry };
    path = cleanPath(entry.link);
  }
  return undefined;
}

/** One walk over an archive's headers. */
class Walk {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #end: number;
  #window = Buffer.alloc(0);
  #windowAt = 0;

  constructor(handle: FileHandle, path: string, end: number) {
    this.#handle = handle;
    this.#path = path;
    this.#end = end;
  }

  async entries(): Promise<ReadonlyMap<string, Entry>> {
    const found = new Map<string, Entry>();
    let extension: Extension = {};
    let at = 0;
    for (let count = 0; at < this.#end; count++) {
      if (count > MAX_ENTRIES) throw this.#invalid(at, `has more than ${MAX_ENTRIES} entries`);
      const header = await this.#header(at);
      if (header === undefined) break;
      const content = at + BLOCK;
      const isExtension = "xgLK".includes(header.type);
      const size = isExtension ? header.size : (extension.size ?? header.size);
      if (content + size > this.#end)
        throw this.#invalid(at, `ends within the file ${JSON.stringify(header.path)}`);
      if (isExtension) {
        extension = { ...extension, ...(await this.#extension(header.type, content, size)) };
      } else {
        record(found, header, extension, content, size);
        extension = {};
      }
      at = content + Math.ceil(size / BLOCK) * BLOCK;
    }
    if (found.size === 0) throw this.#invalid(0, "holds no file");
    return found;
  }

  async #header(at: number): Promise<TarHeader | undefined> {
    const block = await this.#bytes(at, BLOCK);
    if (at === 0) this.#refuseCompressed(block);
    if (block.length < BLOCK) throw this.#invalid(at, "ends within a header");
    try {
      return parseTarHeader(block);
    } catch (error) {
      throw this.#explain(at, error);
    }
  }

  async #extension(type: string, at: number, size: number): Promise<Extension> {
    if (type === "g") return {};
    if (size > MAX_EXTENSION_BYTES) throw this.#invalid(at, `has an extended header of ${size} bytes`);
    const bytes = await this.#bytes(at, size);
    if (type === "L") return { path: cText(bytes) };
    if (type === "K") return { link: cText(bytes) };
    try {
      return paxExtension(parsePax(bytes));
    } catch (error) {
      throw this.#explain(at, error);
    }
  }

  async #bytes(at: number, length: number): Promise<Buffer> {
    const from = at - this.#windowAt;
    if (from < 0 || from + length > this.#window.length) {
      const buffer = Buffer.allocUnsafe(Math.max(WINDOW, length));
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, at);
      this.#window = buffer.subarray(0, bytesRead);
      this.#windowAt = at;
      return this.#window.subarray(0, length);
    }
    return this.#window.subarray(from, from + length);
  }

  #refuseCompressed(block: Buffer): void {
    const magic = block.subarray(0, 4).toString("hex");
    const tool = magic.startsWith("1f8b") ? "gunzip" : magic === "28b52ffd" ? "unzstd" : undefined;
    if (tool !== undefined) throw this.#invalid(0, `is compressed; unpack it with ${tool} first`);
  }

  #explain(at: number, error: unknown): unknown {
    return error instanceof TarHeaderError
      ? this.#invalid(at, `is not a tar archive: ${error.message}`)
      : error;
  }

  #invalid(at: number, why: string): Error {
    return ociErrors.make("ARCHIVE_INVALID", `${this.#path} ${why} (at byte ${at})`, {
      data: { offset: at },
    });
  }
}

interface Extension {
  readonly path?: string;
  readonly link?: string;
  readonly size?: number;
}

function paxExtension(records: ReadonlyMap<string, string>): Extension {
  const path = records.get("path");
  const link = records.get("linkpath");
  const size = records.get("size");
  if (size !== undefined && !(/^[0-9]{1,16}$/.test(size) && Number.isSafeInteger(Number(size)))) {
    throw new TarHeaderError("pax size is not a number");
  }
  return {
    ...(path === undefined ? {} : { path }),
    ...(link === undefined ? {} : { link }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}

/** The last entry of a path wins, as when unpacking. */
function record(
  found: Map<string, Entry>,
  header: TarHeader,
  extension: Extension,
  offset: number,
  size: number,
): void {
  const path = cleanPath(extension.path ?? header.path);
  if (path === undefined) return;
  const target = extension.link ?? header.linkTarget;
  if (header.type === "0" || header.type === "7") found.set(path, { offset, size });
  else if (header.type === "1") found.set(path, { link: target });
  else if (header.type === "2") found.set(path, { link: besides(path, target) });
}

/** A symbolic link's target is relative to the folder that the link is in. */
function besides(path: string, target: string): string {
  return target.startsWith("/") ? target : `${path.slice(0, path.lastIndexOf("/") + 1)}${target}`;
}

/** Without `.`, `..` and doubled slashes; undefined when it leaves the archive or names nothing. */
function cleanPath(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? undefined : parts.join("/");
}

function cText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}
