// SPDX-License-Identifier: Apache-2.0
/** Programs that the scripts on the way run and that end before the last one; each is followed once, after the way itself. */
import type { Process } from "./process.ts";

/** Different commands of one trace; the entry scripts of official images run some dozens. */
const MAX_RAN = 128;
/** Words, and characters of each, by which commands are told apart. */
const MAX_KEY_WORDS = 8;
const MAX_KEY_LENGTH = 200;

export class RanPrograms {
  readonly #known = new Set<string>();
  readonly #waiting: Process[] = [];
  /** True once a command was left out. */
  isCut = false;

  /** @param words what tells the command from others. @param make called for a command that is new */
  add(words: readonly string[], make: () => Process): void {
    const key = JSON.stringify(words.slice(0, MAX_KEY_WORDS).map((word) => word.slice(0, MAX_KEY_LENGTH)));
    if (this.#known.has(key)) return;
    if (this.#known.size >= MAX_RAN) {
      this.isCut = true;
      return;
    }
    this.#known.add(key);
    this.#waiting.push(make());
  }

  /** The next one that was not taken yet, in the order in which they were found. */
  take(): Process | undefined {
    return this.#waiting.shift();
  }
}
