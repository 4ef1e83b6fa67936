// SPDX-License-Identifier: Apache-2.0
/** Advisories in short, and a composed database as one value. */
import type { BoltEntry } from "#lib/boltdb/index.ts";
import { digestOf } from "#lib/digest.ts";
import type { Advisory, AffectedPackage } from "../../../types.ts";
import type { SourceExport } from "../../types.ts";

export interface TrivyTree {
  readonly [key: string]: unknown;
}

/** JSON values decoded, buckets as objects. */
export function treeOf(entries: Iterable<BoltEntry>): TrivyTree {
  return Object.fromEntries(
    [...entries].map((entry) => [
      Buffer.from(entry.key).toString(),
      "value" in entry ? (JSON.parse(Buffer.from(entry.value).toString()) as unknown) : treeOf(entry.entries),
    ]),
  );
}

export function advisory(
  id: string,
  affected: readonly AffectedPackage[],
  more: Partial<Advisory> = {},
): Advisory {
  return { id, aliases: [], source: "osv", severity: "unknown", cvss: [], references: [], affected, ...more };
}

/** `npm left-pad`, `deb@debian:12 glibc`; ranges as `from fixed`, `from` or `from ..last`. */
export function affects(
  what: string,
  ranges: readonly string[],
  more: Partial<AffectedPackage> = {},
): AffectedPackage {
  const [space = "", name = ""] = what.split(" ");
  const [ecosystem = "", distro] = space.split("@");
  return {
    ecosystem,
    ...(distro === undefined ? {} : { distro }),
    name,
    ranges: ranges.map((range) => {
      const [introduced = "0", end] = range.split(" ");
      if (end === undefined) return { introduced };
      return end.startsWith("..") ? { introduced, lastAffected: end.slice(2) } : { introduced, fixed: end };
    }),
    ...more,
  };
}

export function exportOf(name: string, advisories: readonly Advisory[]): SourceExport {
  return { name, advisories, exploited: [], epss: [], covers: [], exportDigest: digestOf(name) };
}
