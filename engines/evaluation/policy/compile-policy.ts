// SPDX-License-Identifier: Apache-2.0
/**
 * A policy made ready to judge one image: rules that cannot match the image are dropped, globs are prepared
 * once, and rules that name vulnerabilities one by one are found by id. Meaning of matchers: docs/policy.md.
 */
import type { Digest } from "#lib/digest.ts";
import type { Component } from "#engines/scanner/index.ts";
import type { Finding, Severity } from "../types.ts";
import { anyOf, pathGlob, type Matcher } from "./glob.ts";
import type { EpssMatch, EvaluationContext, Policy, PolicyRule, RuleMatch } from "./types.ts";
import { endOf } from "./until.ts";

/** What a rule looks at: a finding, its component, and the severity that earlier rules left. */
export interface Subject {
  readonly finding: Finding;
  readonly component: Component | undefined;
  readonly severity: Severity;
}

export interface ReadyRule {
  readonly rule: PolicyRule;
  /** Place in the policy. */
  readonly order: number;
  /** An `ignore` or `defer` whose time is over: it is told, and does not count. */
  readonly expired: boolean;
  readonly matches: (subject: Subject) => boolean;
}

export interface ReadyPolicy {
  readonly name: string;
  /** Rules that may match the finding, in order. */
  readonly candidates: (finding: Finding) => readonly ReadyRule[];
}

export interface PolicyTarget {
  readonly context: EvaluationContext;
  readonly imageDigest: Digest;
  /** Milliseconds since 1970; decides which waivers are over. */
  readonly now: number;
  /** Whether the image's entry point could be followed to its program: else nothing is known to be unused. */
  readonly usageKnown: boolean;
}

export function compilePolicy(policy: Policy, target: PolicyTarget): ReadyPolicy {
  const general: ReadyRule[] = [];
  const byId = new Map<string, ReadyRule[]>();
  for (const [order, rule] of policy.rules.entries()) {
    if (!matchesImage(rule.match, target)) continue;
    const ready = {
      rule,
      order,
      expired: isExpired(rule, target.now),
      matches: compileMatch(rule.match, target),
    };
    const ids = rule.match.cve;
    if (ids === undefined || ids.some((id) => id.includes("*"))) general.push(ready);
    else for (const id of ids) byId.set(id, [...(byId.get(id) ?? []), ready]);
  }
  return { name: policy.name, candidates: (finding) => inOrder(general, byId, finding) };
}

/** Every name that a finding goes by, upper case. */
export function vulnerabilityIds(finding: Finding): readonly string[] {
  return [finding.id, ...finding.aliases, ...finding.advisoryIds].map((id) => id.toUpperCase());
}

function inOrder(
  general: readonly ReadyRule[],
  byId: ReadonlyMap<string, readonly ReadyRule[]>,
  finding: Finding,
): readonly ReadyRule[] {
  if (byId.size === 0) return general;
  const named = new Set(vulnerabilityIds(finding).flatMap((id) => byId.get(id) ?? []));
  if (named.size === 0) return general;
  return [...general, ...named].sort((a, b) => a.order - b.order);
}

function isExpired(rule: PolicyRule, now: number): boolean {
  const { action } = rule;
  return (action.kind === "ignore" || action.kind === "defer") && endOf(action.until) <= now;
}

function matchesImage(match: RuleMatch, { context, imageDigest }: PolicyTarget): boolean {
  const names = [context.imageReference, imageDigest];
  if (context.repository !== undefined) names.push(`${context.repository}@${imageDigest}`);
  return (
    holds(match.image, ...names) &&
    holds(match.repo, context.repository) &&
    holds(match.env, context.env) &&
    holds(match.namespace, context.namespace)
  );
}

function holds(patterns: readonly string[] | undefined, ...texts: readonly (string | undefined)[]): boolean {
  if (patterns === undefined) return true;
  const matches = anyOf(patterns);
  return texts.some((text) => text !== undefined && matches(text));
}

type Test = (subject: Subject) => boolean;

/** Cheap tests first. */
function compileMatch(match: RuleMatch, { usageKnown }: PolicyTarget): Test {
  const tests: Test[] = [];
  const { severity, kev, epss, fixAvailable, usedByEntrypoint } = match;
  if (severity !== undefined) tests.push((subject) => severity.includes(subject.severity));
  if (kev !== undefined) tests.push(({ finding }) => finding.kev === kev);
  if (fixAvailable !== undefined)
    tests.push(({ finding }) => (finding.fixedVersion !== undefined) === fixAvailable);
  if (usedByEntrypoint !== undefined)
    tests.push((subject) => isUsed(subject, usageKnown) === usedByEntrypoint);
  if (epss !== undefined)
    tests.push(({ finding }) => finding.epss !== undefined && compare(finding.epss, epss));
  each(
    tests,
    match.cve,
    (matches) =>
      ({ finding }) =>
        vulnerabilityIds(finding).some(matches),
  );
  each(
    tests,
    match.source,
    (matches) =>
      ({ finding }) =>
        finding.sources.some(matches),
  );
  each(
    tests,
    match.purl,
    (matches) =>
      ({ finding }) =>
        purlForms(finding.purl).some(matches),
  );
  each(tests, match.layerDigest, (matches) => (subject) => layerDigests(subject).some(matches));
  each(
    tests,
    match.license,
    (matches) =>
      ({ component }) =>
        component?.licenses.some(matches) ?? false,
  );
  each(
    tests,
    match.path,
    (matches) =>
      ({ finding }) =>
        finding.evidence.some(({ path }) => matches(path)),
    pathGlob,
  );
  return (subject) => tests.every((test) => test(subject));
}

/** Undefined where it can't be told. */
function isUsed({ component }: Subject, usageKnown: boolean): boolean | undefined {
  if (component?.usedByEntrypoint !== undefined) return true;
  return component !== undefined && usageKnown ? false : undefined;
}

function each(
  tests: Test[],
  patterns: readonly string[] | undefined,
  make: (matches: Matcher) => Test,
  compile?: (pattern: string) => Matcher,
): void {
  if (patterns !== undefined) tests.push(make(anyOf(patterns, compile)));
}

function compare(score: number, { op, value }: EpssMatch): boolean {
  switch (op) {
    case ">=":
      return score >= value;
    case ">":
      return score > value;
    case "<=":
      return score <= value;
    case "<":
      return score < value;
  }
}

/**
 * The purl in full, without qualifiers, and without version: `pkg:npm/lodash` names every lodash. Each also
 * decoded, since people write `pkg:npm/@babel/core` and not `%40babel`.
 */
function purlForms(purl: string): readonly string[] {
  const bare = purl.split(/[?#]/, 1)[0] ?? purl;
  const at = bare.lastIndexOf("@");
  const forms = at > bare.lastIndexOf("/") ? [purl, bare, bare.slice(0, at)] : [purl, bare];
  return purl.includes("%") ? [...forms, ...forms.map(decoded)] : forms;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The blob's digest where the component is known, and the uncompressed layer's. */
function layerDigests({ finding, component }: Subject): readonly string[] {
  return component === undefined ? [finding.layer.diffId] : [component.layer.digest, finding.layer.diffId];
}
