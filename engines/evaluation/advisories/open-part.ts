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
  #covers: Set<string> | undefined;
  #skipped = 0;
  #notCompared: readonly string[] = NONE;
  #rejected: readonly Rejection[] = NONE;
  #rejectedCount = 0;
  /** Lists and maps that were made here, and may grow. */
  #own: Set<object> | undefined;

  constructor(name: string, maxListed: number) {
    this.#name = name;
    this.#maxListed = maxListed;
  }

  add({ advisories = NONE, exploited = NONE, epss = NO_SCORES, covers = NONE, ...rest }: Contribution): void {
    this.#advisories = this.#joined(this.#advisories, advisories);
    this.#exploited = this.#joined(this.#exploited, exploited);
    if (this.#epss.size === 0) this.#epss = epss;
    else if (epss.size > 0) this.#epss = this.#scores(epss);
    this.#cover(covers);
    for (const { affected } of advisories)
      for (const { distro } of affected) if (distro !== undefined) this.#cover([distro]);
    this.#skipped += rest.skipped ?? 0;
    this.#notCompared = this.#joined(this.#notCompared, rest.notCompared ?? NONE);
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
      covers: this.#covers === undefined ? NONE : [...this.#covers].sort(),
      skipped: this.#skipped,
      ...(this.#notCompared.length === 0 ? {} : { notCompared: this.#notCompared }),
      rejected: this.#rejected,
      rejectedCount: this.#rejectedCount,
    };
  }

  #cover(distros: readonly string[]): void {
    if (distros.length > 0) this.#covers ??= new Set();
    for (const distro of distros) this.#covers?.add(distro);
  }

  /**
   * Most documents give one list, which is kept as it is. An archive may hold thousands of one name: what they add goes into a list that
   * grows, since to copy each time what is there would take time with the square of their number.
   */
  #joined<Item>(a: readonly Item[], b: readonly Item[]): readonly Item[] {
    if (a.length === 0) return b;
    if (b.length === 0) return a;
    const list = this.#own?.has(a) === true ? (a as Item[]) : this.#owned([...a]);
    for (const item of b) list.push(item);
    return list;
  }

  #scores(more: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    const scores =
      this.#own?.has(this.#epss) === true
        ? (this.#epss as Map<string, number>)
        : this.#owned(new Map(this.#epss));
    for (const [id, score] of more) scores.set(id, score);
    return scores;
  }

  #owned<Made extends object>(made: Made): Made {
    (this.#own ??= new Set()).add(made);
    return made;
  }
}
