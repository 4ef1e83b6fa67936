// SPDX-License-Identifier: Apache-2.0
/** What a root filesystem says of itself as a whole: its distribution, and licences that stand beside packages. */
import type { Distro } from "../types.ts";
import { factOf } from "./draft.ts";
import type { RootView, VisibleFile } from "./root-view.ts";

/** os-release(5) first; the release files of older systems only where it is missing. */
const DISTRO_PATHS = [
  "etc/os-release",
  "usr/lib/os-release",
  "etc/alpine-release",
  "etc/centos-release",
  "etc/redhat-release",
  "etc/system-release",
  "etc/debian_version", // Debian's children have it too, with Debian's version
];
const DOC = "usr/share/doc/";

export function distroOf(view: RootView): Distro | undefined {
  for (const path of DISTRO_PATHS) {
    const found = factOf(view.find(path), "distro");
    if (found) return found;
  }
  return undefined;
}

/** Licences by OS package name; a documentation folder may be a link to another package's. */
export function licensesOf(
  view: RootView,
  files: readonly VisibleFile[],
): (name: string) => readonly string[] {
  const byFolder = new Map<string, readonly string[]>();
  for (const { facts } of files) {
    for (const { license } of facts) if (license) byFolder.set(DOC + license.package, license.licenses);
  }
  return (name) => byFolder.get(DOC + name) ?? byFolder.get(view.links.follow(DOC + name) ?? "") ?? [];
}
