// SPDX-License-Identifier: Apache-2.0
/** Version ranges: whether they hold a version, whether their bounds are versions at all, and how they read. */
import { versionErrors } from "#lib/versions/index.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import type { AffectedPackage, VersionRange } from "../types.ts";

/** Before every version, in every ecosystem. */
export const FROM_THE_START = "0";

/** A range with its bounds parsed once. */
export interface ParsedRange {
  readonly source: VersionRange;
  readonly introduced: unknown;
  readonly fixed: unknown;
  readonly lastAffected: unknown;
}

/** @throws VERSION_INVALID */
export function parseRange(order: VersionOrder, source: VersionRange): ParsedRange {
  const parse = (text: string | undefined): unknown => (text === undefined ? undefined : order.parse(text));
  return {
    source,
    introduced: source.introduced === FROM_THE_START ? undefined : order.parse(source.introduced),
    fixed: parse(source.fixed),
    lastAffected: parse(source.lastAffected),
  };
}

export function holds(order: VersionOrder, range: ParsedRange, version: unknown): boolean {
  return (
    (range.introduced === undefined || order.compare(version, range.introduced) >= 0) &&
    (range.fixed === undefined || order.compare(version, range.fixed) < 0) &&
    (range.lastAffected === undefined ||
      order.compare(version, range.lastAffected) <= 0 ||
      order.isOf?.(version, range.lastAffected) === true)
  );
}

/** Whether a version is the one that an advisory names by itself. */
export function isNamed(order: VersionOrder, version: unknown, named: unknown): boolean {
  return order.compare(version, named) === 0 || order.isOf?.(version, named) === true;
}

/** E.g. `>=1.2.0 <1.2.5`. */
export function describeRange(range: VersionRange): string {
  const upper =
    range.fixed !== undefined && range.lastAffected === undefined
      ? ` <${range.fixed}`
      : range.lastAffected !== undefined
        ? ` <=${range.lastAffected}`
        : "";
  return `>=${range.introduced}${upper}`;
}

/** The reason why a bound is no version, or undefined when all are. */
export function faultOf(order: VersionOrder, range: VersionRange): string | undefined {
  try {
    parseRange(order, range);
    return undefined;
  } catch (error) {
    if (versionErrors.is(error, "VERSION_INVALID")) return error.message;
    throw error;
  }
}

/** Single versions times ranges that are compared; the largest real package comes to some hundred thousand. */
const MAX_COMPARISONS = 1_000_000;

/** The package without those single versions that its ranges hold anyway, and that are no versions. Of very many the former stay. */
export function withoutCoveredVersions(order: VersionOrder, affected: AffectedPackage): AffectedPackage {
  const { versions, ...rest } = affected;
  if (versions === undefined) return affected;
  const ranges = affected.ranges.map((range) => parseRange(order, range));
  const areCompared = versions.length * ranges.length <= MAX_COMPARISONS;
  const left = versions.filter((text) => {
    if (faultOf(order, { introduced: text }) !== undefined) return false;
    if (!areCompared) return true;
    const version = order.parse(text);
    return !ranges.some((range) => holds(order, range, version));
  });
  return left.length === 0 ? rest : { ...rest, versions: left };
}
