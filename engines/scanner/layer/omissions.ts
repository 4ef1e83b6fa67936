// SPDX-License-Identifier: Apache-2.0
/** The omissions of one layer, a bounded number of each code with a count of the rest. */
import { byKey } from "#lib/compare.ts";
import type { Omission } from "../types.ts";

export class Omissions {
  readonly #kept = new Map<string, Omission[]>();
  readonly #dropped = new Map<string, number>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  add(omission: Omission): void {
    const kept = this.#kept.get(omission.code) ?? [];
    this.#kept.set(omission.code, kept);
    if (kept.length < this.#max) kept.push(omission);
    else this.#dropped.set(omission.code, (this.#dropped.get(omission.code) ?? 0) + 1);
  }

  /** Sorted by code, path and analyzer; of a code with more than the limit, one entry says how many more. */
  all(): Omission[] {
    const rest = [...this.#dropped].map(([code, count]): Omission => ({
      code,
      message: `and ${count} more`,
    }));
    return [...[...this.#kept.values()].flat(), ...rest].sort(
      byKey(({ code, path, analyzer, message }) =>
        JSON.stringify([code, path ?? "\uffff", analyzer, message]),
      ),
    );
  }
}
