// SPDX-License-Identifier: Apache-2.0
/** What each rule of one policy makes of a subject, and why. */
import { readyRule, type ReadyRule } from "./compile-policy.ts";
import { comparisonText } from "./comparison.ts";
import { isLicenseRule } from "./match-schema.ts";
import { imageTests, type ImageTest, type MatcherTest } from "./match-tests.ts";
import { doubt, isOfDoubt } from "./opinion.ts";
import type { PolicyTarget, Subject } from "./subject.ts";
import type { Comparison, Policy, PolicyRule, RuleAction, RuleMatch } from "./types.ts";
import { isAnsweredByVex, requirementText } from "./vex-answer.ts";
import { weigh, type Outcome, type Weight } from "./weigh.ts";

/** Patterns that are shown of a list. */
const MAX_SHOWN = 5;

/** One matcher of a rule. */
export interface MatcherCheck {
  readonly matcher: keyof RuleMatch;
  readonly wanted: string;
  /** Absent where it is not known: then nothing matches. */
  readonly found?: string;
  readonly holds: boolean;
}

export interface RuleExplanation {
  readonly rule: string;
  /** `fail`, `ignore until 2027-01-31`. */
  readonly action: string;
  /** `not reached`: a rule before it decided. `not asked`: VEX answers, and the rule does not ask for VEX. */
  readonly outcome: Outcome | "not reached" | "not asked";
  /** Empty for a rule that was not tried. */
  readonly checks: readonly MatcherCheck[];
}

export interface PolicyExplanation {
  readonly policy: string;
  readonly tier: "system" | "namespace";
  /** In order; those about licences for a component, the others for a finding. */
  readonly rules: readonly RuleExplanation[];
}

export function explainPolicy(
  { name, rules }: Policy,
  tier: PolicyExplanation["tier"],
  given: Subject,
  target: PolicyTarget,
): PolicyExplanation {
  const isAboutLicense = given.finding === undefined;
  const tried = rules
    .filter(({ match }) => isLicenseRule(match) === isAboutLicense)
    .map((rule, order) => tryable(rule, order, target));
  const isAsked = isAboutLicense || !isAnsweredByVex(given.finding) || isDoubted(tried, given);
  let subject = given;
  let isDecided = false;
  return {
    policy: name,
    tier,
    rules: tried.map(({ ready, tests, isOfImage }): RuleExplanation => {
      const { name: rule, action } = ready.rule;
      const told = { rule, action: actionText(action) };
      if (isDecided) return { ...told, outcome: "not reached", checks: [] };
      if (!isAsked && !isOfDoubt(ready)) return { ...told, outcome: "not asked", checks: [] };
      const { outcome, severity } = isOfImage ? weigh(ready, subject) : NO_MATCH;
      const checks = tests.map((test) => checkOf(test, ready.rule.match, subject));
      if (severity !== undefined) subject = { ...subject, severity };
      isDecided = outcome === "decides";
      return { ...told, outcome, checks };
    }),
  };
}

const NO_MATCH: Weight = { outcome: "no match" };

interface Tryable {
  readonly ready: ReadyRule;
  readonly tests: readonly (ImageTest | MatcherTest)[];
  readonly isOfImage: boolean;
}

function tryable(rule: PolicyRule, order: number, target: PolicyTarget): Tryable {
  const ready = readyRule(rule, order, target);
  const ofImage = imageTests(rule.match, target);
  return { ready, tests: [...ofImage, ...ready.tests], isOfImage: ofImage.every(({ holds }) => holds()) };
}

function isDoubted(tried: readonly Tryable[], subject: Subject): boolean {
  return doubt(
    tried.filter(({ isOfImage }) => isOfImage).map(({ ready }) => ready),
    subject,
  ).isDoubted;
}

function checkOf(
  { matcher, holds, found }: ImageTest | MatcherTest,
  match: RuleMatch,
  subject: Subject,
): MatcherCheck {
  const known = found(subject);
  return {
    matcher,
    wanted: wantedText(match[matcher]),
    ...(known === undefined ? {} : { found: known }),
    holds: holds(subject),
  };
}

function wantedText(value: RuleMatch[keyof RuleMatch]): string {
  if (value === undefined || typeof value === "boolean") return String(value);
  if (isComparison(value)) return comparisonText(value);
  return "notIn" in value ? `other than ${listText(value.notIn, ", ")}` : listText(value, " or ");
}

const isComparison = (value: object): value is Comparison => "op" in value;

function listText(items: readonly string[], separator: string): string {
  const more = items.length > MAX_SHOWN ? [`${items.length - MAX_SHOWN} more`] : [];
  return [...items.slice(0, MAX_SHOWN), ...more].join(separator);
}

function actionText(action: RuleAction): string {
  switch (action.kind) {
    case "fail":
    case "warn":
      return action.kind;
    case "ignore":
    case "defer":
      return `${action.kind} until ${action.until}`;
    case "escalate": {
      const { kev, epss, severity } = action;
      const conditions = [
        ...(kev === undefined ? [] : [`kev ${kev}`]),
        ...(epss === undefined ? [] : [`epss ${comparisonText(epss)}`]),
      ];
      return `escalate to ${severity}${conditions.length === 0 ? "" : ` if ${conditions.join(" or ")}`}`;
    }
    case "requireVEX":
      return requirementText(action);
  }
}
