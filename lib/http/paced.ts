// SPDX-License-Identifier: Apache-2.0
/** A body that must keep coming: the idle limit alone lets a server hold a reader for ever with a byte now and then. */
import { systemClock } from "../clock.ts";
import type { Clock } from "../clock.ts";

/** Time spent waiting for bytes, in which so many must come. */
const WINDOW_MS = 60_000;
const MIN_BYTES = 64 * 1024;

/** Code of the error for a body that came too slowly; `networkFault` knows it. */
export const TOO_SLOW = "TOO_SLOW";

/** The same parts. What the reader itself takes its time over does not count. */
export async function* paced(
  body: AsyncIterable<Uint8Array>,
  clock: Clock = systemClock,
): AsyncGenerator<Uint8Array, void, undefined> {
  let [waited, bytes] = [0, 0];
  let asked = clock.now();
  for await (const part of body) {
    waited += clock.now() - asked;
    bytes += part.length;
    if (waited >= WINDOW_MS) {
      if (bytes < MIN_BYTES)
        throw Object.assign(new Error("the answer comes too slowly"), { code: TOO_SLOW });
      [waited, bytes] = [0, 0];
    }
    yield part;
    asked = clock.now();
  }
}
