// SPDX-License-Identifier: Apache-2.0
/** A purl narrowed to one version, or to a range: the qualifier `vers` of the package-url specification. */
import { buildPurl, tryParsePurl } from "#lib/purl/index.ts";
import { idsOf } from "./names.ts";

/** In place of the version that it has. Undefined for what is no purl. */
export function atVersion(id: string, version: string): string | undefined {
  const parts = tryParsePurl(id);
  return parts === undefined || version === "" ? undefined : bounded(buildPurl({ ...parts, version }));
}

/** In place of the version that it has. Undefined for what is no purl, and for a range in another notation. */
export function withRange(id: string, range: string): string | undefined {
  const parts = tryParsePurl(id);
  if (parts === undefined || !range.startsWith("vers:")) return undefined;
  const { version: _, ...unversioned } = parts;
  return bounded(buildPurl({ ...unversioned, qualifiers: { ...parts.qualifiers, vers: range } }));
}

const bounded = (purl: string): string | undefined => idsOf([purl])[0];
