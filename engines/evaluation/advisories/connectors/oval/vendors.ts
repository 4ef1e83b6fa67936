// SPDX-License-Identifier: Apache-2.0
/** Who writes OVAL, known by the ids of their definitions, and in what each departs from the others. */

export interface Vendor {
  /** `Advisory.vendor`. */
  readonly name: string;
  /** Of the ids of its definitions. */
  readonly prefix: string;
  /**
   * "Earlier than 0" is written of flaws without a fix. Debian lists a release's open flaws so, and those that it never had not
   * at all; to all others it is a test that never holds.
   */
  readonly zeroIsOpen?: true;
  /** Release of which a version's end tells, where the platform has none. */
  readonly releaseOfVersion?: (version: string) => string | undefined;
  /** Versions of builds that stand beside the distro's own, with epochs that no other has. */
  readonly otherBuild?: RegExp;
}

const VENDORS: readonly Vendor[] = [
  { name: "redhat", prefix: "oval:com.redhat." },
  { name: "rocky", prefix: "oval:org.rockylinux." },
  { name: "almalinux", prefix: "oval:org.almalinux." },
  { name: "oracle", prefix: "oval:com.oracle.", otherBuild: /\.ksplice\d|[._]fips\b/ },
  { name: "suse", prefix: "oval:org.opensuse." },
  { name: "microsoft", prefix: "oval:com.microsoft.", releaseOfVersion: microsoftRelease },
  { name: "ubuntu", prefix: "oval:com.ubuntu." },
  { name: "debian", prefix: "oval:org.debian:", zeroIsOpen: true },
];

export function vendorOfDefinition(id: string): Vendor | undefined {
  return VENDORS.find(({ prefix }) => id.startsWith(prefix));
}

/** `2.6.7-3.azl3`, `5.15.86.1-1.cm2`. */
function microsoftRelease(version: string): string | undefined {
  const [, tag, major] = /\.(azl|cm)(\d+)$/.exec(version) ?? [];
  if (major === undefined) return undefined;
  return `${tag === "azl" ? "azurelinux" : "mariner"}:${major}.0`;
}
