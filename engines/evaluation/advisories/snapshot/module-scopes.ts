// SPDX-License-Identifier: Apache-2.0
/**
 * Which sources tell rpm modules apart: an advisory of theirs that names no stream means packages outside of modules. That is so for
 * one vendor's word on one release in one source (its name, and the connector), so that a record astray in one says nothing of another.
 */
import type { Advisory, AffectedPackage } from "../../types.ts";
import type { SourceExport } from "../types.ts";
import { vendorOf } from "../vendors.ts";

/** Whether all sources that carry the very same record tell modules apart: where one does not, its word is about any package. */
export type TellsModules = (
  carriers: readonly string[],
  advisory: Advisory,
  affected: AffectedPackage,
) => boolean;

export function moduleScopes(sources: readonly SourceExport[]): TellsModules {
  const scopes = new Set<string>();
  for (const { name, advisories } of sources) {
    for (const advisory of advisories) {
      if (advisory.withdrawn !== undefined) continue;
      for (const affected of advisory.affected)
        if (affected.module !== undefined) scopes.add(scopeOf(name, advisory, affected));
    }
  }
  if (scopes.size === 0) return () => false;
  return (carriers, advisory, affected) =>
    affected.ecosystem === "rpm" && carriers.every((name) => scopes.has(scopeOf(name, advisory, affected)));
}

const scopeOf = (source: string, advisory: Advisory, { distro }: AffectedPackage): string =>
  JSON.stringify([source, advisory.source, vendorOf(advisory), distro ?? ""]);
