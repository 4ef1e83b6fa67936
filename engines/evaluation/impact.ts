// SPDX-License-Identifier: Apache-2.0
/**
 * Which images an advisory's package can be in: from package keys to images by the merged BOM-Index. May name an image too many
 * (another release of a distro whose purls do not say it), never one too few.
 */
import { buildPurl, parsePurl } from "#lib/purl/index.ts";
import { distroNamespace } from "#engines/scanner/index.ts";
import type { MergedBomIndex, PackageType } from "#engines/scanner/index.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { releaseOfQualifier } from "./advisories/distros.ts";
import { packageKey, packageName } from "./advisories/ecosystems.ts";

/** Types whose purls keep the case of names that their registry does not tell apart; keys are in lower case. */
const ANY_CASE: ReadonlySet<string> = new Set(["nuget", "swift"]);

/** Distros whose packages' purls are told apart by the namespace; any other namespace may be one of these under another name. */
const KNOWN_NAMESPACES: ReadonlySet<string> = new Set([
  "almalinux",
  "alpine",
  "amzn",
  "azurelinux",
  "centos",
  "chainguard",
  "debian",
  "fedora",
  "mariner",
  "ol",
  "opensuse",
  "redhat",
  "rocky",
  "suse",
  "ubuntu",
  "wolfi",
]);

/** Sorted. @param keys as `packageKey` makes them. @throws BOM_INDEX_CORRUPT */
export function impactedImages(index: MergedBomIndex, keys: Iterable<string>): readonly ImageDigest[] {
  const found = new Uint8Array(index.size);
  const anyCase = new Map<string, Set<string>>();
  const namespaces = new Map<string, readonly string[]>();
  const mark = (_: string, row: number): void =>
    index.forEachHolder(row, (position) => void (found[position] = 1));
  let isAny = false;
  for (const key of keys) {
    isAny = true;
    const { ecosystem, distro, name } = partsOf(key);
    if (ANY_CASE.has(ecosystem)) {
      const wanted = anyCase.get(ecosystem) ?? new Set<string>();
      anyCase.set(ecosystem, wanted.add(key));
    } else if (distro === undefined) {
      index.forEachRowOf(languagePurl(ecosystem, name), mark);
    } else {
      const own = distroNamespace(ecosystem as PackageType, distro.split(":", 1)[0] ?? distro);
      const all = namespaces.get(ecosystem) ?? index.namespacesOf(ecosystem);
      namespaces.set(ecosystem, all);
      for (const namespace of all) {
        if (namespace !== own && KNOWN_NAMESPACES.has(namespace)) continue;
        index.forEachRowOf(buildPurl({ type: ecosystem, namespace, name }), (purl, row) => {
          if (mayBeOfRelease(purl, distro)) mark(purl, row);
        });
      }
    }
  }
  for (const [type, wanted] of anyCase) {
    index.forEachRowFrom(`pkg:${type}/`, (purl, row) => {
      const { namespace, name } = parsePurl(purl);
      const full = packageName(type, namespace === undefined ? name : `${namespace}/${name}`);
      if (wanted.has(packageKey(type, undefined, full))) mark(purl, row);
    });
  }
  // What an index leaves out of a partial SBOM could be anything.
  if (isAny) index.forEachPartial((position) => void (found[position] = 1));
  return index.images().filter((_, position) => found[position] === 1);
}

function partsOf(key: string): { ecosystem: string; distro: string | undefined; name: string } {
  const [ecosystem = "", second = "", third] = key.split("|");
  return third === undefined
    ? { ecosystem, distro: undefined, name: second }
    : { ecosystem, distro: second, name: third };
}

function languagePurl(type: string, full: string): string {
  const slash = full.lastIndexOf("/");
  const name = full.slice(slash + 1);
  return buildPurl({ type, ...(slash < 0 ? {} : { namespace: full.slice(0, slash) }), name });
}

/** False only where the purl names another release of the same distro, number for number. */
function mayBeOfRelease(purl: string, release: string): boolean {
  const { distro } = parsePurl(purl).qualifiers ?? {};
  if (distro === undefined) return true;
  const [id, version = ""] = release.split(":");
  const [ownId, ownVersion = ""] = releaseOfQualifier(distro).split(":");
  const areNumbers = /^\d/.test(version) && /^\d/.test(ownVersion);
  return id !== ownId || !areNumbers || version === ownVersion;
}
