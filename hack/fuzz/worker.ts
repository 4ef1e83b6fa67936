// SPDX-License-Identifier: Apache-2.0
/** Gives one target its inputs, each twice with pieces of other sizes, until the time is up. Killed from outside where it hangs. */
import { parentPort, workerData } from "node:worker_threads";
import { StellaError } from "#lib/errors.ts";
import { Inputs, type Input } from "./input.ts";
import type { Random } from "./random.ts";
import { targets } from "./targets.ts";
import type { Target } from "./target.ts";

export interface WorkerData {
  readonly target: string;
  readonly seed: string;
  readonly from: number;
  /** Milliseconds since the epoch; for one input only: 0. */
  readonly until: number;
  /** The number of the input in hand. */
  readonly progress: SharedArrayBuffer;
}

export interface Failure {
  readonly number: number;
  readonly message: string;
}

/** Longer inputs are not given in pieces of a few bytes, which would take most of the time. */
const SMALL = 16 * 1024;
/** More for one input is no parser's due. */
const MAX_GROWTH = 512 * 1024 * 1024;

const { target: name, seed, from, until, progress } = workerData as WorkerData;
const place = new Int32Array(progress);
const target = targets.find((each) => each.name === name) as Target;
const inputs = new Inputs(target, seed);
let number = from;
do {
  const input = inputs.at(number);
  Atomics.store(place, 0, number + 1);
  const message = await failureOf(input, number);
  if (message !== undefined) parentPort?.postMessage({ number, message } satisfies Failure);
  number++;
} while (Date.now() < until);

async function failureOf(input: Input, at: number): Promise<string | undefined> {
  const before = process.memoryUsage.rss();
  const first = await outcomeOf(input, inputs.random(at, "pieces"));
  const second = await outcomeOf(input, inputs.random(at, "other pieces"));
  const growth = process.memoryUsage.rss() - before;
  if (first.bug !== undefined) return first.bug;
  if (first.text !== second.text)
    return `two answers:\n  ${first.text.slice(0, 2000)}\n  ${second.text.slice(0, 2000)}`;
  if (growth > MAX_GROWTH) return `memory grew by ${Math.round(growth / 1024 / 1024)} MiB`;
  return undefined;
}

/** What it states, or the code and message of the error that it may throw. */
async function outcomeOf(
  { seed: of, bytes }: Input,
  random: Random,
): Promise<{ text: string; bug?: string }> {
  const large = [[4096, 100, 65_536], [511, 512, 1025], [1 << 20]];
  const sizes = random.oneOf(bytes.length > SMALL ? large : [[1, 2, 3], [7, 512, 513], ...large]);
  const copy = Buffer.from(bytes);
  try {
    return { text: JSON.stringify([await target.run(of, copy, () => random.oneOf(sizes))]) };
  } catch (error) {
    if (error instanceof StellaError && error.kind !== "bug")
      return { text: `${error.code} ${error.message}` };
    const bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { text: bug, bug };
  }
}
