// SPDX-License-Identifier: Apache-2.0
/** Runs of a list of texts that is sorted by `byText`, found without looking at all of it. */
import { byText } from "#lib/compare.ts";

/** Those that begin with `prefix`. */
export function startingWith(sorted: readonly string[], prefix: string): Generator<string> {
  return runFrom(sorted, prefix, (text) => text.startsWith(prefix));
}

/** The path itself and all below it, at any depth. */
export function* atOrUnder(sorted: readonly string[], path: string): Generator<string> {
  yield* runFrom(sorted, path, (text) => text === path);
  yield* startingWith(sorted, `${path}/`);
}

function* runFrom(
  sorted: readonly string[],
  start: string,
  belongs: (text: string) => boolean,
): Generator<string> {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byText(sorted[middle] ?? "", start) < 0) low = middle + 1;
    else high = middle;
  }
  for (let at = low, text = sorted[at]; text !== undefined && belongs(text); text = sorted[++at]) yield text;
}
