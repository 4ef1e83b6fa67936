// SPDX-License-Identifier: Apache-2.0
/**
 * Crates that cargo-auditable recorded in an executable or shared library.
 * Source: https://github.com/rust-secure-code/cargo-auditable, PARSING.md; found while the file streams by.
 */
import type { FileRange } from "#lib/elf/index.ts";
import { invalidInput, type FileStream, type LayerFile, type StreamAnalyzer } from "../analyzer.ts";
import type { Reading } from "../facts.ts";
import { BinaryHead } from "./native/binary-head.ts";
import { isWantedBinary } from "./native/names.ts";
import { auditPackages } from "./rust/audit-packages.ts";
import { auditRanges } from "./rust/audit-ranges.ts";
import { AuditSearch, type AuditData } from "./rust/audit-search.ts";

export const rust: StreamAnalyzer = {
  id: "language/rust",
  version: 2,
  wants: isWantedBinary,
  open: (file) => new AuditStream(file),
};

class AuditStream implements FileStream {
  readonly #file: LayerFile;
  readonly #search = new AuditSearch();
  readonly #head = new BinaryHead(auditRanges);
  #ranges: readonly FileRange[] | undefined;
  /** File offset of the next byte to come. */
  #offset = 0;
  #found: AuditData | undefined;

  constructor(file: LayerFile) {
    this.#file = file;
  }

  data(bytes: Buffer): boolean {
    if (this.#ranges) return this.#scan(bytes, this.#ranges);
    const head = this.#head.push(bytes);
    if (head === undefined || head === "other") return head === undefined;
    this.#ranges = head.ranges;
    return this.#scan(head.bytes, head.ranges);
  }

  end(): Reading | undefined {
    if (!this.#ranges) {
      const { bytes, ranges } = this.#head.finish();
      this.#scan(bytes, ranges);
    }
    this.#found ??= this.#search.finish();
    if (this.#found) return this.#reading(this.#found);
    const { openAt, isGivenUp } = this.#search;
    if (openAt !== undefined) {
      throw invalidInput(this.#file.path, `cargo-auditable data at byte ${openAt} can't be inflated`);
    }
    return isGivenUp
      ? { problems: ["too much looks like cargo-auditable data; not all was tried"] }
      : undefined;
  }

  #scan(bytes: Buffer, ranges: readonly FileRange[]): boolean {
    const start = this.#offset;
    this.#offset += bytes.length;
    for (const range of ranges) {
      const from = Math.max(range.start, start);
      const to = Math.min(range.end, this.#offset);
      if (from < to) this.#found ??= this.#search.push(bytes.subarray(from - start, to - start), from);
    }
    if (this.#found || this.#search.isGivenUp) return false;
    return ranges.some(({ end }) => end > this.#offset);
  }

  #reading({ json, offset }: AuditData): Reading {
    const { packages, unusable } = auditPackages(json, offset) ?? {};
    if (!packages)
      throw invalidInput(this.#file.path, `cargo-auditable data at byte ${offset} is no package list`);
    const problem = `${unusable} entries of the cargo-auditable data have no usable name or version`;
    return { packages, ...(unusable === 0 ? {} : { problems: [problem] }) };
  }
}
