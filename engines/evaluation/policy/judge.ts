// SPDX-License-Identifier: Apache-2.0
/**
 * Judges findings, and components for their licence, by several policies: first match in each, strictest of all,
 * waivers where allowed. @see docs/policy.md, section "Several policies"
 */
import type { Component } from "#engines/scanner/index.ts";
import type { Finding, JudgedFinding, LicenseFinding } from "../types.ts";
import { compilePolicy, type ReadyPolicy } from "./compile-policy.ts";
import { actionOf, judgedFinding, licenseFinding, type Settled } from "./judged.ts";
import { opinionOnFinding, opinionOnLicense, type Opinion } from "./opinion.ts";
import { componentSubject, findingSubject, type PolicyTarget } from "./subject.ts";
import type { PolicySet } from "./types.ts";

export interface Judge {
  /** The finding must not be suppressed by anything but VEX. */
  readonly judge: (finding: Finding, component: Component | undefined) => Judgement<JudgedFinding>;
  /** Undefined where no rule speaks of the component's licence. */
  readonly judgeLicense: (component: Component) => Judgement<LicenseFinding | undefined>;
  /** Whether any rule is about licences; else no component needs to be asked for. */
  readonly asksForLicenses: boolean;
}

export interface Judgement<Judged> {
  readonly judged: Judged;
  /** Milliseconds of the first moment at which this answer or its trace may be another by itself. */
  readonly expiresAt?: number;
}

export function makeJudge(set: PolicySet, target: PolicyTarget): Judge {
  const system = set.system.map((policy) => compilePolicy(policy, target));
  const own = (set.namespace ?? []).map((policy) => compilePolicy(policy, target));
  const ownMayWaive = set.allowNamespaceWaivers ?? false;
  const settle = (
    ask: (policy: ReadyPolicy) => Opinion,
    [ofSystem, ofNamespace]: readonly [readonly ReadyPolicy[], readonly ReadyPolicy[]],
  ): Settled => {
    const binding = ofSystem.map(ask);
    if (ofNamespace.length === 0) return { decided: decide(binding, [], ownMayWaive), all: binding };
    const local = ofNamespace.map(ask);
    const all = [...binding, ...(ownMayWaive ? local : local.map(withoutWaiver))];
    return { decided: decide(binding, local, ownMayWaive), all };
  };
  const ofLicenses = [system.filter(asksForLicenses), own.filter(asksForLicenses)] as const;
  return {
    judge: (finding, component) => {
      const subject = findingSubject(finding, component);
      const settled = settle((policy) => opinionOnFinding(policy, subject), [system, own]);
      return judgement(judgedFinding(finding, settled), settled);
    },
    judgeLicense: (component) => {
      const subject = componentSubject(component);
      const settled = settle((policy) => opinionOnLicense(policy, subject), ofLicenses);
      return judgement(licenseFinding(component, settled), settled);
    },
    asksForLicenses: ofLicenses.some((policies) => policies.length > 0),
  };
}

const asksForLicenses = ({ licenseRules }: ReadyPolicy): boolean => licenseRules.length > 0;

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
  const kind = rule === undefined ? "none" : actionOf(rule);
  return kind === "fail" ? 2 : kind === "warn" ? 1 : 0;
}

function isWaiver({ rule }: Opinion): boolean {
  return rule?.action.kind === "ignore" || rule?.action.kind === "defer";
}

/** Says why a namespace's waiver changed nothing. */
function withoutWaiver(opinion: Opinion): Opinion {
  if (!isWaiver(opinion)) return opinion;
  const told = `${opinion.policy}/${opinion.rule?.name ?? ""}: not heard, since not every system policy that applies has allowNamespaceWaivers`;
  return { ...opinion, trace: [...opinion.trace, told] };
}

function judgement<Judged>(judged: Judged, { all }: Settled): Judgement<Judged> {
  let expiresAt = Infinity;
  for (const { changesAt } of all) expiresAt = Math.min(expiresAt, changesAt);
  return expiresAt === Infinity ? { judged } : { judged, expiresAt };
}
