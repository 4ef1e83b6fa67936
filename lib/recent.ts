// SPDX-License-Identifier: Apache-2.0
/**
 * Answers that were asked for lately, up to a weight. There are two generations: what is used moves to the young one, and when that
 * is full the old one goes as a whole. So what is asked for often stays, and a look-up costs no list to be kept in order.
 */

export class Recent<Key, Value> {
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  #weight = 0;
  readonly #maxWeight: number;
  readonly #weigh: (value: Value, key: Key) => number;

  /**
   * @param max of both generations together, give or take one value
   * @param weigh more than 0 for any value; 1 unless given
   */
  constructor(max: number, weigh: (value: Value, key: Key) => number = () => 1) {
    this.#maxWeight = max / 2;
    this.#weigh = weigh;
  }

  /** The value of a key, which `make` makes from nothing but the key where it is not known. What it throws is not kept. */
  get(key: Key, make: () => Value): Value {
    const young = this.#young.get(key);
    if (young !== undefined || this.#young.has(key)) return young as Value;
    const isOld = this.#old.has(key);
    const value = isOld ? (this.#old.get(key) as Value) : make();
    if (isOld) this.#old.delete(key);
    const weight = this.#weigh(value, key);
    this.#weight += weight;
    if (this.#weight > this.#maxWeight) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = weight;
    }
    this.#young.set(key, value);
    return value;
  }

  /** Of both generations. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
