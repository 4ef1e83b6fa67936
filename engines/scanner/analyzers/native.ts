// SPDX-License-Identifier: Apache-2.0
/**
 * What a dynamic linker reads of executables and shared libraries, with the SHA-256 of the whole file.
 * Formats: System V ABI (ELF), Microsoft PE Format, Apple's mach-o/loader.h; read while the file streams by.
 */
import { createHash } from "node:crypto";
import { invalidInput, type FileStream, type LayerFile, type StreamAnalyzer } from "../analyzer.ts";
import type { Reading } from "../facts.ts";
import { formatOf, MAGIC_BYTES, type BinaryFormat } from "./native/formats.ts";
import { KeptBytes } from "./native/kept-bytes.ts";
import { goMarkRanges, hasGoMark } from "./native/go-mark.ts";
import { isWantedBinary } from "./native/names.ts";
import { RustMark } from "./native/rust-mark.ts";

/** First bytes, in which the tables that name all else stand. */
const HEAD_BYTES = 4096;
/** Kept of one file; the readers ask for less, hostile headers apart. */
const MAX_KEPT_BYTES = 48 * 1024 * 1024;

export const native: StreamAnalyzer = {
  id: "native/binary",
  version: 1,
  wants: isWantedBinary,
  open: (file) => new BinaryStream(file),
};

class BinaryStream implements FileStream {
  readonly #file: LayerFile;
  readonly #hash = createHash("sha256");
  readonly #kept = new KeptBytes(MAX_KEPT_BYTES);
  readonly #rust = new RustMark();
  #magic: Buffer = Buffer.alloc(0);
  #format: BinaryFormat | undefined;

  constructor(file: LayerFile) {
    this.#file = file;
    this.#kept.want([{ start: 0, end: HEAD_BYTES }]);
  }

  data(bytes: Buffer): boolean {
    if (this.#format) return this.#take(bytes, this.#format);
    const first = this.#magic.length === 0 ? bytes : Buffer.concat([this.#magic, bytes]);
    if (first.length < MAGIC_BYTES) {
      this.#magic = Buffer.from(first);
      return true;
    }
    this.#format = formatOf(first);
    return this.#format !== undefined && this.#take(first, this.#format);
  }

  end(): Reading | undefined {
    try {
      return this.#reading();
    } finally {
      this.#kept.release();
    }
  }

  #reading(): Reading | undefined {
    const linking = this.#format?.read(this.#kept.read);
    if (linking === undefined) return undefined;
    if (linking === "cut") throw invalidInput(this.#file.path, "the binary's header is cut short");
    const { facts, problems } = linking;
    const language = this.#language(facts.language);
    const sha256 = this.#hash.digest("hex");
    return {
      binary: { ...facts, sha256, ...(language === undefined ? {} : { language }) },
      ...(problems.length === 0 ? {} : { problems }),
    };
  }

  /** Go's linker links all of a program; Rust may be in a library that was linked in. */
  #language(stated: string | undefined): string | undefined {
    if (stated !== undefined) return stated;
    if (hasGoMark(this.#kept.read)) return "go";
    return this.#rust.isFound ? "rustc" : undefined;
  }

  #take(bytes: Buffer, format: BinaryFormat): boolean {
    this.#hash.update(bytes);
    this.#rust.push(bytes);
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + this.#kept.untilNext);
      this.#kept.push(piece);
      at += piece.length;
      if (!this.#kept.isAtEnd) continue;
      const ranges = format.ranges(this.#kept.read);
      if (!ranges) return false;
      this.#kept.want([...ranges, ...goMarkRanges(this.#kept.read)]);
    }
    return true;
  }
}
