// SPDX-License-Identifier: Apache-2.0
/**
 * Import work in a worker thread, one for each job. The starting thread keeps the feed and the stores and hands over
 * bytes as it is asked for them.
 */
import { Worker } from "node:worker_threads";
import type { FeedDocument, FeedReader } from "#engines/evaluation/index.ts";
import { endWorker } from "#lib/end-worker.ts";
import { revivedError, thrownError } from "./import-messages.ts";
import type {
  Answer,
  Ask,
  FromImportWorker,
  Outcome,
  ToImportWorker,
  WorkResult,
} from "./import-messages.ts";
import type { Impact } from "./impact-work.ts";
import { importErrors } from "./import-work.ts";
import type { Imported, ImportWork } from "./import-work.ts";

export interface ImportThreadOptions {
  /** The thread's entry point; in a bundle the file that was built from `import-worker.ts`. */
  readonly entry?: URL | string;
  readonly maxHeapMb?: number;
  /** Ends the thread; its work fails with IMPORT_ABORTED. */
  readonly signal?: AbortSignal;
}

/**
 * A large public VEX hub (180 MB of documents) needs more than 512. config/manager/deployment.yaml leaves room for it. A thread at its
 * limit ends alone as long as it gets there in small steps, so documents are bounded too (`import-work.ts`).
 */
const MAX_HEAP_MB = 768;

interface Thread {
  readonly worker: Worker;
  /** It has not answered its task, though who asked may have given up. */
  isBusy: boolean;
  /** Resolves with what its task fails with. */
  readonly ended: Promise<Error>;
}

/** The thread starts with the first task. One task at a time. */
export function importThread(options: ImportThreadOptions = {}): ImportWork {
  const { maxHeapMb = MAX_HEAP_MB, signal } = options;
  let thread: Thread | undefined;
  const start = (): Thread => {
    const entry = options.entry ?? new URL("./import-worker.ts", import.meta.url);
    const resourceLimits = { maxOldGenerationSizeMb: maxHeapMb, maxYoungGenerationSizeMb: 32 };
    const worker = new Worker(entry, { resourceLimits });
    const ended = new Promise((resolve) => worker.once("error", resolve).once("exit", resolve));
    return { worker, isBusy: false, ended: ended.then((cause) => lost(cause, maxHeapMb)) };
  };
  const run = (message: ToImportWorker, feed: FeedReader): Promise<WorkResult> =>
    runTask((thread ??= start()), message, feed, signal);
  return {
    read: async (task, feed) => {
      const hasInventory = feed.inventory !== undefined;
      return (await run({ type: "read", task, hasInventory }, feed)) as Imported;
    },
    compile: async (task, feed) => (await run({ type: "compile", task }, feed)) as Uint8Array,
    impact: async (task, parts) => (await run({ type: "impact", task }, parts)) as Impact,
    close: async () => {
      const worker = thread?.worker;
      if (worker === undefined) return;
      if (thread?.isBusy === true) await worker.terminate();
      else await endWorker(worker, () => worker.postMessage({ type: "end" } satisfies ToImportWorker));
    },
  };
}

async function runTask(
  thread: Thread,
  task: ToImportWorker,
  feed: FeedReader,
  signal: AbortSignal | undefined,
): Promise<WorkResult> {
  const { worker, ended } = thread;
  const served = new ServedFeed(feed);
  const { promise, resolve, reject } = Promise.withResolvers<WorkResult>();
  const onAbort = (): void =>
    reject(importErrors.make("IMPORT_ABORTED", "the import was aborted", { cause: signal?.reason }));
  const onMessage = (message: FromImportWorker): void => {
    if (message.type === "ask") {
      void answer(worker, served, message.id, message.ask);
      return;
    }
    thread.isBusy = false;
    if (message.outcome.ok) resolve(message.outcome.value);
    else reject(revivedError(message.outcome.error));
  };
  void ended.then(reject);
  worker.on("message", onMessage);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    if (signal?.aborted === true) onAbort();
    else {
      thread.isBusy = true;
      worker.postMessage(task);
    }
    return await promise;
  } finally {
    worker.off("message", onMessage);
    signal?.removeEventListener("abort", onAbort);
    void served.close(); // not waited for: a place that hangs would hold up the end of an aborted import
  }
}

function lost(cause: unknown, maxHeapMb: number): Error {
  if (cause instanceof Error && "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY") {
    const message = `the feed, or all sources together, take more than the ${maxHeapMb} MiB that an import may use`;
    return importErrors.make("FEED_TOO_LARGE", message, { cause });
  }
  return importErrors.make("IMPORT_WORKER_LOST", "the thread of the import ended", { cause });
}

async function answer(worker: Worker, feed: ServedFeed, id: number, ask: Ask): Promise<void> {
  const outcome = await feed.answer(ask).then(
    (value): Outcome<Answer> => ({ ok: true, value }),
    (error: unknown): Outcome<Answer> => ({ ok: false, error: thrownError(error) }),
  );
  const bytes =
    outcome.ok && outcome.value instanceof Uint8Array ? [outcome.value.buffer as ArrayBuffer] : [];
  worker.postMessage({ type: "answer", id, outcome } satisfies ToImportWorker, bytes);
}

/** A feed read on behalf of the other thread. */
class ServedFeed {
  readonly #feed: FeedReader;
  readonly #documents: AsyncIterator<FeedDocument>;
  readonly #streams = new Map<number, AsyncIterator<Uint8Array>>();
  #current: FeedDocument | undefined;

  constructor(feed: FeedReader) {
    this.#feed = feed;
    this.#documents = feed.documents()[Symbol.asyncIterator]();
  }

  async answer(ask: Ask): Promise<Answer> {
    switch (ask.what) {
      case "document": {
        const next = await this.#documents.next();
        this.#current = next.done === true ? undefined : next.value;
        const random = this.#current?.random;
        if (this.#current === undefined) return undefined;
        const { name, root, fault } = this.#current;
        return {
          name,
          ...(root === undefined ? {} : { root }),
          ...(fault === undefined ? {} : { fault }),
          ...(random === undefined ? {} : { size: random.size }),
        };
      }
      case "inventory":
        return this.#feed.inventory?.();
      case "chunk":
        return this.#chunk(ask.stream);
      case "slice": {
        const bytes = await this.#current?.random?.read(ask.offset, ask.length);
        return bytes === undefined ? undefined : copied(bytes);
      }
      case "close":
        await this.#streams.get(ask.stream)?.return?.();
        this.#streams.delete(ask.stream);
        return undefined;
    }
  }

  /** Streams and the feed itself let go of what they hold open; what fails then matters to nobody. */
  async close(): Promise<void> {
    const ends = [...this.#streams.values(), this.#documents].map(async (iterator) => iterator.return?.());
    await Promise.allSettled(ends);
  }

  async #chunk(stream: number): Promise<Uint8Array | undefined> {
    let chunks = this.#streams.get(stream);
    if (chunks === undefined) {
      chunks = this.#current?.open()[Symbol.asyncIterator]();
      if (chunks === undefined) return undefined;
      this.#streams.set(stream, chunks);
    }
    const next = await chunks.next();
    return next.done === true ? undefined : copied(next.value);
  }
}

/** The bytes may be the feed's own, or a piece of a shared pool. */
const copied = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);
