// SPDX-License-Identifier: Apache-2.0
/** Feed documents from the file system: one file, or a folder with all below it, in order of their paths. */
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { byText } from "#lib/compare.ts";
import { advisoryErrors } from "../errors.ts";
import type { FeedDocument, FeedReader } from "../types.ts";

const MAX_FOLDER_DEPTH = 16;

/** Links are not followed. @throws FEED_UNREADABLE while iterating, when `path` is not there or cannot be read */
export function fileFeed(path: string): FeedReader {
  return { documents: () => documentsAt(path) };
}

async function* documentsAt(path: string): AsyncGenerator<FeedDocument> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) yield fileDocument(basename(path), path, found.size);
    else yield* folder(path, path, 0);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw cause;
    throw advisoryErrors.make("FEED_UNREADABLE", `${path}: ${code}`, {
      cause,
      data: { document: path, reason: code },
    });
  }
}

async function* folder(root: string, path: string, depth: number): AsyncGenerator<FeedDocument> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => byText(a.name, b.name))) {
    const full = join(path, entry.name);
    if (entry.isDirectory()) {
      if (entry.name.startsWith(".")) continue;
      if (depth >= MAX_FOLDER_DEPTH) throw tooDeep(full);
      yield* folder(root, full, depth + 1);
    } else if (entry.isFile()) {
      const { size } = await stat(full);
      yield fileDocument(relative(root, full).split(sep).join("/"), full, size);
    }
  }
}

function tooDeep(path: string): Error {
  const data = { limit: "folder depth", allowed: MAX_FOLDER_DEPTH, document: path };
  return advisoryErrors.make("FEED_LIMIT_EXCEEDED", `${path}: folders nested over ${MAX_FOLDER_DEPTH}`, {
    data,
  });
}

/** A file as a feed's document; it is opened each time anew. */
export function fileDocument(name: string, path: string, size: number): FeedDocument {
  return {
    name,
    open: () => createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>,
    random: { size, read: (offset, length) => readSlice(path, offset, length) },
  };
}

async function readSlice(path: string, offset: number, length: number): Promise<Uint8Array> {
  await using file = await open(path);
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
