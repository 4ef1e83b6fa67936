// SPDX-License-Identifier: Apache-2.0
/** The lines of a watch: newline-delimited JSON, bounded in size, with a deadline on silence. */
import type { Readable } from "node:stream";
import { kubeErrors } from "./errors.ts";

export interface LineOptions {
  readonly maxLineBytes: number;
  /** Longest wait for a byte. A half-open connection shows itself only by silence. */
  readonly idleMs: number;
}

/**
 * Complete lines only: bytes after the last newline are a torn event and are dropped.
 * @throws KUBE_UNAVAILABLE on silence, KUBE_ANSWER_INVALID on a line over the limit, and what the stream throws
 */
export async function* linesOf(body: Readable, options: LineOptions): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(body, options.idleMs)) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, end)]).toString("utf8");
      rest = [];
      size = 0;
      from = end + 1;
      if (line.trim() !== "") yield line;
    }
    if (from === chunk.length) continue;
    rest.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > options.maxLineBytes) {
      throw kubeErrors.make("KUBE_ANSWER_INVALID", `a watch event is over ${options.maxLineBytes} bytes`);
    }
  }
}

async function* chunksOf(body: Readable, idleMs: number): AsyncGenerator<Buffer> {
  const chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    const silence = setTimeout(() => {
      body.destroy(
        kubeErrors.make("KUBE_UNAVAILABLE", `the watch was silent for ${idleMs} ms`, { data: { idleMs } }),
      );
    }, idleMs);
    try {
      const next = await chunks.next();
      if (next.done === true) return;
      yield next.value;
    } finally {
      clearTimeout(silence);
    }
  }
}
