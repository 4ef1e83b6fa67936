// SPDX-License-Identifier: Apache-2.0
/** Gives a file's streaming content to the analyzers that want it, and turns their failures into omissions. */
import { digestOf, hexOf } from "#lib/digest.ts";
import { codeOf, messageOf } from "#lib/errors.ts";
import type { EntrySink } from "#lib/tar/index.ts";
import type { Analyzer, FileAnalyzer, FileStream, LayerFile, StreamAnalyzer } from "../analyzer.ts";
import type { Found, Reading } from "../facts.ts";
import type { FileFactsCache } from "../ports.ts";
import type { Omissions } from "./omissions.ts";
import { baseName } from "./paths.ts";

/** What reading a file needs besides the file. */
export interface ReadingContext {
  readonly omissions: Omissions;
  readonly maxStreamedBytes: number;
  readonly known: FileFactsCache | undefined;
}

/** Called with what an analyzer stated of the file. */
export type OnFound = (analyzer: Analyzer, found: Found) => void;

/** A sink for one entry, or undefined when no analyzer can take it. */
export function openFile(
  file: LayerFile,
  analyzers: readonly Analyzer[],
  context: ReadingContext,
  onFound: OnFound,
): EntrySink | undefined {
  const { omissions } = context;
  const sinks: EntrySink[] = [];
  for (const analyzer of analyzers) {
    const stream = guarded(analyzer, file, omissions, () => open(analyzer, file, context));
    if (stream) sinks.push(sinkFor(analyzer, file, stream, omissions, onFound));
  }
  return sinks.length <= 1 ? sinks[0] : fanOut(sinks);
}

function open(
  analyzer: Analyzer,
  file: LayerFile,
  { omissions, maxStreamedBytes, known }: ReadingContext,
): FileStream | undefined {
  const cut = (most: number): void => {
    omissions.add({
      code: "LIMIT_FILE_BYTES",
      message: `file of ${file.size} bytes; at most ${most} are read`,
      path: file.path,
      analyzer: analyzer.id,
    });
  };
  if (isStreaming(analyzer))
    return limited(analyzer.open(file), maxStreamedBytes, () => cut(maxStreamedBytes));
  if (file.size <= analyzer.maxBytes) return buffered(analyzer, file, known);
  cut(analyzer.maxBytes);
  return undefined;
}

/** Ends without an answer where the analyzer would go on behind so many bytes: that it had enough is known from them only. */
function limited(stream: FileStream, most: number, onCut: () => void): FileStream {
  let left = most;
  return {
    data(bytes) {
      const taken = bytes.length <= left ? bytes : bytes.subarray(0, left);
      left -= taken.length;
      if (!stream.data(taken)) return false;
      if (taken.length === bytes.length) return true;
      left = -1;
      onCut();
      return false;
    },
    end() {
      const reading = stream.end();
      return left < 0 ? undefined : reading;
    },
  };
}

const isStreaming = (analyzer: Analyzer): analyzer is StreamAnalyzer => "open" in analyzer;

function buffered(analyzer: FileAnalyzer, file: LayerFile, known: FileFactsCache | undefined): FileStream {
  const bytes = Buffer.allocUnsafe(file.size);
  let length = 0;
  return {
    data(piece) {
      length += piece.copy(bytes, length);
      return true;
    },
    end: () => {
      const whole = bytes.subarray(0, length);
      const analyze = (): Reading | undefined =>
        analyzer.analyze({ file, bytes: whole, text: () => whole.toString("utf8") });
      return known && analyzer.keptByContent ? once(analyzer, file, whole, known, analyze) : analyze();
    },
  };
}

/** From what is known of the same content under the same name; what is not a reading is not kept. */
function once(
  { id, version }: FileAnalyzer,
  { path }: LayerFile,
  bytes: Buffer,
  known: FileFactsCache,
  analyze: () => Reading | undefined,
): Reading | undefined {
  const name = hexOf(digestOf(baseName(path))).slice(0, 8);
  const key = `${hexOf(digestOf(bytes))}-${id.replace("/", ".")}.${version}-${name}`;
  const before = known.get(key);
  if (before) return before;
  const reading = analyze();
  if (reading) known.put(key, reading);
  return reading;
}

function sinkFor(
  analyzer: Analyzer,
  file: LayerFile,
  stream: FileStream,
  omissions: Omissions,
  onFound: OnFound,
): EntrySink {
  let isOver = false;
  return {
    data(bytes) {
      if (isOver) return false;
      const more = guarded(analyzer, file, omissions, () => stream.data(bytes));
      if (more === undefined) isOver = true; // it failed
      return more === true;
    },
    end() {
      if (isOver) return;
      isOver = true;
      const reading = guarded(analyzer, file, omissions, () => stream.end());
      if (!reading) return;
      const { problems = [], ...found } = reading;
      for (const problem of problems) {
        const message = `${file.path}: ${problem}`;
        omissions.add({ code: "ANALYZER_INPUT_INVALID", message, path: file.path, analyzer: analyzer.id });
      }
      if (Object.keys(found).length > 0) onFound(analyzer, found);
    },
  };
}

function fanOut(sinks: readonly EntrySink[]): EntrySink {
  const wanting = new Set(sinks);
  const stop = (sink: EntrySink): void => {
    wanting.delete(sink);
    sink.end();
  };
  return {
    data(bytes) {
      for (const sink of wanting) if (!sink.data(bytes)) stop(sink);
      return wanting.size > 0;
    },
    end() {
      for (const sink of wanting) stop(sink);
    },
  };
}

/** Runs a step of an analyzer; what it throws is an omission, and the answer undefined. */
function guarded<Value>(
  analyzer: Analyzer,
  file: LayerFile,
  omissions: Omissions,
  step: () => Value,
): Value | undefined {
  try {
    return step();
  } catch (error) {
    const code = codeOf(error) === "INTERNAL_ERROR" ? "ANALYZER_FAILED" : codeOf(error);
    omissions.add({ code, message: messageOf(error), path: file.path, analyzer: analyzer.id });
    return undefined;
  }
}
