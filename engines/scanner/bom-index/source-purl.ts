// SPDX-License-Identifier: Apache-2.0
/**
 * The purl of the source package that an OS package was built from: distros' advisories speak of those. `arch` is `source` for
 * deb (purl-spec, types/deb-definition.json) and apk, `src` for rpm.
 */
import { buildPurl, parsePurl } from "#lib/purl/index.ts";
import type { Component } from "../types.ts";

/** Undefined where the package is called as its source, whose advisories then name it too. */
export function sourcePurl({ purl, type, name, sourcePackage }: Component): string | undefined {
  if (sourcePackage === undefined || sourcePackage.name === name) return undefined;
  const { qualifiers = {}, namespace } = parsePurl(purl);
  const { distro } = qualifiers;
  return buildPurl({
    type,
    ...(namespace === undefined ? {} : { namespace }),
    name: sourcePackage.name,
    version: sourcePackage.version,
    qualifiers: { arch: type === "rpm" ? "src" : "source", ...(distro === undefined ? {} : { distro }) },
  });
}
