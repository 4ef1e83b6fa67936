// SPDX-License-Identifier: Apache-2.0
/** Who says what an advisory says, as a slug in lower case: `github`, `debian`, `golang`. */
import type { Advisory } from "../types.ts";
import type { ConnectorId } from "./connector-ids.ts";

/** OSV carries the records of many; CSAF's documents and OVAL's connector say who publishes them; the others speak for one. */
const BY_CONNECTOR: Readonly<Record<Exclude<ConnectorId, "osv" | "csaf" | "oval">, string>> = {
  "alpine/secdb": "alpine",
  "cisa/kev": "cisa",
  cve5: "cve",
  "debian/dsa": "debian",
  "debian/tracker": "debian",
  "first/epss": "first",
  friendsofphp: "friendsofphp",
  ghsa: "github",
  "npm/security-wg": "nodejs",
  "retire.js": "retirejs",
  "retire.net": "retirenet",
  rubysec: "rubysec",
  rustsec: "rustsec",
  victims: "victims",
};

/** What stands before the first hyphen of an id; https://ossf.github.io/osv-schema/#id-modified-fields, and what we met. */
const BY_PREFIX: ReadonlyMap<string, string> = new Map([
  ["ALAS", "amazon"],
  ["ALAS2", "amazon"],
  ["ALBA", "almalinux"],
  ["ALEA", "almalinux"],
  ["ALPINE", "alpine"],
  ["ALSA", "almalinux"],
  ["BIT", "bitnami"],
  ["CGA", "chainguard"],
  ["CURL", "curl"],
  ["DEBIAN", "debian"],
  ["DLA", "debian"],
  ["DSA", "debian"],
  ["DTSA", "debian"],
  ["EEF", "eef"],
  ["ELSA", "oracle"],
  ["GHSA", "github"],
  ["GO", "golang"],
  ["GSD", "gsd"],
  ["HSEC", "haskell"],
  ["LSN", "ubuntu"],
  ["LWA", "leitwacht"],
  ["MAL", "ossf"],
  ["MGASA", "mageia"],
  ["NSWG", "nodejs"],
  ["OESA", "openeuler"],
  ["PSF", "psf"],
  ["PYSEC", "pypa"],
  ["RHBA", "redhat"],
  ["RHEA", "redhat"],
  ["RHSA", "redhat"],
  ["RLSA", "rocky"],
  ["RUSTSEC", "rustsec"],
  ["RXSA", "rocky"],
  ["SUSE", "suse"],
  ["UBUNTU", "ubuntu"],
  ["USN", "ubuntu"],
  ["openSUSE", "suse"],
]);

/** The advisory's own word, else what its connector or id tell; `osv` for a record that doesn't say. */
export function vendorOf(
  advisory: Pick<Advisory, "id" | "source" | "vendor"> & Partial<Pick<Advisory, "affected">>,
): string {
  const { id, source, vendor, affected = [] } = advisory;
  if (vendor !== undefined) return vendor;
  const byConnector = Object.hasOwn(BY_CONNECTOR, source)
    ? BY_CONNECTOR[source as keyof typeof BY_CONNECTOR]
    : undefined;
  return byConnector ?? BY_PREFIX.get(id.split("-", 1)[0] ?? id) ?? onlyDistro(affected) ?? source;
}

/** Debian's and Alpine's records in OSV bear the CVE's id: their packages say whose they are. */
function onlyDistro(affected: Advisory["affected"]): string | undefined {
  const distros = new Set(affected.map(({ distro }) => distro?.split(":", 1)[0]));
  const [only] = distros;
  return distros.size === 1 ? only : undefined;
}
