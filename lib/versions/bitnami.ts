// SPDX-License-Identifier: Apache-2.0
/**
 * Bitnami's packages: the upstream's number with a revision of the packaging behind a hyphen, which counts upwards
 * (`2.4.58-1` is after `2.4.58`), where Semantic Versioning would see a pre-release. https://github.com/bitnami/go-version; what has
 * letters (`2.6.0-rc1`) is the upstream's pre-release all the same, as OSV reads it. The first revision is 0, as is none.
 */
import { compareDigits, isNumeric, trimmedVersion } from "./order.ts";
import type { VersionOrder } from "./order.ts";
import { compareSemver, parseSemver } from "./semver.ts";
import type { SemverVersion } from "./semver.ts";

interface BitnamiVersion extends SemverVersion {
  /** Undefined where none is written. */
  readonly revision: readonly string[] | undefined;
}

const FIRST: readonly string[] = ["0"];

export const bitnamiOrder: VersionOrder<BitnamiVersion> = {
  parse(text) {
    const version = parseSemver("bitnami", text, trimmedVersion("bitnami", text));
    const isRevision = version.pre.length > 0 && version.pre.every(isNumeric);
    return isRevision ? { ...version, pre: [], revision: version.pre } : { ...version, revision: undefined };
  },
  compare: (a, b) => compareSemver(a, b) || compareRevisions(a.revision ?? FIRST, b.revision ?? FIRST),
  /** Advisories name the upstream's version: all its revisions. */
  isOf: (version, named) => named.revision === undefined && compareSemver(version, named) === 0,
};

function compareRevisions(a: readonly string[], b: readonly string[]): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const difference = compareDigits(a[at] ?? "", b[at] ?? "");
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
