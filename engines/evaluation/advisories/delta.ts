// SPDX-License-Identifier: Apache-2.0
/**
 * What a new snapshot changes: the packages about which an evaluation could give another answer than with the old one. Positions
 * and order in the files do not count, only what is said.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byText } from "#lib/compare.ts";
import { packageKey } from "./ecosystems.ts";
import type { Snapshot, SnapshotEntry } from "./snapshot/open.ts";

export interface SnapshotDelta {
  readonly from: string;
  readonly to: string;
  /** Package keys (`deb|debian:12|glibc`) whose entries, or whose vulnerabilities' facts, differ; sorted. */
  readonly changedProductKeys: readonly string[];
  /** Keys of which only the probability of exploitation differs; sorted. Policies that do not ask for it judge as before. */
  readonly epssProductKeys: readonly string[];
  /** Distro releases and ecosystems that one speaks about and the other does not: what no advisory covers makes a report partial. */
  readonly changedCoverage: readonly string[];
}

/** @throws SNAPSHOT_CORRUPT when a snapshot was opened unverified and is damaged */
export function snapshotDelta(before: Snapshot, after: Snapshot): SnapshotDelta {
  const changed: string[] = [];
  const epss: string[] = [];
  const [textBefore, textAfter] = [describer(before), describer(after)];
  for (const [key, old, now] of pairs(before.packages(), after.packages())) {
    const [was, is] = [textBefore(old), textAfter(now)];
    if (was.facts !== is.facts) changed.push(key);
    else if (was.epss !== is.epss) epss.push(key);
  }
  const covered = new Set([...before.covers, ...after.covers]);
  return {
    from: before.id,
    to: after.id,
    changedProductKeys: changed,
    epssProductKeys: epss,
    changedCoverage: [...covered]
      .filter((what) => before.coverage(what) !== after.coverage(what))
      .sort(byText),
  };
}

/** Packages that any vulnerability of these names is about, sorted. */
export function productKeysOf(snapshot: Snapshot, names: readonly string[]): readonly string[] {
  const keys = new Set<string>();
  for (const vulnerability of new Set(names.flatMap((name) => snapshot.named(name)))) {
    for (const advisory of snapshot.vulnerability(vulnerability).advisories) {
      for (const { ecosystem, distro, name } of snapshot.record(advisory).affected)
        keys.add(packageKey(ecosystem, distro, name));
    }
  }
  return [...keys].sort(byText);
}

type Packages = Iterable<readonly [key: string, entries: readonly SnapshotEntry[]]>;
type Pair = readonly [key: string, before: readonly SnapshotEntry[], after: readonly SnapshotEntry[]];

/** Both in step: keys of a snapshot stand in the order of their UTF-8 bytes. */
function* pairs(before: Packages, after: Packages): Generator<Pair, void> {
  const [left, right] = [before[Symbol.iterator](), after[Symbol.iterator]()];
  let [a, b] = [left.next(), right.next()];
  while (a.done !== true || b.done !== true) {
    const order =
      a.done === true
        ? 1
        : b.done === true
          ? -1
          : Buffer.compare(Buffer.from(a.value[0]), Buffer.from(b.value[0]));
    const [old, now] = [
      order <= 0 && a.done !== true ? a.value : undefined,
      order >= 0 && b.done !== true ? b.value : undefined,
    ];
    yield [(old ?? now)?.[0] ?? "", old?.[1] ?? [], now?.[1] ?? []];
    if (old !== undefined) a = left.next();
    if (now !== undefined) b = right.next();
  }
}

/** What a snapshot says of a package, in words that do not depend on where it says it. */
function describer(
  snapshot: Snapshot,
): (entries: readonly SnapshotEntry[]) => { facts: string; epss: string } {
  const vulnerabilities = new Map<number, { readonly facts: string; readonly epss: string }>();
  const vulnerability = (position: number): { readonly facts: string; readonly epss: string } => {
    let known = vulnerabilities.get(position);
    if (known === undefined) {
      const { advisories: _, epss, ...facts } = snapshot.vulnerability(position);
      known = { facts: canonicalJson(facts), epss: String(epss) };
      vulnerabilities.set(position, known);
    }
    return known;
  };
  return (entries) => {
    const facts: string[] = [];
    const epss: string[] = [];
    for (const { advisory, ...entry } of entries) {
      const { vulnerability: of, ...head } = snapshot.advisory(advisory);
      const text = vulnerability(of);
      facts.push(`${text.facts}${canonicalJson(head)}${canonicalJson(entry)}`);
      epss.push(`${text.facts}${text.epss}`);
    }
    return { facts: facts.sort(byText).join("\n"), epss: epss.sort(byText).join("\n") };
  };
}
