// SPDX-License-Identifier: Apache-2.0
/** A pool of worker threads that read layers, one layer a thread at a time; threads are kept for the next layer. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { endWorker } from "#lib/end-worker.ts";
import { StellaError } from "#lib/errors.ts";
import { scanErrors } from "../errors.ts";
import type { LayerAnswer, LayerTask, LayerWorkers } from "../ports.ts";
import { Watch } from "./watch.ts";
import type { FromWorker, ThrownError, ToWorker } from "./worker-messages.ts";

export interface LayerWorkerOptions {
  /** The worker's entry point; in a bundle the file that was built from `layer-worker.ts`. */
  readonly entry?: URL | string;
  /** Folder in which facts of single files are kept by content; none unless given. */
  readonly fileFacts?: string;
  /** How long one piece of a layer may take, before the scan is given up. */
  readonly stalledAfterMs?: number;
  /** Threads at most; the machine's parallelism unless given. */
  readonly size?: number;
}

/** A piece takes milliseconds; the end of the largest archive some seconds, on a busy machine a minute. */
const STALLED_AFTER_MS = 300_000;

export interface LayerWorkerPool extends LayerWorkers {
  /** Ends all threads; layers being read fail with SCAN_ABORTED. */
  close(): Promise<void>;
}

/** Threads start when they are first needed. */
export function layerWorkerPool(options: LayerWorkerOptions = {}): LayerWorkerPool {
  const entry = options.entry ?? new URL("./layer-worker.ts", import.meta.url);
  const size = Math.max(1, options.size ?? availableParallelism());
  const { fileFacts, stalledAfterMs = STALLED_AFTER_MS } = options;
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: ((worker: Worker) => void)[] = [];

  const start = (): Worker => {
    const worker = new Worker(entry, { resourceLimits: { maxYoungGenerationSizeMb: 16 } });
    all.add(worker);
    worker.on("error", () => undefined); // the layer being read fails; an idle thread is only forgotten
    worker.once("exit", () => {
      all.delete(worker);
      const at = idle.indexOf(worker);
      if (at >= 0) idle.splice(at, 1);
    });
    return worker;
  };
  const take = (): Worker | Promise<Worker> => {
    const worker = idle.pop() ?? (all.size < size ? start() : undefined);
    worker?.ref();
    return worker ?? new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (worker: Worker): void => {
    const isAlive = all.has(worker);
    const next = waiting.shift();
    if (next) next(isAlive ? worker : start());
    else if (isAlive) {
      worker.unref();
      idle.push(worker);
    }
  };

  return {
    size,
    async analyze(task, signal) {
      const worker = await take();
      try {
        return await readLayer(worker, task, { fileFacts, stalledAfterMs }, signal);
      } catch (error) {
        if (error instanceof Interrupted) {
          all.delete(worker);
          await worker.terminate();
          throw error.error;
        }
        throw error;
      } finally {
        giveBack(worker);
      }
    },
    async close() {
      const end = (worker: Worker): Promise<unknown> =>
        idle.includes(worker)
          ? endWorker(worker, () => worker.postMessage({ type: "end" } satisfies ToWorker))
          : worker.terminate();
      await Promise.all([...all].map(end));
    },
  };
}

/** The thread is in the middle of a layer and can't be used again. */
class Interrupted extends Error {
  readonly error: unknown;
  constructor(error: unknown) {
    super("interrupted");
    this.error = error;
  }
}

async function readLayer(
  worker: Worker,
  task: LayerTask,
  { fileFacts, stalledAfterMs }: { fileFacts: string | undefined; stalledAfterMs: number },
  signal?: AbortSignal,
): Promise<LayerAnswer> {
  const { digest, diffId } = task.layer;
  let chunks: AsyncIterator<Uint8Array> | undefined;
  let opening: Promise<void> = Promise.resolve();
  return await new Promise<LayerAnswer>((resolve, reject) => {
    const watch = new Watch(stalledAfterMs, () =>
      interrupt(
        scanErrors.make("LAYER_STALLED", `reading layer ${digest} made no progress for ${stalledAfterMs} ms`),
      ),
    );
    const settle = (finish: () => void): void => {
      watch.end();
      worker.off("message", onMessage).off("error", onLost).off("exit", onLost);
      signal?.removeEventListener("abort", onAbort);
      void chunks?.return?.();
      finish();
    };
    const interrupt = (error: unknown): void => settle(() => reject(new Interrupted(error)));
    const onLost = (cause: unknown): void =>
      interrupt(scanErrors.make("LAYER_WORKER_LOST", `the worker reading layer ${digest} ended`, { cause }));
    const onAbort = (): void =>
      interrupt(scanErrors.make("SCAN_ABORTED", "the scan was aborted", { cause: signal?.reason }));
    const send = (message: ToWorker): void => worker.postMessage(message);
    const sendNext = (next: IteratorResult<Uint8Array> | undefined): void => {
      watch.busy();
      if (!next || next.done === true) {
        send({ type: "chunksEnd" });
        return;
      }
      const bytes = new Uint8Array(next.value); // a copy: the chunk may be a piece of a shared pool
      worker.postMessage({ type: "chunk", bytes } satisfies ToWorker, [bytes.buffer]);
    };
    const onMessage = (message: FromWorker): void => {
      switch (message.type) {
        case "open":
          watch.waiting();
          opening = task.open().then((opened) => void (chunks = opened[Symbol.asyncIterator]()));
          opening.catch(interrupt);
          return;
        case "pull":
          watch.waiting();
          opening
            .then(() => chunks?.next())
            .then(sendNext)
            .catch(interrupt);
          return;
        case "done":
          settle(() => resolve({ fragment: message.fragment, bytes: message.bytes }));
          return;
        case "failed":
          settle(() => reject(revived(message.error)));
          return;
      }
    };
    if (signal?.aborted === true) {
      onAbort();
      return;
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    worker.on("message", onMessage).once("error", onLost).once("exit", onLost);
    send({
      type: "analyze",
      digest,
      diffId,
      analyzers: task.analyzers,
      ...(fileFacts === undefined ? {} : { fileFacts }),
      ...(task.file ? { file: task.file } : {}),
      progress: watch.progress,
    });
    watch.busy();
  });
}

function revived({ code, kind, message, data, stack }: ThrownError): Error {
  const cause = new Error(message);
  cause.stack = stack;
  return new StellaError(code, kind, message, { cause, data });
}
