// SPDX-License-Identifier: Apache-2.0
/** Bounded retries: exponential backoff with full jitter, or as long as the server asks for. */
import type { HttpPorts } from "./ports.ts";

export interface RetrySettings {
  /** Tries of one request, the first included. Default 4. */
  readonly maxAttempts?: number;
  /** A server that asks for a longer pause (`Retry-After`) is given up on. Default 30 s. */
  readonly maxRetryWaitMs?: number;
}

const BASE_MS = 250;
const CAP_MS = 8000;
const DEFAULT_ATTEMPTS = 4;
const DEFAULT_MAX_WAIT_MS = 30_000;

/** A failure that may pass. `error` is what the caller sees when it does not. */
export class Retryable extends Error {
  readonly error: Error;
  /** The pause that the server asked for. */
  readonly afterMs: number | undefined;

  constructor(error: Error, afterMs?: number) {
    super(error.message, { cause: error });
    this.error = error;
    this.afterMs = afterMs;
  }
}

/** Runs `attempt` until it succeeds or throws something else than Retryable, and a bounded number of times. */
export async function withRetry<T>(
  settings: RetrySettings,
  ports: HttpPorts,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const attempts = Math.max(1, settings.maxAttempts ?? DEFAULT_ATTEMPTS);
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Retryable)) throw error;
      const wait = error.afterMs ?? backoffMs(made, ports);
      if (made >= attempts || wait > (settings.maxRetryWaitMs ?? DEFAULT_MAX_WAIT_MS)) throw error.error;
      await ports.sleep(wait, signal);
    }
  }
}

/** Pause after the `made`-th failure, the first being 1. */
export function backoffMs(made: number, ports: Pick<HttpPorts, "random">): number {
  return Math.round(ports.random() * Math.min(CAP_MS, BASE_MS * 2 ** (made - 1)));
}

/** `Retry-After` of RFC 9110 section 10.2.3, as milliseconds from `nowMs`. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
