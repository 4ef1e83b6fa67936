// SPDX-License-Identifier: Apache-2.0
/** Waiting for a state of a real system: asks again until it holds, and says what was seen last when it never does. */
import { setTimeout as pause } from "node:timers/promises";

const EVERY_MS = 250;

/** @returns what `look` returned first that was neither undefined nor false. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined | false>,
  timeoutMs = 60_000,
): Promise<Value> {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`not within ${timeoutMs / 1000} s: ${what}; last: ${String(last)}`, { cause: last });
    }
    await pause(EVERY_MS);
  }
}
