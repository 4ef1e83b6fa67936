// SPDX-License-Identifier: Apache-2.0
/**
 * Says what a step is doing, again every few seconds while it lasts, and how long it took.
 */
import { duration, type Log } from "./log.ts";

const SPEAK_EVERY_MS = 10_000;

/** `detail` is asked for each time the step speaks up: "412 of 1480 packages". */
export async function step<Result>(
  log: Log,
  title: string,
  work: () => Promise<Result>,
  detail: () => string = () => "",
): Promise<Result> {
  const start = performance.now();
  const since = () => duration(performance.now() - start);
  log(`${title} ...`);
  const timer = setInterval(() => {
    log(`${title} ... ${[since(), detail()].filter((text) => text !== "").join(", ")}`);
  }, SPEAK_EVERY_MS);
  try {
    const result = await work();
    log(`${title}: ${since()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
