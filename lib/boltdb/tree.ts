// SPDX-License-Identifier: Apache-2.0
/**
 * The B+tree of one bucket, built from its sorted keys upwards. Of each level only the page being filled is held, so
 * memory does not grow with the number of keys.
 */
import { boltErrors } from "./errors.ts";
import { HEADER_BYTES, MAX_INLINE_BYTES, MAX_KEY_BYTES, MAX_VALUE_BYTES, PAGE_BYTES } from "./layout.ts";
import { branchPage, bucketHeader, elementBytes, leafPage, pagesFor } from "./pages.ts";
import type { Child, LeafElement } from "./pages.ts";

/** Pages in the order of their ids; each begins where the one before it ends. */
export interface PageSink {
  /** Id of the next page, which takes `pages` of them. */
  take(pages: number): number;
}

/** Two, so that every level is shorter than the one below it, whatever its keys' length. */
const MIN_CHILDREN = 2;

interface Level {
  children: Child[];
  bytes: number;
  /** Whether a page of this level was written already. */
  isSplit: boolean;
}

export class Tree {
  readonly #sink: PageSink;
  readonly #levels: Level[] = [];
  #elements: LeafElement[] = [];
  #bytes = HEADER_BYTES;
  #last: Uint8Array | undefined;
  #hasBuckets = false;

  constructor(sink: PageSink) {
    this.#sink = sink;
  }

  /** The pages that became full. @throws BOLT_KEY_INVALID, BOLT_VALUE_TOO_LARGE, BOLT_KEYS_UNSORTED */
  *add(element: LeafElement): Generator<Buffer> {
    this.#check(element);
    const bytes = elementBytes(element.key, element.value);
    if (this.#elements.length > 0 && this.#bytes + bytes > PAGE_BYTES) yield* this.#closeLeaf();
    this.#elements.push(element);
    this.#bytes += bytes;
    this.#last = element.key;
    this.#hasBuckets ||= element.isBucket;
  }

  /** The value that stands for this bucket in its parent, with its only page where that is small. */
  *finish(): Generator<Buffer, Uint8Array> {
    if (this.#levels.length === 0 && !this.#hasBuckets && this.#bytes <= MAX_INLINE_BYTES)
      return Buffer.concat([bucketHeader(0), leafPage(0, this.#elements, this.#bytes)]);
    return bucketHeader(yield* this.finishRoot());
  }

  /** Id of the root page. */
  *finishRoot(): Generator<Buffer, number> {
    if (this.#levels.length === 0) {
      const { id, page } = this.#leaf();
      yield page;
      return id;
    }
    yield* this.#closeLeaf();
    for (let depth = 0; ; depth++) {
      const level = this.#level(depth);
      const [only] = level.children;
      if (only !== undefined && level.children.length === 1 && !level.isSplit) return only.id;
      yield* this.#closeBranch(depth);
    }
  }

  *#closeLeaf(): Generator<Buffer> {
    const key = this.#elements[0]?.key ?? new Uint8Array();
    const { id, page } = this.#leaf();
    this.#elements = [];
    this.#bytes = HEADER_BYTES;
    yield page;
    yield* this.#addChild(0, { key, id });
  }

  #leaf(): { id: number; page: Buffer } {
    const pages = pagesFor(this.#bytes);
    const id = this.#sink.take(pages);
    return { id, page: leafPage(id, this.#elements, pages * PAGE_BYTES) };
  }

  *#addChild(depth: number, child: Child): Generator<Buffer> {
    const bytes = elementBytes(child.key);
    let level = this.#level(depth);
    if (level.children.length >= MIN_CHILDREN && level.bytes + bytes > PAGE_BYTES) {
      yield* this.#closeBranch(depth);
      level = this.#level(depth);
    }
    level.children.push(child);
    level.bytes += bytes;
  }

  *#closeBranch(depth: number): Generator<Buffer> {
    const { children, bytes } = this.#level(depth);
    this.#levels[depth] = { children: [], bytes: HEADER_BYTES, isSplit: true };
    const key = children[0]?.key ?? new Uint8Array();
    const pages = pagesFor(bytes);
    const id = this.#sink.take(pages);
    yield branchPage(id, children, pages * PAGE_BYTES);
    yield* this.#addChild(depth + 1, { key, id });
  }

  #level(depth: number): Level {
    return (this.#levels[depth] ??= { children: [], bytes: HEADER_BYTES, isSplit: false });
  }

  #check({ key, value }: LeafElement): void {
    if (key.length === 0 || key.length > MAX_KEY_BYTES) {
      throw boltErrors.make("BOLT_KEY_INVALID", `a key of ${key.length} bytes; 1 to ${MAX_KEY_BYTES} can be`);
    }
    if (value.length > MAX_VALUE_BYTES) {
      throw boltErrors.make("BOLT_VALUE_TOO_LARGE", `a value of ${value.length} bytes`);
    }
    if (this.#last !== undefined && Buffer.compare(this.#last, key) >= 0) {
      const shown = JSON.stringify(Buffer.from(key).toString("utf8").slice(0, 100));
      throw boltErrors.make("BOLT_KEYS_UNSORTED", `key ${shown} is not behind the one before it`);
    }
  }
}
