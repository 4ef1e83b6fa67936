// SPDX-License-Identifier: Apache-2.0
/**
 * Modules that the Go linker recorded in an executable: main module, dependencies and the standard library.
 * Source: https://pkg.go.dev/debug/buildinfo, the inline form that Go 1.18 and newer write; found while streaming.
 */
import type { FileRange } from "#lib/elf/index.ts";
import { invalidInput, type FileStream, type LayerFile, type StreamAnalyzer } from "../analyzer.ts";
import type { Found } from "../facts.ts";
import { BUILD_INFO_MAGIC, parseBuildInfo } from "./go/build-info.ts";
import { goPackages } from "./go/modules.ts";
import { BinaryHead } from "./native/binary-head.ts";
import { isWantedBinary } from "./native/names.ts";
import { writableData } from "./native/writable-ranges.ts";

/** Longest blob read: some thousand modules need less than 1 MiB. */
const MAX_BLOB_BYTES = 4 * 1024 * 1024;
const ALIGNMENT = 16;
/** Kept of each piece, so that a blob's head that lies over two pieces is seen. */
const OVERLAP = 32;
const MIN_SIZE = 4096;

export const go: StreamAnalyzer = {
  id: "language/go",
  version: 2,
  wants: (file) => file.size >= MIN_SIZE && isWantedBinary(file),
  open: (file) => new BuildInfoStream(file),
};

/** The linker puts the blob into writable data, whose place stands in the first bytes of the file. */
class BuildInfoStream implements FileStream {
  readonly #file: LayerFile;
  readonly #head = new BinaryHead(writableData);
  #ranges: readonly FileRange[] | undefined;
  /** File offset of the next byte to come. */
  #offset = 0;
  /** End of the piece before, or the blob as far as it has come. */
  #window: Buffer = Buffer.alloc(0);
  #blobOffset: number | undefined;
  #found: Found | undefined;

  constructor(file: LayerFile) {
    this.#file = file;
  }

  data(bytes: Buffer): boolean {
    if (this.#ranges) return this.#scan(bytes);
    const head = this.#head.push(bytes);
    if (head === undefined || head === "other") return head === undefined;
    this.#ranges = head.ranges;
    return this.#scan(head.bytes);
  }

  end(): Found | undefined {
    if (this.#found || this.#blobOffset === undefined) return this.#found;
    throw invalidInput(this.#file.path, `Go build information at byte ${this.#blobOffset} is cut short`);
  }

  #scan(bytes: Buffer): boolean {
    const start = this.#offset;
    this.#offset += bytes.length;
    if (this.#blobOffset !== undefined) return this.#grow(bytes);
    for (const range of this.#ranges ?? []) {
      const from = Math.max(range.start, start);
      const to = Math.min(range.end, start + bytes.length);
      if (from >= to) continue;
      const piece = bytes.subarray(from - start, to - start);
      if (this.#search(from === range.start ? piece : Buffer.concat([this.#window, piece]), to)) {
        // The rest of this chunk past the range may hold the blob's tail too.
        return this.#grow(bytes.subarray(to - start));
      }
      if (this.#found) return false;
    }
    return (this.#ranges ?? []).some(({ end }) => end > this.#offset);
  }

  /** @returns true when a blob has begun and is not whole yet. */
  #search(window: Buffer, windowEnd: number): boolean {
    const windowStart = windowEnd - window.length;
    let at = window.indexOf(BUILD_INFO_MAGIC);
    for (; at >= 0; at = window.indexOf(BUILD_INFO_MAGIC, at + 1)) {
      if ((windowStart + at) % ALIGNMENT !== 0) continue;
      const blob = window.subarray(at);
      const state = this.#parse(blob, windowStart + at);
      if (state === "whole") return false;
      if (state === "short") {
        this.#blobOffset = windowStart + at;
        this.#window = Buffer.from(blob);
        return true;
      }
    }
    this.#window = Buffer.from(window.subarray(-OVERLAP));
    return false;
  }

  #grow(bytes: Buffer): boolean {
    this.#window = Buffer.concat([this.#window, bytes]);
    const state = this.#parse(this.#window, this.#blobOffset ?? 0);
    if (state === "none") this.#blobOffset = undefined;
    return state === "short" && this.#window.length <= MAX_BLOB_BYTES;
  }

  #parse(blob: Buffer, offset: number): "whole" | "short" | "none" {
    const info = parseBuildInfo(blob);
    if (info === "short" || info === "none") return info;
    if (info === "old") {
      throw invalidInput(this.#file.path, `Go build information at byte ${offset} is of a Go before 1.18`);
    }
    this.#found = { packages: goPackages(info, offset) };
    return "whole";
  }
}
