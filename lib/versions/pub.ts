// SPDX-License-Identifier: Apache-2.0
/**
 * Dart's packages: Semantic Versioning 2.0.0-rc.1, in which build metadata counts (`1.0.0` is before `1.0.0+1`).
 * https://pub.dev/packages/pub_semver, "Semantics"
 */
import { canonicalDigits, isNumeric, trimmedVersion } from "./order.ts";
import type { VersionOrder } from "./order.ts";
import { comparePre, compareSemver, parseSemver } from "./semver.ts";
import type { SemverVersion } from "./semver.ts";

interface PubVersion extends SemverVersion {
  /** Empty where there is none. */
  readonly build: readonly string[];
}

export const pubOrder: VersionOrder<PubVersion> = {
  parse(text) {
    const trimmed = trimmedVersion("pub", text);
    const version = parseSemver("pub", text, trimmed);
    const plus = trimmed.indexOf("+");
    const build = plus < 0 ? [] : trimmed.slice(plus + 1).split(".");
    return { ...version, build: build.map((part) => (isNumeric(part) ? canonicalDigits(part) : part)) };
  },
  compare: (a, b) => compareSemver(a, b) || compareBuilds(a.build, b.build),
};

/** No build is before any. */
const compareBuilds = (a: readonly string[], b: readonly string[]): number =>
  a.length === 0 || b.length === 0 ? a.length - b.length : comparePre(a, b);
