// SPDX-License-Identifier: Apache-2.0
/**
 * Each matcher of a rule as a test of its own, so that a decision can be explained matcher by matcher.
 * Meaning: docs/policy.md. Globs are prepared once.
 */
import { ageChangesAt, ageInDays, isOfAge } from "./age.ts";
import { compares } from "./comparison.ts";
import { anyOf, pathGlob, type Matcher } from "./glob.ts";
import { unavoidable, type License } from "./license-expression.ts";
import { licenseMatcher } from "./license-names.ts";
import { licenseOf } from "./license-of.ts";
import { purlForms } from "./purl-forms.ts";
import { vulnerabilityIds, type PolicyTarget, type Subject } from "./subject.ts";
import type { RuleMatch } from "./types.ts";

export interface MatcherTest {
  readonly matcher: keyof RuleMatch;
  readonly holds: (subject: Subject) => boolean;
  /** What there is, for people; undefined where it is not known. */
  readonly found: (subject: Subject) => string | undefined;
  /** Milliseconds at which the answer changes by itself, where it will. */
  readonly changesAt?: (subject: Subject) => number | undefined;
}

type Tests = MatcherTest[];

/** A matcher of the image alone: the same for all that is in it. */
export interface ImageTest {
  readonly matcher: "image" | "repo" | "env" | "namespace";
  readonly holds: () => boolean;
  readonly found: () => string | undefined;
}

export function imageTests(match: RuleMatch, { context, imageDigest }: PolicyTarget): readonly ImageTest[] {
  const { imageReference, repository, env, namespace } = context;
  const byDigest = repository === undefined ? undefined : `${repository}@${imageDigest}`;
  const facts = {
    image: [imageReference, imageDigest, byDigest],
    repo: [repository],
    env: [env],
    namespace: [namespace],
  };
  return (["image", "repo", "env", "namespace"] as const).flatMap((matcher) => {
    const patterns = match[matcher];
    if (patterns === undefined) return [];
    const known = facts[matcher].filter((text) => text !== undefined);
    return [{ matcher, holds: () => known.some(anyOf(patterns)), found: () => joined(known) }];
  });
}

/** Cheap ones first, and the one that depends on the clock last. */
export function subjectTests(match: RuleMatch, target: PolicyTarget): readonly MatcherTest[] {
  const tests: Tests = [];
  addFindingFlags(tests, match);
  const { usedByEntrypoint, license } = match;
  if (usedByEntrypoint !== undefined) {
    const isUsed = (subject: Subject): boolean | undefined =>
      subject.usedByEntrypoint ? true : target.usageKnown ? false : undefined;
    tests.push({
      matcher: "usedByEntrypoint",
      holds: (subject) => isUsed(subject) === usedByEntrypoint,
      found: (subject) => isUsed(subject)?.toString(),
    });
  }
  any(tests, "cve", match.cve, ({ finding }) => (finding === undefined ? [] : vulnerabilityIds(finding)));
  any(tests, "source", match.source, ({ finding }) => finding?.sources ?? []);
  any(tests, "vendor", match.vendor, ({ finding }) => finding?.vendors.map((one) => one.toLowerCase()) ?? []);
  any(tests, "purl", match.purl, ({ purl }) => purlForms(purl));
  any(tests, "layerDigest", match.layerDigest, layerDigests);
  if (license !== undefined) tests.push(licenseTest(license));
  any(tests, "path", match.path, ({ evidence }) => evidence.map(({ path }) => path), pathGlob);
  addAge(tests, match, target.now);
  return tests;
}

function addFindingFlags(tests: Tests, { severity, kev, malware, epss, fixAvailable }: RuleMatch): void {
  if (severity !== undefined)
    tests.push({
      matcher: "severity",
      holds: (subject) => severity.includes(subject.severity),
      found: (subject) => subject.severity,
    });
  if (kev !== undefined)
    tests.push({
      matcher: "kev",
      holds: ({ finding }) => finding?.kev === kev,
      found: ({ finding }) => finding?.kev.toString(),
    });
  if (malware !== undefined)
    tests.push({
      matcher: "malware",
      holds: ({ finding }) => finding !== undefined && (finding.malware === true) === malware,
      found: ({ finding }) => finding && (finding.malware === true).toString(),
    });
  if (fixAvailable !== undefined)
    tests.push({
      matcher: "fixAvailable",
      holds: ({ finding }) => finding !== undefined && (finding.fixedVersion !== undefined) === fixAvailable,
      found: ({ finding }) => finding?.fixedVersion ?? "false",
    });
  if (epss !== undefined)
    tests.push({
      matcher: "epss",
      holds: ({ finding }) => finding?.epss !== undefined && compares(finding.epss, epss),
      found: ({ finding }) => finding?.epss?.toString(),
    });
}

function addAge(tests: Tests, { ageDays }: RuleMatch, now: number): void {
  if (ageDays === undefined) return;
  tests.push({
    matcher: "ageDays",
    holds: ({ finding }) => isOfAge(finding?.published, now, ageDays),
    found: ({ finding }) => ageInDays(finding?.published, now)?.toString(),
    changesAt: ({ finding }) => ageChangesAt(finding?.published, now, ageDays),
  });
}

/** One of the texts meets one of the patterns. */
function any(
  tests: Tests,
  matcher: keyof RuleMatch,
  patterns: readonly string[] | undefined,
  texts: (subject: Subject) => readonly string[],
  compile?: (pattern: string) => Matcher,
): void {
  if (patterns === undefined) return;
  const matches = anyOf(patterns, compile);
  tests.push({
    matcher,
    holds: (subject) => texts(subject).some(matches),
    found: (subject) => joined(texts(subject)),
  });
}

const joined = (texts: readonly string[]): string | undefined =>
  texts.length === 0 ? undefined : [...new Set(texts)].join(", ");

function licenseTest(license: LicenseMatch): MatcherTest {
  const matched = licenseMatched(license);
  return {
    matcher: "license",
    holds: ({ component, license: stated }) =>
      component !== undefined && matched(stated ?? licenseOf(component)).length > 0,
    found: ({ component }) => component && (component.licenses.join(", ") || "none stated"),
  };
}

type LicenseMatch = NonNullable<RuleMatch["license"]>;

const prepared = new WeakMap<LicenseMatch, (stated: License) => readonly string[]>();

/** Of what a package states, the licences that a rule speaks of and that can't be avoided; empty where it does not match. */
export function licenseMatched(license: LicenseMatch): (stated: License) => readonly string[] {
  let matched = prepared.get(license);
  if (matched === undefined) {
    const isListed = licenseMatcher("notIn" in license ? license.notIn : license);
    const isMeant = "notIn" in license ? (name: string): boolean => !isListed(name) : isListed;
    const known = new WeakMap<License, readonly string[]>();
    matched = (stated) => {
      let names = known.get(stated);
      if (names === undefined) known.set(stated, (names = unavoidable(stated, isMeant)));
      return names;
    };
    prepared.set(license, matched);
  }
  return matched;
}

/** The blob's digest where the component is known, and the uncompressed layer's. */
function layerDigests({ component, diffId }: Subject): readonly string[] {
  return component === undefined ? [diffId] : [component.layer.digest, diffId];
}
