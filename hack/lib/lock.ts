// SPDX-License-Identifier: Apache-2.0
/**
 * A lock between processes of one machine: a socket in Linux's abstract namespace. The kernel lets only one
 * process hold a name and gives it back when that process ends, so a lock cannot outlive its holder.
 */
import { createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { devErrors } from "./errors.ts";
import type { Log } from "./log.ts";

const RETRY_MS = 100;
const SPEAK_AFTER_MS = 3_000;
const GIVE_UP_AFTER_MS = 60 * 60_000;

/** Runs `work` while holding `name`. Elsewhere than on Linux it runs unlocked. @throws LOCK_TIMEOUT after an hour */
export async function withLock<Result>(name: string, log: Log, work: () => Promise<Result>): Promise<Result> {
  if (process.platform !== "linux") return work();
  const holder = await take(name, log);
  try {
    return await work();
  } finally {
    await new Promise<void>((resolve) => {
      holder.close(() => {
        resolve();
      });
    });
  }
}

async function take(name: string, log: Log): Promise<Server> {
  for (let waitedMs = 0; waitedMs < GIVE_UP_AFTER_MS; waitedMs += RETRY_MS) {
    const server = await tryListen(`\0stellaops-dev:${name}`);
    if (server) return server;
    if (waitedMs === SPEAK_AFTER_MS) log(`waiting for another process that works on ${name}`);
    await delay(RETRY_MS);
  }
  throw devErrors.make("LOCK_TIMEOUT", `another process held ${name} for an hour`);
}

function tryListen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      resolve(server);
    });
  });
}
