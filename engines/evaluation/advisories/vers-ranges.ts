// SPDX-License-Identifier: Apache-2.0
/** A `vers:` range in the form that advisories have: half-open ranges, and versions named one by one. */
import { versConstraints, versionErrors, versionOrder } from "#lib/versions/index.ts";
import type { VersConstraint } from "#lib/versions/index.ts";
import type { AffectedPackage, VersionRange } from "../types.ts";
import { FROM_THE_START } from "./ranges.ts";

type Versions = Pick<AffectedPackage, "ranges" | "versions">;

/** Undefined for what cannot be read, and for what has no such form: versions left out, or a lower bound that is not in the range. */
export function rangesOfVers(range: string, type: string): Versions | undefined {
  const order = versionOrder(type);
  if (order === undefined) return undefined;
  try {
    const constraints = versConstraints(range, order);
    if (constraints === undefined) return undefined;
    if (constraints.length === 0) return { ranges: [{ introduced: FROM_THE_START }] };
    return paired(constraints);
  } catch (error) {
    if (versionErrors.is(error, "VERSION_INVALID")) return undefined;
    throw error;
  }
}

/** @param constraints by their versions */
function paired(constraints: readonly VersConstraint[]): Versions | undefined {
  const ranges: VersionRange[] = [];
  const versions: string[] = [];
  let introduced: string | undefined = FROM_THE_START;
  let isFirst = true;
  for (const { comparator, text } of constraints) {
    switch (comparator) {
      case "=":
        versions.push(text);
        continue;
      case ">=":
        if (!isFirst && introduced !== undefined) return undefined;
        introduced = text;
        break;
      case "<":
      case "<=":
        if (introduced === undefined) return undefined;
        ranges.push({ introduced, ...(comparator === "<" ? { fixed: text } : { lastAffected: text }) });
        introduced = undefined;
        break;
      case ">":
      case "!=":
        return undefined;
    }
    isFirst = false;
  }
  if (!isFirst && introduced !== undefined) ranges.push({ introduced });
  return { ranges, ...(versions.length === 0 ? {} : { versions }) };
}
