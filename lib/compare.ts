// SPDX-License-Identifier: Apache-2.0
/** Orders that no locale can change. */

/** By UTF-16 code unit: the same on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By a text that `key` takes from each item. */
export function byKey<Item>(key: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => byText(key(a), key(b));
}
