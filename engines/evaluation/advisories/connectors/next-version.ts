// SPDX-License-Identifier: Apache-2.0
/** What follows a version that a requirement leaves out (`> 1.2.3`): ranges begin with a version that they hold. */
import { versionErrors } from "#lib/versions/index.ts";
import type { VersionOrder } from "#lib/versions/index.ts";

/** Ecosystems of three numbers, in which `-0` is before all other pre-releases of a number. */
const THREE_NUMBERS: ReadonlySet<string> = new Set(["cargo", "golang", "hex", "npm", "swift"]);

/**
 * A version behind the given one and before all that are released behind it.
 * @throws VERSION_INVALID where the ecosystem has no text for that
 */
export function versionBehind(ecosystem: string, order: VersionOrder, version: string): string {
  const candidate = THREE_NUMBERS.has(ecosystem) ? behindOfThree(version) : behindOfAny(ecosystem, version);
  if (!isBehind(order, candidate, version)) {
    throw versionErrors.make("VERSION_INVALID", `what is behind ${JSON.stringify(version)} can't be written`);
  }
  return candidate;
}

/** The first release that there can be behind a release, where versions are counted in three numbers. */
export function nextRelease(ecosystem: string, version: string): string | undefined {
  return THREE_NUMBERS.has(ecosystem) ? nextPatch(version) : undefined;
}

function behindOfThree(version: string): string {
  const next = nextPatch(version);
  return next === undefined ? `${withoutBuild(version)}.0` : `${next}-0`;
}

/** Undefined behind a pre-release. */
function nextPatch(version: string): string | undefined {
  const found = /^v?(\d{1,20})(?:\.(\d{1,20}))?(?:\.(\d{1,20}))?$/.exec(withoutBuild(version));
  if (found === null) return undefined;
  const [, major = "0", minor = "0", patch = "0"] = found;
  return `${major}.${minor}.${BigInt(patch) + 1n}`;
}

/** NuGet has four numbers and no more; elsewhere a further number is free. */
function behindOfAny(ecosystem: string, version: string): string {
  const numbers = /^(\d{1,20})(?:\.(\d{1,20}))?(?:\.(\d{1,20}))?(?:\.(\d{1,20}))?$/.exec(
    withoutBuild(version),
  );
  if (ecosystem !== "nuget") return `${version}.0.1`;
  if (numbers === null) return `${withoutBuild(version)}.0`;
  const [, major = "0", minor = "0", patch = "0", fourth = "0"] = numbers;
  return `${major}.${minor}.${patch}.${BigInt(fourth) + 1n}-0`;
}

function withoutBuild(version: string): string {
  const plus = version.indexOf("+");
  return plus < 0 ? version : version.slice(0, plus);
}

function isBehind(order: VersionOrder, candidate: string, version: string): boolean {
  try {
    return order.compare(order.parse(candidate), order.parse(version)) > 0;
  } catch (error) {
    if (versionErrors.is(error, "VERSION_INVALID")) return false;
    throw error;
  }
}
