// SPDX-License-Identifier: Apache-2.0
/** Time as a port: what backoff, leases and resync wait on, so that tests move it by hand. */
import type { Clock } from "../clock.ts";

export interface Timers extends Clock {
  /** Milliseconds that only ever grow, whatever happens to the wall clock. */
  monotonic(): number;
  /** Runs `fire` once after `ms`; the answer cancels it. */
  after(ms: number, fire: () => void): () => void;
}

/** Longest wait that setTimeout can hold. */
const MAX_MS = 2_147_483_647;

export const systemTimers: Timers = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, fire) => {
    const timer = setTimeout(fire, Math.min(Math.max(ms, 0), MAX_MS));
    return () => clearTimeout(timer);
  },
};

/** Waits; ends early, without an error, when the signal aborts. */
export async function pause(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = timers.after(ms, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** Asked again after an await, where a plain read would be narrowed to its earlier answer. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** A number in [0, 1): where jitter comes from. */
export type Random = () => number;

/** Exponential wait for the n-th failure in a row (first is 1): full size at most, half of it at least. */
export function backoffMs(failures: number, baseMs: number, maxMs: number, random: Random): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(Math.max(failures - 1, 0), 40));
  return full / 2 + (full / 2) * random();
}

/** `ms` moved by at most `share` of itself, either way. */
export function jittered(ms: number, share: number, random: Random): number {
  return ms * (1 - share + 2 * share * random());
}

/** metav1.MicroTime: RFC 3339 with six digits of the second. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
