// SPDX-License-Identifier: Apache-2.0
/** Names of distro releases as advisories and images share them: `debian:12`, `ubuntu:24.04`, `alpine:3.20`, `sles:15.5`. */

/** Debian codenames, https://wiki.debian.org/DebianReleases. */
const DEBIAN_RELEASES: ReadonlyMap<string, string> = new Map([
  ["etch", "4"],
  ["lenny", "5"],
  ["squeeze", "6"],
  ["wheezy", "7"],
  ["jessie", "8"],
  ["stretch", "9"],
  ["buster", "10"],
  ["bullseye", "11"],
  ["bookworm", "12"],
  ["trixie", "13"],
  ["forky", "14"],
  ["duke", "15"],
  ["sid", "sid"],
]);

/** Distros whose advisories speak of a major release; os-release names the minor one too. */
const MAJOR_ONLY: ReadonlySet<string> = new Set(["almalinux", "centos", "ol", "rhel", "rocky"]);
/** Distros without releases: what they date their images by is none. */
const ROLLING: ReadonlySet<string> = new Set(["chainguard", "opensuse-tumbleweed", "wolfi"]);
/** Editions whose images name themselves otherwise and get the packages of another. */
const EDITION_OF: ReadonlyMap<string, string> = new Map([["sles_sap", "sles"]]);
/** Distros whose advisories speak of source packages, although they are rpm's. */
const NAMES_SOURCE_RPMS: ReadonlySet<string> = new Set(["azurelinux", "mariner"]);

/**
 * Names of products as advisories write them, with one place for the release. Those for a stream of their own (extended support, a
 * product on top) are not among them: their versions say nothing of what everyone has.
 */
const PRODUCTS: readonly (readonly [name: RegExp, distro: string])[] = [
  [/^Red Hat Enterprise Linux (\d+)$/, "rhel"],
  [/^Rocky Linux (\d+)$/, "rocky"],
  [/^AlmaLinux (\d+)$/, "almalinux"],
  [/^Oracle Linux (\d+)$/, "ol"],
  [/^Debian(?: GNU\/Linux)? (\d+)(?:\.\d+)?$/, "debian"],
  [/^Ubuntu (\d+\.\d+)(?: LTS)?(?: \([a-z]+\))?$/, "ubuntu"],
  [/^Azure Linux (\d+\.\d+)$/, "azurelinux"],
  [/^CBL-Mariner (\d+\.\d+)$/, "mariner"],
  [/^openSUSE Leap (\d+\.\d+)$/, "opensuse-leap"],
  [/^openSUSE Tumbleweed()$/, "opensuse-tumbleweed"],
  [/^SUSE Linux Enterprise Server(?: for SAP Applications)? (\d+(?: SP\d+)?)(?:-LTSS)?$/, "sles"],
  [/^SUSE Linux Enterprise Module for [A-Z][\w &-]{1,60}? (\d+(?: SP\d+)?)$/, "sles"],
  [/^SUSE Linux Enterprise Desktop (\d+(?: SP\d+)?)$/, "sled"],
  [/^SUSE Linux Enterprise Micro (\d+\.\d+)$/, "sle-micro"],
  [/^SUSE Linux Micro (\d+\.\d+)$/, "sl-micro"],
];

/** `bookworm` -> `debian:12`; undefined for a codename that is not known. */
export function debianRelease(codename: string): string | undefined {
  const release = DEBIAN_RELEASES.get(codename);
  return release === undefined ? undefined : `debian:${release}`;
}

/** `v3.20`, `3.20.3` -> `alpine:3.20`; `edge` and its snapshots (`3.21_alpha20240807`) -> `alpine:edge`. */
export function alpineRelease(version: string): string {
  const found = /^v?(\d+)\.(\d+)(?:\.\d+)?$/.exec(version);
  return found === null ? "alpine:edge" : `alpine:${found[1] ?? ""}.${found[2] ?? ""}`;
}

/** `Red Hat Enterprise Linux 9` -> `rhel:9`, `SUSE Linux Enterprise Server 15 SP5` -> `sles:15.5`; undefined for other products. */
export function productRelease(product: string): string | undefined {
  for (const [name, distro] of PRODUCTS) {
    const release = name.exec(product)?.[1];
    if (release !== undefined) return release === "" ? distro : `${distro}:${release.replace(" SP", ".")}`;
  }
  return undefined;
}

/** Whether a distro's advisories name the source packages of its rpms: `azurelinux:3.0`. */
export function namesSourceRpms(release: string): boolean {
  return NAMES_SOURCE_RPMS.has(release.split(":", 1)[0] ?? "");
}

/** Release of an image's os-release as advisories name it. */
export function distroRelease(distro: {
  readonly id: string;
  readonly versionId: string;
  readonly codename?: string;
}): string {
  const edition = EDITION_OF.get(distro.id);
  if (edition !== undefined) return `${edition}:${distro.versionId}`;
  if (distro.id === "alpine") return alpineRelease(distro.versionId);
  if (MAJOR_ONLY.has(distro.id))
    return `${distro.id}:${/^\d+/.exec(distro.versionId)?.[0] ?? distro.versionId}`;
  if (ROLLING.has(distro.id)) return distro.id;
  if (distro.id === "debian") {
    const major = /^\d+/.exec(distro.versionId)?.[0];
    return major !== undefined
      ? `debian:${major}`
      : (debianRelease(distro.codename ?? "sid") ?? "debian:sid");
  }
  return `${distro.id}:${distro.versionId}`;
}

/** As `distroRelease`, from a purl's qualifier `distro`: `debian-12`, `alpine-3.20.3`, `opensuse-leap-15.6`. */
export function releaseOfQualifier(qualifier: string): string {
  const dash = qualifier.lastIndexOf("-");
  return dash < 0
    ? distroRelease({ id: qualifier, versionId: "" })
    : distroRelease({ id: qualifier.slice(0, dash), versionId: qualifier.slice(dash + 1) });
}

/** Whose advisories are a distro's own word about its packages; vendors as `vendorOf` gives them. */
const VENDOR_OF_DISTRO: ReadonlyMap<string, string> = new Map([
  ["amzn", "amazon"],
  ["azurelinux", "microsoft"],
  ["centos", "redhat"],
  ["mariner", "microsoft"],
  ["ol", "oracle"],
  ["opensuse", "suse"],
  ["opensuse-leap", "suse"],
  ["opensuse-tumbleweed", "suse"],
  ["rhel", "redhat"],
  ["sles", "suse"],
]);

/** @param release e.g. `debian:12` */
export function isOwnVendor(release: string | undefined, vendor: string): boolean {
  const id = release?.split(":", 1)[0];
  return id !== undefined && (VENDOR_OF_DISTRO.get(id) ?? id) === vendor;
}
