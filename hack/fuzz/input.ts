// SPDX-License-Identifier: Apache-2.0
/** The inputs of a target by number: the same seed and number give the same bytes, in whichever thread. */
import { cutAt, mutated } from "./mutate.ts";
import { randomOf, type Random } from "./random.ts";
import type { Seed, Target } from "./target.ts";

export interface Input {
  readonly seed: Seed;
  readonly bytes: Buffer;
}

/** Cut at each of its lengths, one after the other, where it is no longer than this. */
const SHORT = 4096;

export class Inputs {
  readonly #target: Target;
  readonly #name: string;
  #seeds: readonly Seed[] | undefined;

  constructor(target: Target, seed: string) {
    this.#target = target;
    this.#name = seed;
  }

  /** First each seed as it is, then damaged in turns. */
  at(number: number): Input {
    const seeds = (this.#seeds ??= this.#target.seeds());
    if (seeds.length === 0) throw new Error(`${this.#target.name} has no seeds`);
    const round = Math.floor(number / seeds.length);
    const seed = seeds[number % seeds.length] as Seed;
    const random = this.random(number, "bytes");
    const other = random.oneOf(seeds);
    if (round % 3 !== 1) return { seed, bytes: mutated(seed.bytes, other.bytes, round, random) };
    const length = Math.floor(round / 3) % (seed.bytes.length + 1);
    return {
      seed,
      bytes: Buffer.from(
        seed.bytes.length <= SHORT ? seed.bytes.subarray(0, length) : cutAt(seed.bytes, random),
      ),
    };
  }

  random(number: number, use: string): Random {
    return randomOf(`${this.#name} ${this.#target.name} ${number} ${use}`);
  }
}
