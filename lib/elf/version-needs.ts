// SPDX-License-Identifier: Apache-2.0
/** Versions of other libraries' symbols that a file needs. Linux Standard Base, "Symbol Versioning", version requirements. */
import { byKey } from "#lib/compare.ts";
import { Fields, type ElfLayout } from "./layout.ts";
import type { ReadAt } from "../read-at.ts";

export interface VersionNeed {
  /** As DT_NEEDED names it. */
  readonly library: string;
  /** Sorted. */
  readonly versions: readonly string[];
}

export interface VersionNeedsTable {
  /** File offset of the first Verneed record. */
  readonly start: number;
  /** Records, as DT_VERNEEDNUM says. */
  readonly count: number;
  /** Text at an offset of the dynamic string table. */
  readonly name: (offset: number) => string | undefined;
}

const RECORD_BYTES = 16;
/** Verneed and Vernaux records read of one file; libLLVM has 60. */
const MAX_RECORDS = 4096;

/** Sorted by library. `isWhole` is false where records or names are not at hand. */
export function readVersionNeeds(
  read: ReadAt,
  layout: ElfLayout,
  { start, count, name }: VersionNeedsTable,
): { needs: VersionNeed[]; isWhole: boolean } {
  const byLibrary = new Map<string, Set<string>>();
  let [isWhole, budget, at] = [true, MAX_RECORDS, start];
  const record = (offset: number): Fields | undefined => {
    const bytes = budget-- > 0 ? read(offset, RECORD_BYTES) : undefined;
    if (bytes?.length === RECORD_BYTES) return new Fields(bytes, layout);
    isWhole = false;
    return undefined;
  };
  for (let left = count; left > 0; left--) {
    const need = record(at);
    if (!need) break;
    const library = name(need.u32(4));
    const versions = byLibrary.get(library ?? "") ?? new Set<string>();
    let aux = at + need.u32(8);
    for (let auxLeft = need.u16(2); auxLeft > 0; auxLeft--) {
      const entry = record(aux);
      if (!entry) break;
      const version = name(entry.u32(8));
      if (version === undefined) isWhole = false;
      else versions.add(version);
      if (entry.u32(12) === 0) break;
      aux += entry.u32(12);
    }
    if (library === undefined) isWhole = false;
    else byLibrary.set(library, versions);
    if (need.u32(12) === 0) break;
    at += need.u32(12);
  }
  const needs = [...byLibrary].map(([library, versions]) => ({ library, versions: [...versions].sort() }));
  return { needs: needs.sort(byKey(({ library }) => library)), isWhole };
}
