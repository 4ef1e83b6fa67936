// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run fuzz [-- --seconds N] [--only PARSER] [--seed S] [--number N]`: damaged inputs for every parser of the scanner.
 * A parser must answer or throw a StellaError, twice the same whatever the pieces, within its time and memory. Inputs
 * that break this are kept in the cache folder. `--hostile` instead measures whole layers that are made to hurt.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { Inputs } from "./input.ts";
import type { Target } from "./target.ts";
import { targets } from "./targets.ts";
import type { Failure, WorkerData } from "./worker.ts";

/** CPU time for one input, read twice. */
const MAX_INPUT_MS = 4000;
const LOOK_EVERY_MS = 100;
/** Failures of one parser that are kept. */
const MAX_KEPT = 20;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "120" },
    only: { type: "string" },
    seed: { type: "string", default: "1" },
    number: { type: "string" },
    hostile: { type: "boolean", default: false },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = join(cacheFolder(), "fuzz");
mkdirSync(folder, { recursive: true });

if (values.hostile) {
  const { hostile } = await import("./hostile.ts");
  process.exitCode = await hostile(values.only, say);
} else {
  const { only } = values;
  const chosen = targets.filter(({ name }) => only === undefined || name.includes(only));
  if (chosen.length === 0) {
    say(`no such parser; there are ${targets.map(({ name }) => name).join(", ")}`);
    process.exit(2);
  }
  const share = (Number(values.seconds) * 1000) / chosen.length;
  let [inputs, failures] = [0, 0];
  for (const target of chosen) {
    const tally = await fuzz(target, share);
    inputs += tally.inputs;
    failures += tally.failures;
    say(
      `${target.name.padEnd(20)} ${String(tally.inputs).padStart(9)} inputs  ${String(tally.failures).padStart(5)} failures`,
    );
  }
  say(`${inputs} inputs, ${failures} failures (seed ${values.seed})`);
  process.exitCode = failures === 0 && inputs > 0 ? 0 : 1;
}

async function fuzz(target: Target, shareMs: number): Promise<{ inputs: number; failures: number }> {
  const inputs = new Inputs(target, values.seed);
  const first = Number(values.number ?? 0);
  const until = values.number === undefined ? Date.now() + shareMs : 0;
  let [from, failures] = [first, 0];
  const fail = (failure: Failure): void => {
    if (failures++ < MAX_KEPT) keep(target, inputs, failure);
  };
  for (;;) {
    const end = await round(
      { target: target.name, seed: values.seed, from, until, progress: new SharedArrayBuffer(4) },
      fail,
    );
    from = end.next;
    if (end.lost !== undefined) fail({ number: end.next - 1, message: end.lost });
    if (end.lost === undefined || Date.now() >= until) return { inputs: from - first, failures };
  }
}

/** One thread's life: until the time is up, or one input has taken more than its time or memory. */
async function round(
  data: WorkerData,
  fail: (failure: Failure) => void,
): Promise<{ next: number; lost?: string }> {
  const place = new Int32Array(data.progress);
  Atomics.store(place, 0, data.from);
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 },
  });
  let lost: string | undefined;
  let [seen, since] = [-1, process.cpuUsage()];
  const watch = setInterval(() => {
    const now = Atomics.load(place, 0);
    if (now !== seen || now === data.from) [seen, since] = [now, process.cpuUsage()];
    const { user, system } = process.cpuUsage(since);
    if ((user + system) / 1000 < MAX_INPUT_MS || lost !== undefined) return;
    lost = `took more than ${MAX_INPUT_MS} ms`;
    void worker.terminate();
  }, LOOK_EVERY_MS);
  worker.on("message", fail);
  worker.on(
    "error",
    (error) => (lost ??= error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  await new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  clearInterval(watch);
  const next = Atomics.load(place, 0);
  if (next === data.from && lost !== undefined) throw new Error(`the worker did not start: ${lost}`);
  return { next, ...(lost === undefined ? {} : { lost }) };
}

function keep(target: Target, inputs: Inputs, { number, message }: Failure): void {
  const { seed, bytes } = inputs.at(number);
  const file = join(folder, `${target.name.replaceAll("/", "-")}-${values.seed}-${number}`);
  writeFileSync(file, bytes);
  writeFileSync(`${file}.txt`, `${target.name}, made from ${seed.name}\n${message}\n`);
  say(
    `  ${target.name} --seed ${values.seed} --number ${number} (${seed.name}, ${bytes.length} bytes): ${message.split("\n").slice(0, 4).join(" | ").slice(0, 600)}\n    kept as ${file}`,
  );
}
