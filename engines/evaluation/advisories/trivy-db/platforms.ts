// SPDX-License-Identifier: Apache-2.0
/**
 * Distro releases as Trivy names their buckets, and what its matcher for each distro can be told (trivy,
 * pkg/detector/ospkg; trivy-db, pkg/vulnsrc/bucket).
 */
import type { DataSource } from "./data-sources.ts";

export interface Platform {
  /** Distro id of our release, e.g. `rhel`. */
  readonly id: string;
  /** `debian 12`; all releases of Red Hat share one. */
  readonly bucket: string;
  readonly source: DataSource;
  /** Shape of the bucket's values: one fix, one for each set of architectures, or Red Hat's. */
  readonly layout: "plain" | "arches" | "red-hat";
  /** Whether a package without a fix is found. */
  readonly findsUnfixed: boolean;
  /** Whether the first affected version can be told. */
  readonly hasLowerBound: boolean;
  /** Whether packages of module streams are looked up by their stream (`addModularNamespace`): `nodejs:18::npm`. */
  readonly knowsModules: boolean;
}

interface Family {
  /** In front of the release. */
  readonly name: string;
  readonly source: DataSource;
  readonly layout?: Platform["layout"];
  readonly findsUnfixed?: true;
  readonly hasLowerBound?: true;
  readonly knowsModules?: true;
  /** The release as in the bucket's name; undefined where Trivy has no such release. */
  readonly release?: (release: string) => string | undefined;
}

const numbered = (release: string): string | undefined => (/^\d/.test(release) ? release : undefined);
const source = (ID: string, Name: string, URL: string): DataSource => ({ ID, Name, URL });
const AZURE = "https://github.com/microsoft/AzureLinuxVulnerabilityData";
const suse = source("suse-cvrf", "SUSE CVRF", "https://ftp.suse.com/pub/projects/security/cvrf/");

const FAMILIES: ReadonlyMap<string, Family> = new Map<string, Family>([
  [
    "almalinux",
    {
      name: "alma ",
      source: source("alma", "AlmaLinux Product Errata", "https://errata.almalinux.org/"),
      knowsModules: true,
    },
  ],
  [
    "alpine",
    {
      name: "alpine ",
      source: source("alpine", "Alpine Secdb", "https://secdb.alpinelinux.org/"),
      findsUnfixed: true,
      hasLowerBound: true,
    },
  ],
  [
    "amzn",
    {
      name: "amazon linux ",
      source: source("amazon", "Amazon Linux Security Center", "https://alas.aws.amazon.com/"),
      release: (release) => (/^(?:2|2022|2023)$/.test(release) ? release : "1"),
    },
  ],
  [
    "azurelinux",
    {
      name: "Azure Linux ",
      source: source("azure", "Azure Linux Vulnerability Data", AZURE),
      findsUnfixed: true,
    },
  ],
  [
    "chainguard",
    {
      name: "chainguard",
      source: source(
        "chainguard",
        "Chainguard Security Data",
        "https://packages.cgr.dev/chainguard/security.json",
      ),
    },
  ],
  [
    "debian",
    {
      name: "debian ",
      source: source(
        "debian",
        "Debian Security Tracker",
        "https://salsa.debian.org/security-tracker-team/security-tracker",
      ),
      findsUnfixed: true,
      release: numbered,
    },
  ],
  [
    "mariner",
    {
      name: "CBL-Mariner ",
      source: source("cbl-mariner", "CBL-Mariner Vulnerability Data", AZURE),
      findsUnfixed: true,
    },
  ],
  [
    "ol",
    {
      name: "Oracle Linux ",
      source: source(
        "oracle-oval",
        "Oracle Linux OVAL definitions",
        "https://linux.oracle.com/security/oval/",
      ),
      layout: "arches",
    },
  ],
  ["opensuse-leap", { name: "openSUSE Leap ", source: suse }],
  ["opensuse-tumbleweed", { name: "openSUSE Tumbleweed", source: suse, release: () => "" }],
  [
    "photon",
    {
      name: "Photon OS ",
      source: source(
        "photon",
        "Photon OS CVE metadata",
        "https://packages.vmware.com/photon/photon_cve_metadata/",
      ),
    },
  ],
  [
    "rhel",
    {
      name: "Red Hat",
      source: source("redhat-oval", "Red Hat OVAL v2", "https://www.redhat.com/security/data/oval/v2/"),
      layout: "red-hat",
      findsUnfixed: true,
      knowsModules: true,
      release: (release) => (/^\d+$/.test(release) ? "" : undefined),
    },
  ],
  [
    "rocky",
    {
      name: "rocky ",
      source: source("rocky", "Rocky Linux updateinfo", "https://download.rockylinux.org/pub/rocky/"),
      layout: "arches",
      knowsModules: true,
    },
  ],
  ["sles", { name: "SUSE Linux Enterprise ", source: suse }],
  [
    "ubuntu",
    {
      name: "ubuntu ",
      source: source("ubuntu", "Ubuntu CVE Tracker", "https://git.launchpad.net/ubuntu-cve-tracker"),
      findsUnfixed: true,
      release: numbered,
    },
  ],
  [
    "wolfi",
    { name: "wolfi", source: source("wolfi", "Wolfi Secdb", "https://packages.wolfi.dev/os/security.json") },
  ],
]);

/** Undefined for a distro or a release that Trivy has no bucket for. */
export function platformOf(distro: string): Platform | undefined {
  const [id = "", ...rest] = distro.split(":");
  const family = FAMILIES.get(id);
  const release = family?.release === undefined ? rest.join(":") : family.release(rest.join(":"));
  if (family === undefined || release === undefined) return undefined;
  const {
    name,
    layout = "plain",
    findsUnfixed = false,
    hasLowerBound = false,
    knowsModules = false,
  } = family;
  const bucket = `${name}${release}`;
  return { id, bucket, source: family.source, layout, findsUnfixed, hasLowerBound, knowsModules };
}
