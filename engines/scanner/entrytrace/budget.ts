// SPDX-License-Identifier: Apache-2.0
/** How much work a trace may do. No clock: the same input always stops at the same place. */

/** Nested commands, words and files: far more than a person writes, and far from the end of the stack. */
const MAX_NESTING = 400;

/** Ends the trace wherever it is; caught by `traceEntry` only. */
export class BudgetExhausted extends Error {}

/** For following what was found until then. */
const RESERVE = 2000;

export class Budget {
  #left: number;
  #nesting = 0;
  #hasReserve = true;

  constructor(evaluations: number) {
    this.#left = evaluations;
  }

  /** @throws BudgetExhausted */
  spend(evaluations = 1): void {
    this.#left -= evaluations;
    if (this.#left < 0) throw new BudgetExhausted("the scripts ask for more work than a trace does");
  }

  /** Once: room to follow the programs found before the budget ran out. */
  useReserve(): void {
    if (this.#hasReserve) this.#left = Math.max(this.#left, 0) + RESERVE;
    this.#hasReserve = false;
  }

  /** Runs `work` one level deeper. @throws BudgetExhausted */
  nested<Value>(work: () => Value): Value {
    this.spend();
    if (this.#nesting >= MAX_NESTING) throw new BudgetExhausted("the scripts are nested too deep");
    this.#nesting++;
    try {
      return work();
    } finally {
      this.#nesting--;
    }
  }
}
