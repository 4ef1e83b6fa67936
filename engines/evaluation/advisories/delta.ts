// SPDX-License-Identifier: Apache-2.0
/**
 * What a new snapshot changes: the packages about which an evaluation could give another answer than with the old one. Positions
 * and order in the files do not count, only what is said.
 */
import { byText } from "#lib/compare.ts";
import { packageKey } from "./ecosystems.ts";
import type { Snapshot } from "./snapshot/open.ts";
import type { PackageMark } from "./snapshot/package-marks.ts";

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
  for (const [key, old, now] of pairs(before.marks(), after.marks())) {
    if (old === undefined || now === undefined || !old.facts.equals(now.facts)) changed.push(key.toString());
    else if (!old.epss.equals(now.epss)) epss.push(key.toString());
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

type Marks = Iterable<readonly [key: Buffer, mark: PackageMark]>;
type Pair = readonly [key: Buffer, before: PackageMark | undefined, after: PackageMark | undefined];

/** Both in step: keys of a snapshot stand in the order of their UTF-8 bytes. */
function* pairs(before: Marks, after: Marks): Generator<Pair, void> {
  const [left, right] = [before[Symbol.iterator](), after[Symbol.iterator]()];
  let [a, b] = [left.next(), right.next()];
  while (a.done !== true || b.done !== true) {
    const order = a.done === true ? 1 : b.done === true ? -1 : a.value[0].compare(b.value[0]);
    const old = order <= 0 && a.done !== true ? a.value : undefined;
    const now = order >= 0 && b.done !== true ? b.value : undefined;
    const key = (old ?? now)?.[0];
    if (key !== undefined) yield [key, old?.[1], now?.[1]];
    if (old !== undefined) a = left.next();
    if (now !== undefined) b = right.next();
  }
}
