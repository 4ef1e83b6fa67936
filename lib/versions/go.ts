// SPDX-License-Identifier: Apache-2.0
/**
 * Go module and toolchain versions. A module's follows Semantic Versioning with a `v` (https://go.dev/ref/mod#versions): a
 * pseudo-version is a pre-release by its form, `+incompatible` is build metadata. A toolchain's (`go1.21.3`, `1.22rc1`)
 * follows https://go.dev/doc/toolchain: its pre-release has no hyphen, `rc1` being the identifiers `rc` and 1, and what
 * follows a hyphen in its name (`go1.21.3-custom`) counts for nothing.
 */
import { canonicalDigits, invalidVersion, isLetter, trimmedVersion } from "./order.ts";
import type { VersionOrder } from "./order.ts";
import { compareSemver, parseSemver } from "./semver.ts";
import type { SemverVersion } from "./semver.ts";

export const goOrder: VersionOrder<SemverVersion> = {
  parse(text) {
    const trimmed = trimmedVersion("golang", text);
    if (trimmed === "(devel)") throw invalidVersion("golang", text, "a development build has no version");
    const word = before(" ", trimmed);
    const written = word.startsWith("go") ? before("-", word.slice(2)) : word;
    const version = parseSemver("golang", text, written);
    const [only] = version.pre;
    return version.pre.length === 1 && only !== undefined && !written.includes("-")
      ? { ...version, pre: splitToolchainPre(only) }
      : version;
  },
  compare: compareSemver,
};

function before(mark: string, text: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}

/** `rc1` -> `rc`, `1`; anything else stays one identifier. */
function splitToolchainPre(identifier: string): readonly string[] {
  let at = 0;
  while (isLetter(identifier.charCodeAt(at))) at += 1;
  const digits = identifier.slice(at);
  const whole = at === 0 || digits === "" || !/^\d+$/.test(digits);
  return whole ? [identifier] : [identifier.slice(0, at), canonicalDigits(digits)];
}
