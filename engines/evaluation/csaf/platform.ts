// SPDX-License-Identifier: Apache-2.0
/**
 * Which distro release a CPE names: `cpe:/o:redhat:enterprise_linux:9::baseos` is `rhel:9`. CPE 2.2 URIs and 2.3 formatted strings
 * (NISTIR 7695, 6.1 and 6.2), products as the distros' own os-release and the NVD's dictionary have them.
 */

export interface CpePlatform {
  /** As `distroRelease` names an image's. */
  readonly release: string;
  /** Set for streams that are kept up for longer: what is said of them without a version says nothing of the release at large. */
  readonly isExtended?: true;
}

type Reader = (version: string, update: string) => CpePlatform | undefined;

const major =
  (id: string): Reader =>
  (version) =>
    release(id, /^\d+/.exec(version)?.[0]);
const whole =
  (id: string): Reader =>
  (version) =>
    release(id, /^\d+(?:\.\d+)?/.exec(version)?.[0]);
/** `cpe:/o:suse:sles:15:sp5` is `sles:15.5`. */
const suse: Reader = (version, update) => {
  const pack = /^sp(\d+)$/.exec(update)?.[1];
  return release(
    "sles",
    /^\d+$/.test(version) ? [version, ...(pack === undefined ? [] : [pack])].join(".") : undefined,
  );
};
/** https://access.redhat.com/support/policy/updates/errata: kept up beside the main stream, each for its minor release. */
const extended: Reader = (version) => {
  const found = release("rhel", /^\d+/.exec(version)?.[0]);
  return found && { ...found, isExtended: true };
};

const PRODUCTS: ReadonlyMap<string, Reader> = new Map([
  ["redhat:enterprise_linux", major("rhel")],
  ["redhat:rhel_aus", extended],
  ["redhat:rhel_e4s", extended],
  ["redhat:rhel_els", extended],
  ["redhat:rhel_eus", extended],
  ["redhat:rhel_eus_long_life", extended],
  ["redhat:rhel_tus", extended],
  ["almalinux:almalinux", major("almalinux")],
  ["rocky:rocky", major("rocky")],
  ["oracle:linux", major("ol")],
  ["amazon:amazon_linux", whole("amzn")],
  ["fedoraproject:fedora", major("fedora")],
  ["suse:sles", suse],
  ["opensuse:leap", whole("opensuse-leap")],
  ["debian:debian_linux", major("debian")],
  ["canonical:ubuntu_linux", whole("ubuntu")],
  ["alpinelinux:alpine_linux", whole("alpine")],
]);

const release = (id: string, version: string | undefined): CpePlatform | undefined =>
  version === undefined ? undefined : { release: `${id}:${version}` };

/** Undefined for a CPE of anything else. */
export function platformOfCpe(cpe: string): CpePlatform | undefined {
  const parts = cpe
    .toLowerCase()
    .replace(/^cpe:(?:\/|2\.3:)/, "")
    .split(":", 5);
  const [, vendor = "", product = "", version = "", update = ""] = parts;
  return PRODUCTS.get(`${vendor}:${product}`)?.(version, update);
}
