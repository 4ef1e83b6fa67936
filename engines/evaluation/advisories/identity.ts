// SPDX-License-Identifier: Apache-2.0
/**
 * Which advisories speak of one vulnerability. A CVE is never merged with another CVE, however aliases cross
 * (one XSA or DSA names many; a snapshot has such an advisory once for each of them); other ids follow the CVE that they name, else the
 * one whose record names them, or each other where no CVE is known.
 */
import { byText } from "#lib/compare.ts";
import type { Advisory } from "../types.ts";

type Identified = Pick<Advisory, "id" | "aliases" | "affected">;

export function isCve(id: string): boolean {
  return /^CVE-\d{4}-\d{4,}$/.test(id);
}

/**
 * Gives each advisory the id under which its vulnerability is reported. The order of the input does not matter. One that names no
 * package has a place of its own, and gives none to others: it has nothing to show that it means the same.
 */
export function primaryIds(advisories: readonly Identified[]): (advisory: Identified) => string {
  const sets = new DisjointSets();
  const named = new Map<string, string>();
  const claimed = new Map<string, string>();
  const telling = advisories.filter(({ affected }) => affected.length > 0);
  const [records, others] = [telling.filter(({ id }) => isCve(id)), telling.filter(({ id }) => !isCve(id))];
  for (const { id, aliases } of others) {
    if (aliases.filter(isCve).length > 1) continue;
    for (const alias of aliases) if (!isCve(alias)) sets.join(id, alias);
  }
  for (const { id, aliases } of others) {
    const cve = smallestCve(aliases);
    if (cve === undefined) continue;
    const root = sets.root(id);
    named.set(root, smallestCve([cve, named.get(root) ?? cve]) ?? cve);
  }
  // What several CVEs' records name is an update's id, or a mistake: it says nothing of which of them is meant.
  for (const { id, aliases } of records) {
    const isAlone = !aliases.some((alias) => isCve(alias) && alias !== id);
    for (const root of new Set(aliases.filter((alias) => !isCve(alias)).map((alias) => sets.root(alias))))
      claimed.set(root, isAlone && (claimed.get(root) ?? id) === id ? id : SEVERAL);
  }
  return ({ id, aliases }) => {
    if (isCve(id)) return id;
    const root = sets.root(id);
    const told = smallestCve(aliases) ?? named.get(root) ?? claimed.get(root) ?? SEVERAL;
    return told === SEVERAL ? root : told;
  };
}

const SEVERAL = "";

/**
 * An advisory of several CVEs is that of an update (RHSA, USN, DSA), and speaks of each of them: none hides behind another, and what
 * is known of one (exploitation, VEX) is not said of the others.
 */
export function ofEachCve(advisory: Advisory): readonly Advisory[] {
  if (timesOf(advisory) === 1) return [advisory];
  const cves = advisory.aliases.filter(isCve);
  const others = advisory.aliases.filter((alias) => !isCve(alias));
  return cves.map((cve) => ({ ...advisory, aliases: [...others, cve].sort(byText) }));
}

/** How often `ofEachCve` has an advisory. */
export function timesOf({ id, aliases }: Pick<Advisory, "id" | "aliases">): number {
  return isCve(id) ? 1 : Math.max(1, aliases.filter(isCve).length);
}

/** Oldest by year, then by number. */
function smallestCve(ids: readonly string[]): string | undefined {
  return ids.filter(isCve).sort(byCve)[0];
}

function byCve(a: string, b: string): number {
  const [, yearA = "", numberA = ""] = a.split("-");
  const [, yearB = "", numberB = ""] = b.split("-");
  return byText(yearA, yearB) || numberA.length - numberB.length || byText(numberA, numberB);
}

/** Where no CVE is known the best known id stands for the set. */
const PREFERENCE = ["GHSA-", "GO-", "PYSEC-", "RUSTSEC-", "OSV-", "NSWG-"];

function preference(id: string): string {
  const rank = PREFERENCE.findIndex((prefix) => id.startsWith(prefix));
  return `${rank < 0 ? PREFERENCE.length : rank} ${id}`;
}

/** Union-find; the root of a set is its preferred id, so that it does not depend on the order of joins. */
class DisjointSets {
  readonly #parents = new Map<string, string>();

  root(id: string): string {
    let at = id;
    for (;;) {
      const parent = this.#parents.get(at);
      if (parent === undefined) break;
      at = parent;
    }
    for (let walk = id; walk !== at;) {
      const next = this.#parents.get(walk) ?? at;
      this.#parents.set(walk, at);
      walk = next;
    }
    return at;
  }

  join(a: string, b: string): void {
    const [first, second] = [this.root(a), this.root(b)].sort((x, y) => byText(preference(x), preference(y)));
    if (first !== undefined && second !== undefined && first !== second) this.#parents.set(second, first);
  }
}
