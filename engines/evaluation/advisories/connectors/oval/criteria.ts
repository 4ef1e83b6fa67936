// SPDX-License-Identifier: Apache-2.0
/**
 * Criteria to the packages that they mean. What stands beside a package under an AND limits it: the release, the module. What an
 * inventory can't tell (keys, running kernels, another package in one version) limits nothing: then more is affected, never less.
 */
import type { VersionRange } from "../../../types.ts";
import { FROM_THE_START } from "../../ranges.ts";
import type { Atom } from "./atoms.ts";
import { Conditions } from "./conditions.ts";
import type { Criterion, TestReference } from "./document.ts";
import { MAX_PACKAGES } from "./limits.ts";

/** Packages of one criterion, and what holds for them. */
export interface AffectedCase {
  readonly ecosystem: "rpm" | "deb";
  readonly names: readonly string[];
  readonly range: VersionRange;
  /** Undefined where the criteria name no product, empty where they name none of ours. */
  readonly releases: readonly string[] | undefined;
  /** Undefined where they name no module. */
  readonly modules: readonly string[] | undefined;
  /** Of the criterion; Ubuntu says there what will become of the flaw. */
  readonly comment: string;
}

/** Called for what can't be read; the rest goes on. */
export type RejectCriterion = (reference: TestReference | undefined, reason: string) => void;

/** Called before so many packages are looked at. @throws FEED_DOCUMENT_INVALID when the document has too many */
export type Spend = (packages: number) => void;

type PackageAtom = Extract<Atom, { is: "package" }>;

/** A criterion with its test read. `packages`: whether it speaks of any. */
export type Part =
  | {
      readonly is: "leaf";
      readonly atom: Atom;
      readonly reference: TestReference;
      readonly packages: boolean;
    }
  | { readonly is: "all" | "any"; readonly parts: readonly Part[]; readonly packages: boolean };

/** Holds never. */
const NOTHING: Part = { is: "any", parts: [], packages: false };
/** Holds always. */
const ANYTHING: Part = { is: "all", parts: [], packages: false };

export function affectedCases(
  criterion: Criterion,
  atomOf: (reference: TestReference) => Atom,
  reject: RejectCriterion,
  spend: Spend,
): readonly AffectedCase[] {
  const reader = new CriteriaReader(atomOf, reject, spend);
  reader.walk(reader.partOf(criterion), new Conditions());
  return reader.finish();
}

class CriteriaReader {
  readonly #atomOf: (reference: TestReference) => Atom;
  readonly #reject: RejectCriterion;
  readonly #spend: Spend;
  readonly #cases: AffectedCase[] = [];
  #hasExact = false;
  #isRejected = false;
  #packages = 0;

  constructor(atomOf: (reference: TestReference) => Atom, reject: RejectCriterion, spend: Spend) {
    this.#atomOf = atomOf;
    this.#spend = spend;
    this.#reject = (reference, reason) => {
      this.#isRejected = true;
      reject(reference, reason);
    };
  }

  finish(): readonly AffectedCase[] {
    if (this.#packages > MAX_PACKAGES) return [];
    if (this.#cases.length === 0 && this.#hasExact && !this.#isRejected) {
      this.#reject(undefined, "it names packages in one version only");
    }
    return this.#cases;
  }

  partOf(criterion: Criterion): Part {
    if (criterion.kind !== "criteria") return this.#leaf(criterion);
    const { operator, negate } = criterion;
    const parts = criterion.parts.map((part) => this.partOf(part));
    const packages = parts.some((part) => part.packages);
    if (operator !== "AND" && operator !== "OR") {
      this.#reject(undefined, `criteria are joined by ${operator.slice(0, 20)}`);
      return NOTHING;
    }
    if (negate && packages) {
      this.#reject(undefined, "criteria with packages are negated");
      return NOTHING;
    }
    return negate ? ANYTHING : { is: operator === "AND" ? "all" : "any", parts, packages };
  }

  #leaf(reference: TestReference): Part {
    const atom = this.#atomOf(reference);
    if (atom.is === "unreadable") this.#reject(reference, atom.reason);
    if (atom.is === "exact") this.#hasExact = true;
    const packages = atom.is === "package";
    if (!reference.negate) return { is: "leaf", atom, reference, packages };
    if (packages) this.#reject(reference, "a package test is negated");
    return packages || atom.is === "unreadable" ? NOTHING : ANYTHING;
  }

  walk(part: Part, conditions: Conditions): void {
    if (!part.packages || this.#packages > MAX_PACKAGES) return;
    if (part.is === "leaf") {
      if (part.atom.is === "package") this.#emit(part.atom, conditions, part.reference);
    } else if (part.is === "any") {
      // A release among alternatives to packages is there for machines of other distros, and limits nothing.
      for (const one of part.parts) this.walk(one, conditions);
    } else {
      this.#walkAll(part.parts, conditions);
    }
  }

  #walkAll(parts: readonly Part[], outer: Conditions): void {
    const conditions = new Conditions(outer);
    for (const part of parts) if (!part.packages) conditions.add(part);
    const fault = conditions.fault;
    if (fault !== undefined) this.#reject(undefined, fault);
    if (!conditions.canHold) return;
    const [first, ...others] = parts.filter(({ packages }) => packages);
    if (first === undefined) return;
    if (others.length === 0) {
      this.walk(first, conditions);
      return;
    }
    const reference = first.is === "leaf" ? first.reference : undefined;
    const joined = others.reduce(
      (all, one) => (all === undefined ? undefined : joinedAtom(all, packageAtom(one))),
      packageAtom(first),
    );
    if (joined !== undefined && reference !== undefined) this.#emit(joined, conditions, reference);
    else this.#reject(reference, "several packages must be there at once");
  }

  #emit(atom: PackageAtom, conditions: Conditions, reference: TestReference): void {
    const { releases, modules } = conditions;
    this.#packages +=
      atom.names.length * Math.max(1, releases?.length ?? 1) * Math.max(1, modules?.length ?? 1);
    if (this.#packages > MAX_PACKAGES) {
      this.#reject(undefined, `it names over ${MAX_PACKAGES} packages`);
      return;
    }
    this.#spend(atom.names.length);
    const { ecosystem, range } = atom;
    const names = conditions.present(atom.names);
    if (names.length === 0) return;
    this.#cases.push({ ecosystem, names, range, releases, modules, comment: reference.comment });
  }
}

function packageAtom(part: Part): PackageAtom | undefined {
  return part.is === "leaf" && part.atom.is === "package" ? part.atom : undefined;
}

/** Two tests of the same package: a lower and an upper bound, or one test given twice. */
function joinedAtom(a: PackageAtom, b: PackageAtom | undefined): PackageAtom | undefined {
  if (a === b) return a;
  if (b === undefined || a.names.length !== 1 || b.names.length !== 1 || a.names[0] !== b.names[0])
    return undefined;
  const introduced = a.range.introduced === FROM_THE_START ? b.range.introduced : a.range.introduced;
  const range: VersionRange = { ...a.range, ...b.range, introduced };
  const agrees = ({ range: one }: PackageAtom): boolean =>
    (one.introduced === FROM_THE_START || one.introduced === introduced) &&
    (one.fixed ?? range.fixed) === range.fixed &&
    (one.lastAffected ?? range.lastAffected) === range.lastAffected;
  return agrees(a) && agrees(b) ? { ...a, range } : undefined;
}
