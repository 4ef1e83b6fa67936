// SPDX-License-Identifier: Apache-2.0
/** What a scanner found beside what is there, and two scanners beside each other. Pure. */
import { byText } from "#lib/compare.ts";
import type { Found } from "./components.ts";
import { keyOf, type Package } from "./truth.ts";

export interface Count {
  readonly type: string;
  readonly truth: number;
  readonly found: number;
  /** In the truth list, not found. */
  readonly missing: number;
  /** Found, not in the truth list. */
  readonly invented: number;
}

/** One line for each type that either side has, sorted. */
export function countsOf(truth: readonly Package[], found: readonly Package[]): readonly Count[] {
  const [there, seen] = [new Set(truth.map(keyOf)), new Set(found.map(keyOf))];
  const types = [...new Set([...truth, ...found].map(({ type }) => type))].sort(byText);
  return types.map((type) => {
    const ofType = (list: readonly Package[]) => list.filter((one) => one.type === type);
    return {
      type,
      truth: ofType(truth).length,
      found: ofType(found).length,
      missing: ofType(truth).filter((one) => !seen.has(keyOf(one))).length,
      invented: ofType(found).filter((one) => !there.has(keyOf(one))).length,
    };
  });
}

export interface Difference {
  readonly package: Package;
  /** Who reports it: we, or the other. */
  readonly by: "us" | "peer";
  /** Whether the package managers' tools list it. */
  readonly isTrue: boolean;
  /** Where the one that reports it saw it. */
  readonly paths: readonly string[];
  /** What the side that lacks it reports under the same name, whatever its case; of maven the same artifact. */
  readonly others: readonly Package[];
}

/** What one of the two reports alone, sorted by package. */
export function differencesOf(
  truth: readonly Package[],
  ours: readonly Found[],
  peers: readonly Found[],
): readonly Difference[] {
  const there = new Set(truth.map(keyOf));
  const alone = (by: Difference["by"], side: readonly Found[], other: readonly Found[]): Difference[] => {
    const seen = new Set(other.map(keyOf));
    return side
      .filter((one) => !seen.has(keyOf(one)))
      .map(({ paths, ...one }) => ({
        package: one,
        by,
        isTrue: there.has(keyOf(one)),
        paths,
        others: other
          .filter((each) => each.type === one.type && plainName(each) === plainName(one))
          .map(({ paths: _paths, ...rest }) => rest),
      }));
  };
  const order = ({ package: one, by }: Difference) => `${keyOf(one).toLowerCase()} ${by}`;
  return [...alone("peer", peers, ours), ...alone("us", ours, peers)].sort((a, b) =>
    byText(order(a), order(b)),
  );
}

const plainName = ({ type, name }: Package): string =>
  (type === "maven" ? name.replace(/^.*\//, "") : name).toLowerCase();
