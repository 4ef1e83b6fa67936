// SPDX-License-Identifier: Apache-2.0
/** Judges one finding by several policies: first match in each, strictest of all, waivers where allowed. */
import type { Component } from "#engines/scanner/index.ts";
import { severityRank, worseOf } from "../severity.ts";
import type { Finding, JudgedFinding, PolicyAction, Severity } from "../types.ts";
import { compilePolicy, type PolicyTarget, type ReadyPolicy } from "./compile-policy.ts";
import type { PolicyRule, PolicySet } from "./types.ts";
import { endOf } from "./until.ts";

const MAX_TRACE = 20;

export interface Judge {
  /** The finding must not be suppressed. */
  readonly judge: (finding: Finding, component: Component | undefined) => Judgement;
}

export interface Judgement {
  readonly judged: JudgedFinding;
  /** Milliseconds at which the first waiver that this answer or its trace rests on ends. */
  readonly expiresAt?: number;
}

/** What one policy says. */
interface Opinion {
  readonly policy: string;
  readonly rule?: PolicyRule;
  readonly severity: Severity;
  readonly trace: readonly string[];
}

/** @see docs/policy.md, section "Several policies" */
export function makeJudge(set: PolicySet, target: PolicyTarget): Judge {
  const system = set.system.map((policy) => compilePolicy(policy, target));
  const own = (set.namespace ?? []).map((policy) => compilePolicy(policy, target));
  const ownMayWaive = set.allowNamespaceWaivers ?? false;
  return {
    judge(finding, component) {
      const binding = system.map((policy) => ask(policy, finding, component));
      const local = own.map((policy) => ask(policy, finding, component));
      const all = [...binding, ...(ownMayWaive ? local : local.map(withoutWaiver))];
      return conclude(finding, decide(binding, local, ownMayWaive), all);
    },
  };
}

function ask(policy: ReadyPolicy, finding: Finding, component: Component | undefined): Opinion {
  const trace: string[] = [];
  let severity = finding.severity;
  for (const { rule, expired, matches } of policy.candidates(finding)) {
    if (!matches({ finding, component, severity })) continue;
    const { action } = rule;
    if (expired) {
      if ("until" in action)
        trace.push(`${policy.name}/${rule.name}: ${action.kind} expired ${action.until}`);
    } else if (action.kind === "escalate") {
      const raised = worseOf(severity, action.severity);
      if (raised !== severity) trace.push(`${policy.name}/${rule.name}: severity ${severity} to ${raised}`);
      severity = raised;
    } else return { policy: policy.name, rule, severity, trace };
  }
  return { policy: policy.name, severity, trace };
}

/**
 * A namespace's waiver counts over everything where allowed; a namespace's fail or warn can tighten what the
 * system waived or let pass; among system policies a live waiver answers for the others.
 */
function decide(
  binding: readonly Opinion[],
  local: readonly Opinion[],
  ownMayWaive: boolean,
): Opinion | undefined {
  const ownWaiver = ownMayWaive ? local.find(isWaiver) : undefined;
  if (ownWaiver !== undefined) return ownWaiver;
  const systemSays = binding.find(isWaiver) ?? strictest(binding);
  const ownSays = strictest(local.filter((opinion) => !isWaiver(opinion)));
  if (systemSays === undefined) return ownSays;
  return ownSays !== undefined && strictness(ownSays) > strictness(systemSays) ? ownSays : systemSays;
}

function strictest(opinions: readonly Opinion[]): Opinion | undefined {
  let best: Opinion | undefined;
  for (const opinion of opinions) {
    if (opinion.rule === undefined) continue;
    if (best === undefined || strictness(opinion) > strictness(best)) best = opinion;
  }
  return best;
}

function strictness({ rule }: Opinion): number {
  return rule?.action.kind === "fail" ? 2 : rule?.action.kind === "warn" ? 1 : 0;
}

function isWaiver({ rule }: Opinion): boolean {
  return rule?.action.kind === "ignore" || rule?.action.kind === "defer";
}

/** Says why a namespace's waiver changed nothing. */
function withoutWaiver(opinion: Opinion): Opinion {
  if (!isWaiver(opinion)) return opinion;
  const told = `${opinion.policy}/${opinion.rule?.name ?? ""}: waivers of a namespace are not allowed`;
  return { ...opinion, trace: [...opinion.trace, told] };
}

function conclude(finding: Finding, decided: Opinion | undefined, all: readonly Opinion[]): Judgement {
  const severity = all.map((opinion) => opinion.severity).reduce(worseOf, finding.severity);
  const raised = severityRank(severity) < severityRank(finding.severity);
  const action = decided?.rule?.action;
  const kind: PolicyAction = action === undefined || action.kind === "escalate" ? "none" : action.kind;
  const judged: JudgedFinding = {
    ...finding,
    severity,
    action: kind,
    ...(decided?.rule === undefined ? {} : { rule: decided.rule.name, policy: decided.policy }),
    ...(action?.kind === "ignore"
      ? { waiver: { until: action.until, justification: action.justification } }
      : action?.kind === "defer"
        ? { waiver: { until: action.until, justification: "" } }
        : {}),
    ...(raised ? { originalSeverity: finding.severity } : {}),
    trace: all.flatMap((opinion) => opinion.trace).slice(0, MAX_TRACE),
  };
  const ends = all.flatMap(({ rule }) =>
    rule !== undefined && "until" in rule.action ? [endOf(rule.action.until)] : [],
  );
  return ends.length === 0 ? { judged } : { judged, expiresAt: Math.min(...ends) };
}
