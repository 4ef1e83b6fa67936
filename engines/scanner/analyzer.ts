// SPDX-License-Identifier: Apache-2.0
/** The shape of an analyzer: which files it wants, and what it states of each. */
import { byKey } from "#lib/compare.ts";
import { scanErrors } from "./errors.ts";
import type { Reading } from "./facts.ts";

/** What is known of a file before its content is read. */
export interface LayerFile {
  /** In the root filesystem, no leading slash. */
  readonly path: string;
  /** Bytes; of a hard link unknown, and given as the largest safe integer. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
}

/** A whole file, not larger than the analyzer's `maxBytes`. */
export interface FileInput {
  readonly file: LayerFile;
  readonly bytes: Buffer;
  /** Content as UTF-8; bad bytes become U+FFFD. */
  readonly text: () => string;
}

interface AnalyzerBase {
  /** Stable; part of the fragment cache key. */
  readonly id: string;
  /** Raise when the same bytes give other facts; also in the key. */
  readonly version: number;
  /** Looks at path, size and mode only; called for every regular file and hard link. */
  wants(file: LayerFile): boolean;
}

/** Reads a file as one buffer. */
export interface FileAnalyzer extends AnalyzerBase {
  /** A larger file is not read, and recorded as an omission. */
  readonly maxBytes: number;
  /**
   * Its answers are kept by content, since the same large file stands in many layers. Only for an analyzer whose facts
   * depend on the bytes and the file's own name, not on the folder.
   */
  readonly keptByContent?: true;
  /** @throws ANALYZER_INPUT_INVALID, which the scan records as an omission. */
  analyze(input: FileInput): Reading | undefined;
}

/** Reads a file as it streams by, holding little of it. */
export interface StreamAnalyzer extends AnalyzerBase {
  open(file: LayerFile): FileStream;
}

export interface FileStream {
  /** Bytes are overwritten after the call. False: enough seen. */
  data(bytes: Buffer): boolean;
  /** @throws ANALYZER_INPUT_INVALID */
  end(): Reading | undefined;
}

export type Analyzer = FileAnalyzer | StreamAnalyzer;

/** For `throw`: content that does not parse, with the place. */
export function invalidInput(path: string, message: string, cause?: unknown): Error {
  return scanErrors.make("ANALYZER_INPUT_INVALID", `${path}: ${message}`, { cause, data: { path } });
}

/** Id to version, sorted by id, as fragments and cache keys carry it. */
export function versionsOf(analyzers: readonly Analyzer[]): Record<string, number> {
  return Object.fromEntries(
    analyzers.map(({ id, version }) => [id, version] as const).sort(byKey(([id]) => id)),
  );
}
