// SPDX-License-Identifier: Apache-2.0
/** Whether a version is in a `vers:` range, by the containment algorithm of https://github.com/package-url/vers-spec. */
import { versConstraints, versionErrors, versionOrder } from "#lib/versions/index.ts";
import type { VersConstraint } from "#lib/versions/index.ts";

/** False for a range or version that cannot be read: nobody said then that the version is in it. */
export function rangeHolds(range: string, type: string, version: string): boolean {
  const order = versionOrder(type);
  if (order === undefined || version === "") return false;
  try {
    const constraints = versConstraints(range, order);
    const wanted = order.parse(version);
    return constraints !== undefined && isWithin(constraints, (bound) => order.compare(wanted, bound));
  } catch (error) {
    if (versionErrors.is(error, "VERSION_INVALID")) return false;
    throw error;
  }
}

/** @param compare the version with a bound */
function isWithin(constraints: readonly VersConstraint[], compare: (bound: unknown) => number): boolean {
  if (constraints.length === 0) return true;
  for (const { comparator, version } of constraints) {
    if (compare(version) === 0 && comparator === "!=") return false;
    if (compare(version) === 0 && comparator.endsWith("=")) return true;
  }
  const bounds = constraints.filter(({ comparator }) => comparator !== "=" && comparator !== "!=");
  return bounds.some(({ comparator, version }, index) => {
    if (comparator.startsWith("<")) return index === 0 && compare(version) < 0;
    const next = bounds[index + 1];
    return compare(version) > 0 && (next === undefined || compare(next.version) < 0);
  });
}
