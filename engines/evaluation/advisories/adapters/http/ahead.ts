// SPDX-License-Identifier: Apache-2.0
/** Work that waits for the network, a few pieces at a time, with its results in order. */

/**
 * At most `width` pieces are under way or wait to be taken. The first that fails ends it; leaving early calls off the
 * rest and waits for its end.
 */
export async function* ahead<Item, Result>(
  items: Iterable<Item>,
  width: number,
  run: (item: Item, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Result> {
  const stop = new AbortController();
  const rest = items[Symbol.iterator]();
  const begun: Promise<Result>[] = [];
  const begin = (): void => {
    while (begun.length < width) {
      const next = rest.next();
      if (next.done === true) return;
      const result = run(next.value, stop.signal);
      result.catch(() => undefined); // it is told when its turn comes, or was called off
      begun.push(result);
    }
  };
  try {
    for (;;) {
      begin();
      const first = begun[0];
      if (first === undefined) return;
      const result = await first;
      void begun.shift();
      yield result;
    }
  } finally {
    stop.abort();
    await Promise.allSettled(begun);
  }
}
