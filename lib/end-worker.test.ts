// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { endWorker } from "./end-worker.ts";

const start = async (code: string): Promise<Worker> => {
  const worker = new Worker(
    `const { parentPort: port } = require("node:worker_threads"); port.postMessage("up"); ${code}`,
    {
      eval: true,
    },
  );
  await once(worker, "message");
  return worker;
};

it("lets a thread end by itself", async () => {
  const worker = await start(`port.on("message", () => { port.close(); process.exitCode = 7; });`);
  const exit = once(worker, "exit");
  await endWorker(worker, () => worker.postMessage("end"));
  expect((await exit)[0]).toBe(7);
});

it("ends one that does not listen", async () => {
  const worker = await start(`port.on("message", () => undefined);`);
  const exit = once(worker, "exit");
  await endWorker(worker, () => worker.postMessage("end"), 20);
  expect((await exit)[0]).toBe(1);
});

it("has nothing to do for one that has ended", async () => {
  const worker = await start("");
  await once(worker, "exit");
  let asked = 0;
  await endWorker(worker, () => (asked += 1));
  expect(asked).toBe(0);
});
