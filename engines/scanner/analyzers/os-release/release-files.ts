// SPDX-License-Identifier: Apache-2.0
/** The release files of systems that have no os-release: one line that names distribution and version. */
import type { Distro } from "../../types.ts";

/** Longer, it is no release file. */
const MAX_LINE = 200;
const ALPINE = /^(\d+\.\d+(?:\.\d+)?(?:_\w+)?)$/;
const DEBIAN = /^(?:(\d+(?:\.\d+)*)|([a-z]+)\/sid)$/;
const RED_HAT = /^(.+?)(?: Linux)?(?: Server| Workstation)? release (\d+(?:\.\d+)*)\b/;

/** First words of a Red Hat family's release line, and the id that its later os-release has. */
const FAMILY: readonly (readonly [start: string, id: string])[] = [
  ["AlmaLinux", "almalinux"],
  ["Amazon", "amzn"],
  ["CentOS", "centos"],
  ["Fedora", "fedora"],
  ["Oracle", "ol"],
  ["Red Hat Enterprise", "rhel"],
  ["Rocky", "rocky"],
];

/** Paths below etc/, by the reader of their line. */
export const releaseFiles: ReadonlyMap<string, (line: string) => Distro | undefined> = new Map([
  ["alpine-release", alpine],
  ["centos-release", redHat],
  ["debian_version", debian],
  ["redhat-release", redHat],
  ["system-release", redHat],
]);

/** Undefined where the line says nothing known. */
export function readReleaseFile(name: string, text: string): Distro | undefined {
  const line = (text.split("\n", 1)[0] ?? "").trim();
  return line.length > MAX_LINE ? undefined : releaseFiles.get(name)?.(line);
}

function alpine(line: string): Distro | undefined {
  const versionId = ALPINE.exec(line)?.[1];
  return versionId === undefined ? undefined : { id: "alpine", versionId };
}

/** Debian before its release names the one that it will be: `trixie/sid`. */
function debian(line: string): Distro | undefined {
  const [, versionId, codename] = DEBIAN.exec(line) ?? [];
  if (versionId !== undefined) return { id: "debian", versionId };
  return codename === undefined ? undefined : { id: "debian", versionId: "", codename };
}

function redHat(line: string): Distro | undefined {
  const versionId = RED_HAT.exec(line)?.[2];
  const id = FAMILY.find(([start]) => line.startsWith(start))?.[1];
  return id === undefined || versionId === undefined ? undefined : { id, versionId, prettyName: line };
}
