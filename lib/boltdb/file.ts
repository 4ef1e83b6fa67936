// SPDX-License-Identifier: Apache-2.0
/** A whole bbolt file from sorted entries, in one pass: same entries, same bytes. */
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { boltErrors } from "./errors.ts";
import { FIRST_ID, FREELIST_ID, MAX_DEPTH, PAGE_BYTES } from "./layout.ts";
import { freelistPage, metaPage } from "./pages.ts";
import { Tree } from "./tree.ts";
import type { PageSink } from "./tree.ts";

/**
 * A key with its value, or a bucket of that name with what is in it. Keys of a bucket rise strictly by their bytes; they are
 * held until their page is full, so their bytes must not change.
 */
export type BoltEntry =
  | { readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly key: Uint8Array; readonly entries: Iterable<BoltEntry> };

/** Bytes and where they belong in the file. */
export interface BoltChunk {
  readonly position: number;
  readonly bytes: Uint8Array;
}

class Pages implements PageSink {
  next = FIRST_ID;

  take(pages: number): number {
    const id = this.next;
    this.next += pages;
    return id;
  }
}

/**
 * Positions rise without a gap from the freelist on; the two metas at the beginning come last, when the root is known.
 * @throws BOLT_KEY_INVALID, BOLT_VALUE_TOO_LARGE, BOLT_KEYS_UNSORTED, BOLT_TOO_DEEP
 */
export function* boltChunks(entries: Iterable<BoltEntry>): Generator<BoltChunk> {
  const pages = new Pages();
  yield { position: FREELIST_ID * PAGE_BYTES, bytes: freelistPage() };
  let position = FIRST_ID * PAGE_BYTES;
  const body = bodyPages(entries, pages);
  let step = body.next();
  for (; step.done !== true; step = body.next()) {
    yield { position, bytes: step.value };
    position += step.value.length;
  }
  const metas = [metaPage(0, step.value, pages.next), metaPage(1, step.value, pages.next)];
  yield { position: 0, bytes: Buffer.concat(metas) };
}

/** Returns the id of the root bucket's root page. */
function* bodyPages(entries: Iterable<BoltEntry>, sink: PageSink): Generator<Buffer, number> {
  const tree = new Tree(sink);
  yield* fill(tree, entries, sink, 1);
  return yield* tree.finishRoot();
}

function* fill(tree: Tree, entries: Iterable<BoltEntry>, sink: PageSink, depth: number): Generator<Buffer> {
  if (depth > MAX_DEPTH)
    throw boltErrors.make("BOLT_TOO_DEEP", `over ${MAX_DEPTH} buckets within each other`);
  for (const entry of entries) {
    if ("value" in entry) {
      yield* tree.add({ ...entry, isBucket: false });
      continue;
    }
    const inner = new Tree(sink);
    yield* fill(inner, entry.entries, sink, depth + 1);
    const value = yield* inner.finish();
    yield* tree.add({ key: entry.key, value, isBucket: true });
  }
}

/** Pages are gathered to this before they are written. */
const WRITE_BYTES = 1024 * 1024;

/**
 * Writes `path` anew and syncs it; where it fails the file is not whole. `onBytes` gets the bytes written so far.
 * @throws what `boltChunks` throws, and errors of the file system
 */
export async function writeBoltFile(
  path: string,
  entries: Iterable<BoltEntry>,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<void> {
  const file = await open(path, "w");
  try {
    let held: Uint8Array[] = [];
    let [start, length, written] = [0, 0, 0];
    const flush = async (): Promise<void> => {
      await writeAll(file, Buffer.concat(held), start);
      written += length;
      [held, length] = [[], 0];
      onBytes(written);
    };
    for (const { position, bytes } of boltChunks(entries)) {
      if (length > 0 && (position !== start + length || length >= WRITE_BYTES)) await flush();
      if (length === 0) start = position;
      held.push(bytes);
      length += bytes.length;
    }
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}
