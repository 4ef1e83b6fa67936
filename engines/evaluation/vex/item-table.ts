// SPDX-License-Identifier: Apache-2.0
/** Items that are held once and known by their place. */
export interface ItemTable<Item> {
  /** In the order of first use. */
  readonly items: readonly Item[];
  place(key: string, make: () => Item): number;
}

export function itemTable<Item>(): ItemTable<Item> {
  const items: Item[] = [];
  const places = new Map<string, number>();
  return {
    items,
    place(key, make) {
      const known = places.get(key);
      if (known !== undefined) return known;
      const item = make();
      places.set(key, items.length);
      return items.push(item) - 1;
    },
  };
}
