// SPDX-License-Identifier: Apache-2.0
/** A token bucket as a value: bursts up to a size, and one more every so often. */

export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** The bucket after one token was taken; undefined when there is none to take. */
export function takeToken(
  bucket: Bucket | undefined,
  nowMs: number,
  { burst, refillMs }: { readonly burst: number; readonly refillMs: number },
): Bucket | undefined {
  const gained = bucket === undefined ? burst : (nowMs - bucket.atMs) / refillMs;
  const tokens = Math.min(burst, (bucket?.tokens ?? 0) + gained);
  return tokens < 1 ? undefined : { tokens: tokens - 1, atMs: nowMs };
}
