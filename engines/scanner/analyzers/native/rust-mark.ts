// SPDX-License-Identifier: Apache-2.0
/**
 * The mark of the Rust compiler in a file's bytes. rustc puts the path of its standard library's source into panic messages,
 * `/rustc/<commit>/library/..`, and distros' own builds `/rustc-1.78.0-src/library/..`.
 */

const RUST_PATH = Buffer.from("/rustc");
/** Shorter than a search pattern for which Node builds tables, so that the search runs at the speed of memchr. */
const RUST_MARK = /^\/rustc(?:\/[0-9a-f]{40}\/|-\d+\.\d+\.\d+[\w.+~-]*\/library\/)/;
const MARK_BYTES = 96;
/** Paths that only look like it; after so many the file is taken as hostile. */
const MAX_MISSES = 10_000;

/** Looks for the Rust mark in a file's pieces as they come. */
export class RustMark {
  #found = false;
  #misses = 0;
  /** Last bytes of the piece before. */
  #tail: Buffer = Buffer.alloc(0);

  get isFound(): boolean {
    return this.#found;
  }

  push(bytes: Buffer): void {
    if (this.#found || this.#misses > MAX_MISSES) return;
    const seam = Buffer.concat([this.#tail, bytes.subarray(0, MARK_BYTES)]);
    this.#found = this.#search(seam) || this.#search(bytes);
    this.#tail = Buffer.from((bytes.length >= MARK_BYTES ? bytes : seam).subarray(-MARK_BYTES));
  }

  #search(bytes: Buffer): boolean {
    let at = bytes.indexOf(RUST_PATH);
    for (; at >= 0 && this.#misses <= MAX_MISSES; at = bytes.indexOf(RUST_PATH, at + 1)) {
      if (RUST_MARK.test(bytes.toString("latin1", at, at + MARK_BYTES))) return true;
      this.#misses++;
    }
    return false;
  }
}
