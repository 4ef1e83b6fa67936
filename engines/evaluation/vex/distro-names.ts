// SPDX-License-Identifier: Apache-2.0
/** Whether two values of a purl's qualifier `distro` name one release: `rhel-9` and `rhel-9.4`, `jammy` and `ubuntu-22.04`. */
import { debianRelease, releaseOfQualifier } from "../advisories/distros.ts";

/** https://wiki.ubuntu.com/Releases; Canonical's VEX names releases so. `esm-infra/xenial` is another archive. */
const UBUNTU_RELEASES: ReadonlyMap<string, string> = new Map([
  ["trusty", "14.04"],
  ["xenial", "16.04"],
  ["bionic", "18.04"],
  ["focal", "20.04"],
  ["jammy", "22.04"],
  ["mantic", "23.10"],
  ["noble", "24.04"],
  ["oracular", "24.10"],
  ["plucky", "25.04"],
  ["questing", "25.10"],
]);

export function isSameRelease(claimed: string, own: string): boolean {
  return claimed === own || releaseOf(claimed) === releaseOf(own);
}

function releaseOf(qualifier: string): string {
  const ubuntu = UBUNTU_RELEASES.get(qualifier);
  return ubuntu === undefined
    ? (debianRelease(qualifier) ?? releaseOfQualifier(qualifier))
    : `ubuntu:${ubuntu}`;
}
