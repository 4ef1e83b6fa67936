// SPDX-License-Identifier: Apache-2.0
/** A purl narrowed to one version, or to a range: the qualifier `vers` of the package-url specification. */
import { buildPurl, parsePurl, purlErrors } from "#lib/purl/index.ts";
import { idsOf } from "./names.ts";

/** In place of the version that it has. Undefined for what is no purl. */
export function atVersion(id: string, version: string): string | undefined {
  const parts = partsOf(id);
  return parts === undefined || version === "" ? undefined : bounded(buildPurl({ ...parts, version }));
}

/** In place of the version that it has. Undefined for what is no purl, and for a range in another notation. */
export function withRange(id: string, range: string): string | undefined {
  const parts = partsOf(id);
  if (parts === undefined || !range.startsWith("vers:")) return undefined;
  const { version: _, ...unversioned } = parts;
  return bounded(buildPurl({ ...unversioned, qualifiers: { ...parts.qualifiers, vers: range } }));
}

const bounded = (purl: string): string | undefined => idsOf([purl])[0];

function partsOf(id: string): ReturnType<typeof parsePurl> | undefined {
  if (!id.startsWith("pkg:")) return undefined;
  try {
    return parsePurl(id);
  } catch (error) {
    if (purlErrors.is(error)) return undefined;
    throw error;
  }
}
