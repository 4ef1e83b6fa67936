// SPDX-License-Identifier: Apache-2.0
/**
 * Entry point of a layer worker thread: reads one layer after another, from a file or from chunks it is sent.
 * Imports little, since its start-up counts in every scan.
 */
import { parentPort } from "node:worker_threads";
import { StellaError, kindOf, codeOf, messageOf } from "#lib/errors.ts";
import { analyzers } from "../analyzers/catalog.ts";
import { encodeFragment } from "../fragment.ts";
import { analyzeLayer } from "../layer/analyze-layer.ts";
import { defaultScanLimits } from "../layer/limits.ts";
import { fileSource } from "./file-source.ts";
import { folderFileFacts } from "./folder-file-facts.ts";
import type { FromWorker, ThrownError, ToWorker } from "./worker-messages.ts";

const port = parentPort;
if (!port) throw new Error("layer-worker.ts runs as a worker thread only");

const answer = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);
let onChunk: (chunk: Uint8Array | undefined) => void = () => undefined;

port.on("message", (message: ToWorker) => {
  if (message.type === "analyze") void analyze(message);
  else if (message.type === "end") port.close();
  else onChunk(message.type === "chunk" ? message.bytes : undefined);
});

type AnalyzeMessage = Extract<ToWorker, { type: "analyze" }>;

async function analyze(message: AnalyzeMessage): Promise<void> {
  const { digest, diffId, analyzers: ids, fileFacts, file, progress } = message;
  try {
    const chosen = analyzers.filter(({ id }) => ids.includes(id));
    const open = (): Iterable<Uint8Array> | AsyncIterable<Uint8Array> =>
      file ? counted(fileSource(file), new Int32Array(progress)) : sentChunks();
    const layer = { digest, diffId, open, verifyDigest: file !== undefined };
    const known = fileFacts === undefined ? undefined : folderFileFacts(fileFacts);
    const read = await analyzeLayer(layer, chosen, defaultScanLimits, known);
    const fragment = new Uint8Array(encodeFragment(read.fragment));
    answer({ type: "done", fragment, bytes: read.bytes }, [fragment.buffer]);
  } catch (error) {
    answer({ type: "failed", error: thrown(error) });
  }
}

function* counted(pieces: Iterable<Uint8Array>, progress: Int32Array): Generator<Uint8Array> {
  for (const piece of pieces) {
    Atomics.add(progress, 0, 1);
    yield piece;
  }
}

async function* sentChunks(): AsyncGenerator<Uint8Array> {
  answer({ type: "open" });
  for (;;) {
    const next = new Promise<Uint8Array | undefined>((resolve) => (onChunk = resolve));
    answer({ type: "pull" });
    const chunk = await next;
    if (!chunk) return;
    yield chunk;
  }
}

function thrown(error: unknown): ThrownError {
  return {
    code: codeOf(error),
    kind: kindOf(error),
    message: messageOf(error),
    data: error instanceof StellaError ? error.data : {},
    stack: error instanceof Error ? (error.stack ?? "") : "",
  };
}
