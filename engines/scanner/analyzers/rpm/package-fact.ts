// SPDX-License-Identifier: Apache-2.0
/** What an rpm header says as a package fact. Version as rpm(8) writes EVR: `[epoch:]version-release`. */
import { byText } from "#lib/compare.ts";
import type { RpmPackage } from "#lib/rpmdb/index.ts";
import type { PackageFact } from "../../facts.ts";
import type { DependencyReader } from "./dependency-names.ts";
import { sourcePackage } from "./source-package.ts";

/** Longer, it is no name or version. */
const MAX_TEXT = 1000;
/** A distro's longest licence expressions have about 3,000 characters. */
const MAX_LICENSE = 10_000;
const MAX_PROBLEMS = 100;

/** Undefined, with a line in `problems`, where name or version are unusable. */
export function packageFact(
  header: RpmPackage,
  dependencies: DependencyReader,
  problems: string[],
): PackageFact | undefined {
  const { name, epoch, architecture, license, offset } = header;
  const release = `${header.version}-${header.release}`;
  if (name.length > MAX_TEXT || release.length > MAX_TEXT) {
    problem(problems, `the header at byte ${offset} has no usable package name or version`);
    return undefined;
  }
  const supplier = header.vendor ?? header.packager;
  const fits = (text: string | undefined, most = MAX_TEXT): text is string => {
    if (text === undefined || text.length <= most) return text !== undefined;
    problem(problems, `a text of ${text.length} characters in the header at byte ${offset} is left out`);
    return false;
  };
  const [provides, requires] = [dependencies.namesOf(header.provides), dependencies.namesOf(header.requires)];
  if (provides.isCut || requires.isCut) {
    problem(problems, `not all names that the header at byte ${offset} provides or requires are kept`);
  }
  return {
    type: "rpm",
    name,
    version: withEpoch(epoch, release),
    ...(fits(architecture) ? { architecture } : {}),
    ...moduleOf(fits(header.modularityLabel) ? header.modularityLabel : undefined),
    ...(fits(license, MAX_LICENSE) ? { licenses: [license] } : {}),
    ...(fits(supplier) ? { supplier } : {}),
    ...(fits(header.sourceRpm) ? sourcePackage(header.sourceRpm, release, epoch) : {}),
    ...(provides.names.length === 0 ? {} : { provides: provides.names }),
    ...(requires.names.length === 0 ? {} : { requires: requires.names }),
    offset,
  };
}

/** `NAME:STREAM` of a label, which goes on with version and context of the build. */
function moduleOf(label: string | undefined): Pick<PackageFact, "qualifiers"> {
  const module = /^[^:\s]+:[^:\s]+/.exec(label ?? "")?.[0];
  return module === undefined ? {} : { qualifiers: { rpmmod: module } };
}

export function withEpoch(epoch: number | undefined, release: string): string {
  return epoch === undefined || epoch === 0 ? release : `${epoch}:${release}`;
}

/** By name, version and architecture; what is the same in all three by its place. */
export function comparePackages(a: PackageFact, b: PackageFact): number {
  return (
    byText(a.name, b.name) ||
    byText(a.version, b.version) ||
    byText(a.architecture ?? "", b.architecture ?? "") ||
    (a.offset ?? 0) - (b.offset ?? 0)
  );
}

function problem(problems: string[], message: string): void {
  if (problems.length < MAX_PROBLEMS) problems.push(message);
}
