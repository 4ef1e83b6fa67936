// SPDX-License-Identifier: Apache-2.0
/** What one document gives, gathered while it is read. */
import type { Advisory } from "../types.ts";
import type { Contribution, DocumentPart, Rejection } from "./types.ts";

const NONE: readonly never[] = [];
const NO_SCORES: ReadonlyMap<string, number> = new Map();

export class OpenPart {
  readonly #name: string;
  readonly #maxListed: number;
  #stamp: string | undefined;
  #advisories: readonly Advisory[] = NONE;
  #exploited: readonly string[] = NONE;
  #epss = NO_SCORES;
  #covers: readonly string[] = NONE;
  #skipped = 0;
  #notCompared: readonly string[] = NONE;
  #rejected: readonly Rejection[] = NONE;
  #rejectedCount = 0;

  constructor(name: string, maxListed: number) {
    this.#name = name;
    this.#maxListed = maxListed;
  }

  add({ advisories = NONE, exploited = NONE, epss = NO_SCORES, covers = NONE, ...rest }: Contribution): void {
    const covered = new Set([...this.#covers, ...covers]);
    for (const { affected } of advisories) {
      for (const { distro } of affected) if (distro !== undefined) covered.add(distro);
    }
    this.#advisories = joined(this.#advisories, advisories);
    this.#exploited = joined(this.#exploited, exploited);
    this.#epss = this.#epss.size === 0 ? epss : new Map([...this.#epss, ...epss]);
    this.#covers = covered.size === 0 ? NONE : [...covered].sort();
    this.#skipped += rest.skipped ?? 0;
    this.#notCompared = joined(this.#notCompared, rest.notCompared ?? NONE);
    this.#stamp = rest.modified ?? this.#stamp;
  }

  reject(rejection: Rejection): void {
    this.#rejectedCount += 1;
    if (this.#rejected.length < this.#maxListed) this.#rejected = [...this.#rejected, rejection];
  }

  close(): DocumentPart {
    return {
      name: this.#name,
      ...(this.#stamp === undefined ? {} : { stamp: this.#stamp }),
      advisories: this.#advisories,
      exploited: this.#exploited,
      epss: this.#epss,
      covers: this.#covers,
      skipped: this.#skipped,
      ...(this.#notCompared.length === 0 ? {} : { notCompared: this.#notCompared }),
      rejected: this.#rejected,
      rejectedCount: this.#rejectedCount,
    };
  }
}

/** Most documents give one list. */
const joined = <Item>(a: readonly Item[], b: readonly Item[]): readonly Item[] =>
  a.length === 0 ? b : b.length === 0 ? a : [...a, ...b];
