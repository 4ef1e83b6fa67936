// SPDX-License-Identifier: Apache-2.0
/** What the fuzzer gives inputs to. */

export interface Seed {
  /** For people, and part of what makes an input's random numbers. */
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Target {
  readonly name: string;
  /** Good inputs; read once, when the target is first used. */
  readonly seeds: () => readonly Seed[];
  /**
   * What the parser states, or a promise of it, as something that JSON can show. What it throws must be a StellaError.
   * @param pieces asked for the length of each next piece, where the parser takes its input in pieces
   */
  readonly run: (seed: Seed, bytes: Buffer, pieces: () => number) => unknown;
}
