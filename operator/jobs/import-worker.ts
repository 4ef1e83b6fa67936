// SPDX-License-Identifier: Apache-2.0
/** Entry point of an import's thread: does the tasks that it is given, with documents from the starting thread. */
import { parentPort } from "node:worker_threads";
import type { FeedDocument, FeedInventory, FeedReader } from "#engines/evaluation/index.ts";
import { revivedError, thrownError } from "./import-messages.ts";
import type {
  Answer,
  Ask,
  DocumentFacts,
  FromImportWorker,
  Outcome,
  ToImportWorker,
  WorkResult,
} from "./import-messages.ts";
import { inlineImportWork } from "./import-work.ts";

const port = parentPort;
if (!port) throw new Error("import-worker.ts runs as a worker thread only");

const tell = (message: FromImportWorker, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);
const waiting = new Map<number, (outcome: Outcome<Answer>) => void>();
let asked = 0;
let streams = 0;

port.on("message", (message: ToImportWorker) => {
  if (message.type === "answer") {
    waiting.get(message.id)?.(message.outcome);
    waiting.delete(message.id);
  } else if (message.type === "end") {
    port.close();
  } else {
    void run(message);
  }
});

type TaskMessage = Exclude<ToImportWorker, { type: "answer" | "end" }>;

async function run(message: TaskMessage): Promise<void> {
  try {
    const value = await resultOf(message);
    const { moved, transfer } = movable(value);
    tell({ type: "done", outcome: { ok: true, value: moved } }, transfer);
  } catch (error) {
    tell({ type: "done", outcome: { ok: false, error: thrownError(error) } });
  }
}

function resultOf(message: TaskMessage): Promise<WorkResult> {
  switch (message.type) {
    case "read":
      return inlineImportWork.read(
        message.task,
        message.hasInventory ? { ...askedFeed, inventory: askedInventory } : askedFeed,
      );
    case "compile":
      return inlineImportWork.compile(message.task, askedFeed);
    case "impact":
      return inlineImportWork.impact(message.task, askedFeed);
  }
}

async function ask(question: Ask): Promise<Answer> {
  const id = ++asked;
  const outcome = new Promise<Outcome<Answer>>((resolve) => waiting.set(id, resolve));
  tell({ type: "ask", id, ask: question });
  const answer = await outcome;
  if (answer.ok) return answer.value;
  throw revivedError(answer.error);
}

const askedFeed: FeedReader = {
  documents: async function* () {
    for (;;) {
      const facts = (await ask({ what: "document" })) as DocumentFacts | undefined;
      if (facts === undefined) return;
      yield askedDocument(facts);
    }
  },
};

const askedInventory = async (): Promise<FeedInventory> =>
  (await ask({ what: "inventory" })) as FeedInventory;

function askedDocument({ size, ...facts }: DocumentFacts): FeedDocument {
  const read = async (offset: number, length: number): Promise<Uint8Array> =>
    (await ask({ what: "slice", offset, length })) as Uint8Array;
  return { ...facts, open: askedChunks, ...(size === undefined ? {} : { random: { size, read } }) };
}

async function* askedChunks(): AsyncGenerator<Uint8Array> {
  const stream = ++streams;
  try {
    for (;;) {
      const chunk = (await ask({ what: "chunk", stream })) as Uint8Array | undefined;
      if (chunk === undefined) return;
      yield chunk;
    }
  } finally {
    await ask({ what: "close", stream });
  }
}

/** The bytes are handed over where they have a buffer of their own, which all but small ones have. */
function movable(value: WorkResult): { moved: WorkResult; transfer: ArrayBuffer[] } {
  const bytes = value instanceof Uint8Array ? value : "bytes" in value ? value.bytes : value.index;
  const own =
    bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
  const moved =
    value instanceof Uint8Array
      ? own
      : "bytes" in value
        ? { ...value, bytes: own }
        : { ...value, index: own };
  return { moved, transfer: [own.buffer as ArrayBuffer] };
}
