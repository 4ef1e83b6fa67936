// SPDX-License-Identifier: Apache-2.0
/** What one policy says about one subject: its rules in order, of which the first that decides counts. */
import type { Severity } from "../types.ts";
import { cut } from "../verdict.ts";
import type { ReadyPolicy, ReadyRule } from "./compile-policy.ts";
import type { FindingSubject, Subject } from "./subject.ts";
import type { PolicyRule } from "./types.ts";
import { isAnsweredByVex, requirementText } from "./vex-answer.ts";
import { weigh } from "./weigh.ts";

export interface Opinion {
  readonly policy: string;
  /** That decided; absent where none did. */
  readonly rule?: PolicyRule;
  readonly severity: Severity;
  readonly trace: readonly string[];
  /** Milliseconds at which it may be another by itself; infinite where it stays. */
  readonly changesAt: number;
}

/** Of a finding that VEX answers: nothing, unless a `requireVEX` rule does not take that answer. */
export function opinionOnFinding(policy: ReadyPolicy, subject: FindingSubject): Opinion {
  const rules = policy.candidates(subject.finding);
  if (!isAnsweredByVex(subject.finding)) return consider(policy.name, rules, subject);
  const { isDoubted, changesAt } = policy.requiresVex ? doubt(rules, subject) : TRUSTED;
  if (isDoubted) {
    const opinion = consider(policy.name, rules, subject);
    return { ...opinion, changesAt: Math.min(changesAt, opinion.changesAt) };
  }
  return { policy: policy.name, severity: subject.severity, trace: [], changesAt };
}

export function opinionOnLicense(policy: ReadyPolicy, subject: Subject): Opinion {
  return consider(policy.name, policy.licenseRules, subject);
}

function consider(policy: string, rules: readonly ReadyRule[], given: Subject): Opinion {
  const trace: string[] = [];
  let subject = given;
  let changesAt = Infinity;
  for (const ready of rules) {
    const { rule } = ready;
    const weight = weigh(ready, subject);
    changesAt = Math.min(changesAt, weight.changesAt ?? Infinity);
    const note = noteOn(ready, subject, weight);
    if (note !== undefined) trace.push(`${policy}/${rule.name}: ${note}`);
    if (weight.outcome === "decides") return { policy, rule, severity: subject.severity, trace, changesAt };
    if (weight.severity !== undefined) subject = { ...subject, severity: weight.severity };
  }
  return { policy, severity: subject.severity, trace, changesAt };
}

/** What a reader of the decision should know of a rule on the way to it. */
function noteOn(
  { rule: { action } }: ReadyRule,
  { severity, finding }: Subject,
  { outcome, severity: raised }: ReturnType<typeof weigh>,
): string | undefined {
  if (outcome === "expired" && "until" in action) return `${action.kind} expired ${action.until}`;
  if (outcome === "raises" && raised !== undefined) return `severity ${severity} to ${raised}`;
  if (outcome !== "decides" || action.kind !== "requireVEX") return undefined;
  const refused = finding !== undefined && isAnsweredByVex(finding) ? finding.vex : undefined;
  const why = refused?.justification === undefined ? "" : ` (${cut(refused.justification, 100)})`;
  const instead = refused === undefined ? "" : `, not ${refused.status} of ${cut(refused.source, 100)}${why}`;
  return `${requirementText(action)}${instead}`;
}

const TRUSTED = { isDoubted: false, changesAt: Infinity } as const;

/** The first `requireVEX` rule that speaks of the finding, whatever else would decide it, says whether its answer counts. */
export function doubt(
  rules: readonly ReadyRule[],
  given: Subject,
): { isDoubted: boolean; changesAt: number } {
  let subject = given;
  let changesAt = Infinity;
  for (const ready of rules) {
    if (!isOfDoubt(ready)) continue;
    const weight = weigh(ready, subject);
    changesAt = Math.min(changesAt, weight.changesAt ?? Infinity);
    if (weight.severity !== undefined) subject = { ...subject, severity: weight.severity };
    if (ready.takes !== undefined && weight.outcome !== "no match")
      return { isDoubted: weight.outcome === "decides", changesAt };
  }
  return { isDoubted: false, changesAt };
}

/** Rules that a finding is shown to although VEX answers it. */
export function isOfDoubt({ rule: { action } }: ReadyRule): boolean {
  return action.kind === "escalate" || action.kind === "requireVEX";
}
