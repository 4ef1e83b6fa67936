// SPDX-License-Identifier: Apache-2.0
/** Our findings beside trivy's, by package and by any name of the vulnerability, and why they differ. Pure. */
import type { Found } from "../components.ts";
import { keyOf, type Package } from "../truth.ts";
import type { FoundFinding } from "./read.ts";

export interface ImageFindings {
  readonly name: string;
  readonly ours: readonly FoundFinding[];
  readonly theirs: readonly FoundFinding[];
  /** Packages that each side lists, as compared in the first part. */
  readonly ourPackages: readonly Found[];
  readonly theirPackages: readonly Found[];
}

export type DifferenceKind = "only StellaOps" | "only trivy" | "other severity" | "other fix";

export interface FindingDifference {
  readonly kind: DifferenceKind;
  readonly package: Package;
  readonly id: string;
  readonly because: string;
  /** Both sides' words, where both have it. */
  readonly words?: string;
}

export interface FindingCount {
  readonly type: string;
  readonly both: number;
  readonly onlyUs: number;
  /** Of `onlyUs`, what we list and do not count. */
  readonly suppressed: number;
  readonly onlyTrivy: number;
}

export const UNEXPLAINED = "UNEXPLAINED";

interface Pairs {
  readonly both: readonly (readonly [ours: FoundFinding, theirs: FoundFinding])[];
  readonly onlyUs: readonly FoundFinding[];
  readonly onlyTrivy: readonly FoundFinding[];
}

export function pairsOf({ ours, theirs }: Pick<ImageFindings, "ours" | "theirs">): Pairs {
  const named = new Map<string, FoundFinding>();
  for (const finding of theirs) for (const name of namesOf(finding)) named.set(name, finding);
  const partnerOf = (finding: FoundFinding) =>
    namesOf(finding)
      .map((name) => named.get(name))
      .find((found) => found !== undefined);
  const both = ours.flatMap((finding) => {
    const partner = partnerOf(finding);
    return partner === undefined ? [] : [[finding, partner] as const];
  });
  const met = new Set(both.flat());
  return {
    both,
    onlyUs: ours.filter((one) => !met.has(one)),
    onlyTrivy: theirs.filter((one) => !met.has(one)),
  };
}

const namesOf = ({ package: one, id, aliases }: FoundFinding): readonly string[] =>
  [id, ...aliases].map((name) => `${keyOf(one)} ${name}`);

/** One line for each type that either side has findings in, sorted. */
export function findingCounts(image: ImageFindings): readonly FindingCount[] {
  const { both, onlyUs, onlyTrivy } = pairsOf(image);
  const types = [...new Set([...image.ours, ...image.theirs].map((one) => one.package.type))].sort();
  return types.map((type) => {
    const of = (list: readonly FoundFinding[]) => list.filter((one) => one.package.type === type);
    const alone = of(onlyUs);
    return {
      type,
      both: of(both.map(([ours]) => ours)).length,
      onlyUs: alone.length,
      suppressed: alone.filter(({ suppressedBy }) => suppressedBy !== undefined).length,
      onlyTrivy: of(onlyTrivy).length,
    };
  });
}

/** By kind, then as the findings are sorted. */
export function findingDifferences(image: ImageFindings): readonly FindingDifference[] {
  const { both, onlyUs, onlyTrivy } = pairsOf(image);
  const [ourPackages, theirPackages] = [
    new Set(image.ourPackages.map(keyOf)),
    new Set(image.theirPackages.map(keyOf)),
  ];
  return [
    ...onlyUs.map((one) => difference("only StellaOps", one, whyOnlyUs(one, theirPackages))),
    ...onlyTrivy.map((one) => difference("only trivy", one, whyOnlyTrivy(one, ourPackages))),
    ...both.flatMap(([ours, theirs]) => {
      const because = whyOtherSeverity(ours, theirs);
      if (because === undefined) return [];
      return [
        { ...difference("other severity", ours, because), words: `${ours.severity}, ${theirs.severity}` },
      ];
    }),
    ...both.flatMap(([ours, theirs]) => {
      const because = whyOtherFix(ours, theirs);
      if (because === undefined) return [];
      return [
        { ...difference("other fix", ours, because), words: `${list(ours.fixes)}; ${list(theirs.fixes)}` },
      ];
    }),
  ];
}

const list = (fixes: readonly string[]): string => (fixes.length === 0 ? "none" : fixes.join(", "));

const difference = (kind: DifferenceKind, one: FoundFinding, because: string): FindingDifference => ({
  kind,
  package: one.package,
  id: one.id,
  because,
});

function whyOnlyUs({ package: one, suppressedBy }: FoundFinding, theirPackages: ReadonlySet<string>): string {
  if (theirPackages.has(keyOf(one))) return UNEXPLAINED;
  return suppressedBy?.startsWith("distro:") === true
    ? "a package in files of a distro's package: we list the finding as suppressed, since the distro answers for its files; trivy leaves the package out"
    : "trivy does not list the package, see Differences above";
}

function whyOnlyTrivy({ package: one }: FoundFinding, ourPackages: ReadonlySet<string>): string {
  return ourPackages.has(keyOf(one)) ? UNEXPLAINED : "a package that we do not list, see Differences above";
}

function whyOtherSeverity(ours: FoundFinding, theirs: FoundFinding): string | undefined {
  if (ours.severity === theirs.severity) return undefined;
  return ours.severity === "none" && theirs.severity === "low"
    ? "unimportant to the distro: `none` here; trivy has no word below low"
    : "trivy has one severity for a source and vulnerability; ours is that of the range that met";
}

function whyOtherFix(ours: FoundFinding, theirs: FoundFinding): string | undefined {
  const [own] = ours.fixes;
  if (own === undefined)
    return theirs.fixes.length === 0
      ? undefined
      : "no fix for the range that met; trivy lists those of the other ranges";
  return theirs.fixes.includes(own) ? undefined : UNEXPLAINED;
}
