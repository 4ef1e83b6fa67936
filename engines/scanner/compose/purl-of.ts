// SPDX-License-Identifier: Apache-2.0
/**
 * The purl of a package once the image's distro is known: OS packages carry its id as namespace, and `arch`, `distro`
 * and, where the source package differs, `upstream` as qualifiers.
 */
import { buildPurl } from "#lib/purl/index.ts";
import type { PackageFact } from "../facts.ts";
import type { Distro, PackageType } from "../types.ts";

/** os-release(5): the id of a system that names none. */
const NO_DISTRO_ID = "linux";

export const isOsPackage = (type: PackageType): boolean => type === "deb" || type === "apk";

export function namespaceOf(fact: PackageFact, distro: Distro | undefined): string | undefined {
  return isOsPackage(fact.type) ? (distro?.id ?? NO_DISTRO_ID) : fact.namespace;
}

export function purlOf(fact: PackageFact, distro: Distro | undefined): string {
  const namespace = namespaceOf(fact, distro);
  return buildPurl({
    type: fact.type,
    ...(namespace === undefined ? {} : { namespace }),
    name: fact.name,
    ...(fact.version === "(devel)" ? {} : { version: fact.version }),
    ...(isOsPackage(fact.type) ? { qualifiers: qualifiersOf(fact, distro) } : {}),
  });
}

function qualifiersOf(
  { architecture, sourcePackage, name, version }: PackageFact,
  distro: Distro | undefined,
) {
  const source = sourcePackage ?? { name, version };
  const upstream =
    source.version !== version ? `${source.name}@${source.version}` : source.name !== name ? source.name : "";
  return {
    arch: architecture ?? "",
    distro: distro ? [distro.id, distro.versionId].filter((part) => part !== "").join("-") : "",
    upstream,
  };
}
