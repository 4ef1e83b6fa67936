// SPDX-License-Identifier: Apache-2.0
/** Events of an OSV range (`introduced`, `fixed`, `last_affected`) as half-open ranges. OSV schema, "affected[].ranges[].events". */
import { versionErrors } from "#lib/versions/index.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import type { VersionRange } from "../../types.ts";
import { FROM_THE_START } from "../ranges.ts";

type Event = readonly [kind: "introduced" | "fixed" | "last_affected", version: string];

const KINDS = ["introduced", "fixed", "last_affected"] as const;

/**
 * @param order sorts the events where it is given and knows all their versions; else they stay as written
 * @param lastKnown upper bound (`<= X`, `< X`) for a range that has none
 */
export function rangesOfEvents(
  events: readonly Readonly<Record<string, string>>[],
  order: VersionOrder | undefined,
  lastKnown: string | undefined,
): readonly VersionRange[] {
  const ranges: VersionRange[] = [];
  let introduced: string | undefined;
  /** A last version that no range led to: of a range of this version alone, if it begins here. */
  let alone: string | undefined;
  for (const [kind, version] of sorted(readEvents(events), order)) {
    if (kind === "introduced" && introduced === undefined && isSame(order, alone, version)) {
      ranges.push({ introduced: version, lastAffected: alone ?? version });
    } else if (kind === "introduced") {
      introduced ??= version;
    } else if (introduced !== undefined) {
      ranges.push(kind === "fixed" ? { introduced, fixed: version } : { introduced, lastAffected: version });
      introduced = undefined;
    } else if (kind === "last_affected") {
      alone = version;
      continue;
    }
    alone = undefined;
  }
  if (introduced !== undefined) ranges.push({ introduced, ...upperBound(lastKnown) });
  return ranges;
}

function readEvents(events: readonly Readonly<Record<string, string>>[]): readonly Event[] {
  return events.flatMap((event) =>
    KINDS.flatMap((kind): Event[] => (event[kind] === undefined ? [] : [[kind, event[kind]]])),
  );
}

function isSame(order: VersionOrder | undefined, a: string | undefined, b: string): boolean {
  if (a === undefined || order === undefined) return false;
  try {
    return order.compare(order.parse(a), order.parse(b)) === 0;
  } catch (error) {
    if (versionErrors.is(error, "VERSION_INVALID")) return a === b;
    throw error;
  }
}

/** Of one version the ends stand before the beginnings. */
function sorted(events: readonly Event[], order: VersionOrder | undefined): readonly Event[] {
  if (order === undefined) return events;
  try {
    const parsed = events.map((event) => ({
      event,
      version: event[1] === FROM_THE_START ? undefined : order.parse(event[1]),
    }));
    parsed.sort((a, b) => {
      if (a.version === undefined || b.version === undefined) {
        return Number(a.version !== undefined) - Number(b.version !== undefined);
      }
      return order.compare(a.version, b.version) || KINDS.indexOf(b.event[0]) - KINDS.indexOf(a.event[0]);
    });
    return parsed.map(({ event }) => event);
  } catch (error) {
    if (versionErrors.is(error, "VERSION_INVALID")) return events;
    throw error;
  }
}

function upperBound(lastKnown: string | undefined): Partial<VersionRange> {
  const found = /^(<=?)\s*(\S+)$/.exec(lastKnown?.trim() ?? "");
  const version = found?.[2];
  if (version === undefined) return {};
  return found?.[1] === "<" ? { fixed: version } : { lastAffected: version };
}
