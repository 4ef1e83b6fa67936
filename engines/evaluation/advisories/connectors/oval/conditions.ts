// SPDX-License-Identifier: Apache-2.0
/** What must hold beside a package: one of some releases, one of some modules, and that some packages are not there. */
import type { Part } from "./criteria.ts";
import { MAX_ALTERNATIVES } from "./limits.ts";

/** Alternatives of which one must be there; undefined: any. */
type Alternatives = readonly string[] | undefined;

interface Choice {
  readonly releases: Alternatives;
  readonly modules: Alternatives;
}

const ANY: Choice = { releases: undefined, modules: undefined };

export class Conditions {
  readonly #outer: Conditions | undefined;
  readonly #absent = new Set<string>();
  #releases: Alternatives;
  #modules: Alternatives;
  #canHold = true;
  #fault: string | undefined;

  /** @param outer conditions that hold too */
  constructor(outer?: Conditions) {
    this.#outer = outer;
    this.#releases = outer?.releases;
    this.#modules = outer?.modules;
  }

  get releases(): Alternatives {
    return this.#releases;
  }

  get modules(): Alternatives {
    return this.#modules;
  }

  /** False where they contradict each other, or one of them can't be read. */
  get canHold(): boolean {
    return this.#canHold && this.#modules?.length !== 0;
  }

  /** Why they can't be read. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Those that may be there. "Is installed and is not installed": Red Hat writes so of packages that are not affected. */
  present(names: readonly string[]): readonly string[] {
    const left = this.#absent.size === 0 ? names : names.filter((name) => !this.#absent.has(name));
    return this.#outer === undefined ? left : this.#outer.present(left);
  }

  add(part: Part): void {
    if (part.is === "all") {
      for (const one of part.parts) this.add(one);
    } else if (part.is === "leaf" && part.atom.is === "absent") {
      for (const name of part.atom.names) this.#absent.add(name);
    } else {
      const choice = choiceOf(part);
      if (choice === undefined) this.#canHold = false;
      else {
        this.#releases = common(this.#releases, choice.releases);
        this.#modules = common(this.#modules, choice.modules);
      }
      const most = Math.max(this.#releases?.length ?? 0, this.#modules?.length ?? 0);
      if (most > MAX_ALTERNATIVES) {
        this.#canHold = false;
        this.#fault = `it names over ${MAX_ALTERNATIVES} releases or modules`;
      }
    }
  }
}

/** Undefined where it can't hold. */
function choiceOf(part: Part): Choice | undefined {
  if (part.is === "leaf") return choiceOfLeaf(part);
  const choices = part.parts.map(choiceOf).filter((choice) => choice !== undefined);
  if (part.is === "all") {
    if (choices.length < part.parts.length) return undefined;
    return choices.reduce(
      (all, one) => ({
        releases: common(all.releases, one.releases),
        modules: common(all.modules, one.modules),
      }),
      ANY,
    );
  }
  if (choices.length === 0) return undefined;
  return {
    releases: union(choices.map(({ releases }) => releases)),
    modules: union(choices.map(({ modules }) => modules)),
  };
}

function choiceOfLeaf({ atom }: Extract<Part, { is: "leaf" }>): Choice | undefined {
  switch (atom.is) {
    case "platform":
      return { ...ANY, releases: atom.release === undefined ? [] : [atom.release] };
    case "module":
      return { ...ANY, modules: [atom.module] };
    case "never":
    case "unreadable":
      return undefined;
    case "package":
    case "absent":
    case "beside":
    case "exact":
      return ANY;
  }
}

function common(a: Alternatives, b: Alternatives): Alternatives {
  if (a === undefined || b === undefined) return a ?? b;
  const others = new Set(b);
  return a.filter((one) => others.has(one));
}

/** Any, where one of them is any. */
function union(all: readonly Alternatives[]): Alternatives {
  const known = all.filter((one) => one !== undefined);
  return known.length < all.length ? undefined : [...new Set(known.flat())];
}
