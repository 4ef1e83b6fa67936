// SPDX-License-Identifier: Apache-2.0
/**
 * The purl of a package once the image's distro is known: OS packages carry its id as namespace, and `arch`, `distro`
 * and, where the source package differs, `upstream` as qualifiers; the package's own qualifiers come beside.
 */
import { buildPurl, purlErrors } from "#lib/purl/index.ts";
import type { PackageFact } from "../facts.ts";
import type { Distro, PackageType } from "../types.ts";

/** os-release(5): the id of a system that names none. */
const NO_DISTRO_ID = "linux";
/** Distros whose packages are known by their vendor's name (purl-spec, type rpm). */
const VENDORS: ReadonlyMap<string, string> = new Map([
  ["rhel", "redhat"],
  ["sles", "suse"],
  ["opensuse-leap", "opensuse"],
  ["opensuse-tumbleweed", "opensuse"],
]);

export const isOsPackage = (type: PackageType): boolean => type === "deb" || type === "apk" || type === "rpm";

export function namespaceOf(fact: PackageFact, distro: Distro | undefined): string | undefined {
  return isOsPackage(fact.type) ? distroNamespace(fact.type, distro?.id ?? NO_DISTRO_ID) : fact.namespace;
}

/** @param id of os-release */
export function distroNamespace(type: PackageType, id: string): string {
  return type === "rpm" ? (VENDORS.get(id) ?? id) : id;
}

function purlOf(fact: PackageFact, distro: Distro | undefined): string {
  const namespace = namespaceOf(fact, distro);
  const version = versionOf(fact);
  return buildPurl({
    type: fact.type,
    ...(namespace === undefined ? {} : { namespace }),
    name: fact.name,
    ...(version === "" ? {} : { version }),
    qualifiers: qualifiersOf(fact, distro),
  });
}

/** Undefined where a file states a name that no purl can have: it may say anything. */
export function tryPurlOf(fact: PackageFact, distro: Distro | undefined): string | undefined {
  try {
    return purlOf(fact, distro);
  } catch (error) {
    if (purlErrors.is(error)) return undefined;
    throw error;
  }
}

/** Without rpm's epoch, which is a qualifier (purl-spec, type rpm), and nothing for a Go module built from a folder. */
function versionOf({ type, version }: PackageFact): string {
  if (version === "(devel)") return "";
  return type === "rpm" ? version.slice(version.indexOf(":") + 1) : version;
}

/** What the architecture or platform of a package is called in the purl of its type. */
export const ARCHITECTURE_QUALIFIERS: Partial<Record<PackageType, string>> = {
  apk: "arch",
  conda: "subdir",
  deb: "arch",
  gem: "platform",
  generic: "arch",
  rpm: "arch",
};

function qualifiersOf(fact: PackageFact, distro: Distro | undefined): Record<string, string> {
  const name = ARCHITECTURE_QUALIFIERS[fact.type];
  const own = { ...fact.qualifiers, ...(name === undefined ? {} : { [name]: fact.architecture ?? "" }) };
  if (!isOsPackage(fact.type)) return own;
  return {
    ...own,
    distro: distro ? [distro.id, distro.versionId].filter((part) => part !== "").join("-") : "",
    ...(fact.type === "rpm" && fact.version.includes(":")
      ? { epoch: fact.version.slice(0, fact.version.indexOf(":")) }
      : {}),
    upstream: upstreamOf(fact),
  };
}

/** The source package where it is called otherwise or has another version. */
function upstreamOf({ sourcePackage, name, version }: PackageFact): string {
  const source = sourcePackage ?? { name, version };
  if (source.version !== version) return `${source.name}@${source.version}`;
  return source.name === name ? "" : source.name;
}
