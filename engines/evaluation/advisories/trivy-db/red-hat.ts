// SPDX-License-Identifier: Apache-2.0
/**
 * Red Hat's layout: one bucket for all releases, whose entries name by number the CPEs that they are for, and a bucket that
 * says which numbers a repository stands for. Trivy takes the repositories from an image's build records, else those of its
 * release (trivy, pkg/detector/ospkg/redhat). Our advisories know a release by its major number; that is its CPE's number.
 */
import { isCve } from "../identity.ts";
import type { Fix } from "./distro-advisory.ts";
import { severityNumber } from "./words.ts";

export const RED_HAT_CPES = "Red Hat CPE";

const ARCHES = ["aarch64", "ppc64le", "s390x", "x86_64"];
const PARTS = ["appstream", "baseos"];
/** Releases whose repositories have no architecture and no parts in their names. */
const LAST_UNDIVIDED = 7;

/** One entry a release. A CVE's id is the entry's key; what has none names itself. */
export function redHatAdvisory(fixes: ReadonlyMap<string, Fix>, id: string): object {
  const named = isCve(id) ? {} : { ID: id };
  const entries = [...fixes].map(([distro, { fixed, status, severity }]) => ({
    ...(fixed === undefined ? {} : { FixedVersion: fixed }),
    ...(status === undefined ? {} : { Status: status }),
    Affected: [releaseOf(distro)],
    Cves: [{ ...named, Severity: severityNumber(severity) }],
  }));
  return { Entries: entries };
}

/** Values of the bucket of CPEs: `cpe` for people, `repository` for Trivy. */
export function redHatCpes(
  distros: Iterable<string>,
): Readonly<Record<string, ReadonlyMap<string, unknown>>> {
  const releases = [...distros].map(releaseOf);
  return {
    cpe: new Map(releases.map((release) => [String(release), `cpe:/o:redhat:enterprise_linux:${release}`])),
    repository: new Map(
      releases.flatMap((release) => repositories(release).map((name) => [name, [release]])),
    ),
  };
}

function repositories(release: number): readonly string[] {
  if (release <= LAST_UNDIVIDED)
    return ["", "-extras", "-optional"].map((part) => `rhel-${release}-server${part}-rpms`);
  return PARTS.flatMap((part) => [
    `ubi-${release}-${part}-rpms`,
    ...ARCHES.map((arch) => `rhel-${release}-for-${arch}-${part}-rpms`),
  ]);
}

/** `rhel:9` -> 9; `platformOf` lets no other through. */
const releaseOf = (distro: string): number => Number(distro.slice(distro.indexOf(":") + 1));
