// SPDX-License-Identifier: Apache-2.0
/**
 * A policy made ready to judge one image: rules that cannot match the image are dropped, globs are prepared
 * once, and rules that name vulnerabilities one by one are found by id.
 */
import type { Finding } from "../types.ts";
import { isLicenseRule } from "./match-schema.ts";
import { imageTests, subjectTests, type MatcherTest } from "./match-tests.ts";
import { vulnerabilityIds, type PolicyTarget } from "./subject.ts";
import type { Policy, PolicyRule } from "./types.ts";
import { endOf } from "./until.ts";
import { vexAnswerTest } from "./vex-answer.ts";

export { vulnerabilityIds };

export interface ReadyRule {
  readonly rule: PolicyRule;
  /** Place in the policy. */
  readonly order: number;
  /** An `ignore` or `defer` whose time is over: it is told, and does not count. */
  readonly expired: boolean;
  readonly tests: readonly MatcherTest[];
  /** Of a `requireVEX` rule: whether the finding's answer is one that it takes. */
  readonly takes?: (finding: Finding) => boolean;
}

export interface ReadyPolicy {
  readonly name: string;
  /** Rules that may match the finding, in order. */
  readonly candidates: (finding: Finding) => readonly ReadyRule[];
  /** Rules about licences alone, in order. */
  readonly licenseRules: readonly ReadyRule[];
  /** Whether a rule asks for VEX: else no suppression is in doubt. */
  readonly requiresVex: boolean;
}

export function compilePolicy(policy: Policy, target: PolicyTarget): ReadyPolicy {
  const general: ReadyRule[] = [];
  const licenseRules: ReadyRule[] = [];
  const byId = new Map<string, ReadyRule[]>();
  for (const [order, rule] of policy.rules.entries()) {
    if (!holdsForImage(rule, target)) continue;
    const ready = readyRule(rule, order, target);
    const ids = rule.match.cve;
    if (isLicenseRule(rule.match)) licenseRules.push(ready);
    else if (ids === undefined || ids.some((id) => id.includes("*"))) general.push(ready);
    else for (const id of ids) byId.set(id, [...(byId.get(id) ?? []), ready]);
  }
  return {
    name: policy.name,
    candidates: (finding) => inOrder(general, byId, finding),
    licenseRules,
    requiresVex: policy.rules.some(({ action }) => action.kind === "requireVEX"),
  };
}

export function readyRule(rule: PolicyRule, order: number, target: PolicyTarget): ReadyRule {
  const { match, action } = rule;
  return {
    rule,
    order,
    expired: (action.kind === "ignore" || action.kind === "defer") && endOf(action.until) <= target.now,
    tests: subjectTests(match, target),
    ...(action.kind === "requireVEX" ? { takes: vexAnswerTest(action) } : {}),
  };
}

export function holdsForImage({ match }: PolicyRule, target: PolicyTarget): boolean {
  return imageTests(match, target).every(({ holds }) => holds());
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
