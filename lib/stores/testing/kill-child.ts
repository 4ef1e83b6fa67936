// SPDX-License-Identifier: Apache-2.0
/**
 * The process that `kill.test.ts` kills: works on the queue of a data folder, or writes an object without end.
 * Says on stdout, line by line, what it does: `start ID`, `recorded ID`, `done ID`, `writing`, `idle`. Told a word
 * and a count, it freezes after that line, so that the kill comes exactly there.
 */
import { appendFileSync, writeSync } from "node:fs";
import path from "node:path";
import { openFolderObjectStore } from "../folder/index.ts";
import { openSqliteCatalog, openSqliteQueues } from "../sqlite/index.ts";

const [mode, folder, freezeAt = "", freezeCount = "1"] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: kill-child.ts work|write FOLDER [WORD COUNT]");

let left = Number(freezeCount);
/** At once and unbuffered: what was said is known outside, whatever happens next. */
const say = (word: string, id = ""): void => {
  writeSync(1, `${word} ${id}\n`);
  if (word !== freezeAt) return;
  left -= 1;
  if (left === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // for ever
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

if (mode === "work") await work(folder);
else await write(folder);

async function work(at: string): Promise<void> {
  const file = path.join(at, "stella.db");
  const catalog = await openSqliteCatalog(file);
  const queues = await openSqliteQueues(file, { backoff: { baseMs: 1, maxMs: 1 } });
  const results = catalog.collection<{ layer: number }>("results");
  const queue = queues.queue<{ layer: number }>("scan");
  const worker = queue.work(
    4,
    async (job) => {
      say("start", job.id);
      if ((await results.get(job.id)) !== undefined) return; // its effect is recorded: not once more
      await turn();
      appendFileSync(path.join(at, "effects"), `${job.id}\n`);
      await turn();
      await results.putIf(job.id, 0, job.payload);
      say("recorded", job.id);
      await turn();
    },
    ({ id }) => {
      say("done", id);
      void finishWhenIdle();
    },
  );

  const finishWhenIdle = async (): Promise<void> => {
    const { waiting, running } = await queue.stats();
    if (waiting + running > 0) return;
    await worker.stop();
    await queues.close();
    await catalog.close();
    say("idle");
  };
}

async function write(at: string): Promise<void> {
  const objects = await openFolderObjectStore(path.join(at, "objects"));
  await objects.put("whole", Buffer.from("whole"));
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (let sent = 0; ; sent++) {
      yield Buffer.alloc(64 * 1024, sent % 256);
      if (sent === 4) say("writing");
      await turn();
    }
  };
  await objects.put("half", endless());
}
