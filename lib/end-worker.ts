// SPDX-License-Identifier: Apache-2.0
/** The end of a worker thread that has nothing to do. */
import type { Worker } from "node:worker_threads";

/** From the wish to the end; an idle thread takes milliseconds. */
const GRACE_MS = 5_000;

/**
 * Lets a thread end by itself, and ends it where it does not. `terminate` alone can take the process with it now and then
 * (https://github.com/nodejs/node/issues/56312), so it is for threads that do not listen.
 * @param ask tells the thread to close its port
 */
export async function endWorker(worker: Worker, ask: () => void, graceMs = GRACE_MS): Promise<void> {
  if (worker.threadId === -1) return; // ended already
  const { promise: ended, resolve } = Promise.withResolvers<boolean>();
  const onExit = (): void => resolve(true);
  worker.once("exit", onExit);
  worker.ref(); // who waits for its end must not be the last thing that keeps the process
  ask();
  const timer = setTimeout(() => resolve(false), graceMs);
  const isOver = await ended;
  clearTimeout(timer);
  worker.off("exit", onExit);
  if (!isOver) await worker.terminate();
}
