// SPDX-License-Identifier: Apache-2.0
/** How long a failed job waits for its next attempt: exponential, with half of it random so that failures spread. */

export interface Backoff {
  /** Longest wait after the first failure; doubles with each one. */
  readonly baseMs: number;
  readonly maxMs: number;
}

export const defaultBackoff: Backoff = { baseMs: 1000, maxMs: 300_000 };

/** Between half and all of `baseMs * 2^(attempt-1)`, at most `maxMs`. `random` is from 0 up to 1. */
export function backoffMs(attempt: number, backoff: Backoff, random: number): number {
  const ceiling = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(attempt - 1, 40));
  return Math.round(ceiling * (0.5 + random / 2));
}
