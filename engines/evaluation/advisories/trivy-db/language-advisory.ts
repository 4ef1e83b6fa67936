// SPDX-License-Identifier: Apache-2.0
/** What all advisories of one vulnerability say of one language package, as the one value that Trivy has room for. */
import { FROM_THE_START } from "../ranges.ts";
import type { Advisory, AffectedPackage, VersionRange } from "../../types.ts";
import type { Language } from "./languages.ts";
import type { LeftOutCounter } from "./left-out.ts";

/** One advisory's word on one package. */
export interface Statement {
  readonly advisory: Advisory;
  readonly affected: AffectedPackage;
}

/** Constraint that every version meets. */
const EVERY = "";

/**
 * The union of all ranges, each a constraint: what any source holds affected is found, as with us. Undefined when none of
 * them can be said.
 */
export function languageAdvisory(
  statements: readonly Statement[],
  language: Language,
  id: string,
  leftOut: LeftOutCounter,
): object | undefined {
  const constraints = new Set<string>();
  for (const { advisory, affected } of statements) {
    const said = [
      ...affected.ranges.map((range) => constraintsOf(range, affected.ecosystem, language)),
      ...(affected.versions ?? []).map((version) => exactly(version, affected.ecosystem, language)),
    ];
    if (said.some((one) => one === undefined))
      leftOut.add("version", `${advisory.id} ${affected.ecosystem} ${affected.name}`);
    for (const constraint of said.flatMap((one) => one ?? [])) constraints.add(constraint);
  }
  if (constraints.size === 0) return undefined;
  const vendorIds = vendorIdsOf(statements, id);
  return {
    ...(vendorIds.length === 0 ? {} : { VendorIDs: vendorIds }),
    VulnerableVersions: constraints.has(EVERY) ? [EVERY] : [...constraints].sort(),
  };
}

/** Ids of the advisories beside that of the vulnerability, sorted. */
export function vendorIdsOf(statements: readonly Statement[], id: string): readonly string[] {
  return [...new Set(statements.map(({ advisory }) => advisory.id))].filter((one) => one !== id).sort();
}

function constraintsOf(
  range: VersionRange,
  ecosystem: string,
  language: Language,
): readonly string[] | undefined {
  const { introduced, fixed, lastAffected } = range;
  const bounds: readonly (readonly [operator: string, version: string | undefined])[] = [
    [">=", introduced === FROM_THE_START ? undefined : introduced],
    ["<=", lastAffected],
    ["<", fixed],
  ];
  const parts: string[] = [];
  for (const [operator, version] of bounds) {
    if (version === undefined) continue;
    const text = language.version(version);
    if (text === undefined) return undefined;
    parts.push(`${operator}${text}`);
  }
  const whole = parts.join(", ");
  const last = parts.at(-1);
  // PEP 440 excludes the fix's own pre-releases from `<`; they come before it all the same.
  return ecosystem === "pypi" && fixed !== undefined && last !== undefined
    ? [whole, [...parts.slice(0, -1), `<=${last.slice(1)}`, `!=${last.slice(1)}`].join(", ")]
    : [whole];
}

function exactly(version: string, ecosystem: string, language: Language): readonly string[] | undefined {
  const text = language.version(version);
  return text === undefined ? undefined : [`${ecosystem === "pypi" ? "==" : "="}${text}`];
}
