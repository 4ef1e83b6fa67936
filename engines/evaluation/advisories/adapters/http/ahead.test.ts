// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { ahead } from "./ahead.ts";

/** Work that ends when it is told to. */
function controlled() {
  const ends = new Map<number, PromiseWithResolvers<number>>();
  const begun: number[] = [];
  const signals: AbortSignal[] = [];
  const run = (item: number, signal: AbortSignal): Promise<number> => {
    begun.push(item);
    signals.push(signal);
    const end = Promise.withResolvers<number>();
    ends.set(item, end);
    return end.promise;
  };
  return { run, begun, signals, end: (item: number) => ends.get(item)?.resolve(item * 10), ends };
}

it("gives results in order, with at most so many under way", async () => {
  const { run, begun, end } = controlled();
  const results = ahead([1, 2, 3, 4], 2, run);
  const first = results.next();
  expect(begun).toEqual([1, 2]);
  end(2);
  end(1);
  expect(await first).toEqual({ done: false, value: 10 });
  const second = results.next();
  expect(begun).toEqual([1, 2, 3]);
  expect(await second).toEqual({ done: false, value: 20 });
});

it("ends with the first failure, and calls off the rest", async () => {
  const { run, signals, end, ends } = controlled();
  const results = ahead([1, 2, 3], 3, run);
  const first = results.next();
  ends.get(2)?.reject(new Error("second"));
  end(1);
  await first;
  const second = results.next();
  end(3);
  await expect(second).rejects.toThrow("second");
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});

it("calls off the rest when its reader leaves, and waits for its end", async () => {
  const { run, signals, end } = controlled();
  const results = ahead([1, 2], 2, run);
  const first = results.next();
  end(1);
  await first;
  const left = results.return(undefined);
  await new Promise(setImmediate);
  expect(signals[1]?.aborted).toBe(true);
  end(2);
  await left;
});

it("of nothing is nothing", async () => {
  expect(await ahead([], 3, () => Promise.resolve(1)).next()).toEqual({ done: true, value: undefined });
});
