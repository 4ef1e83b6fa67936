// SPDX-License-Identifier: Apache-2.0
/** A finding, and a component's licence, as the report has them once the policies have spoken. */
import type { Component } from "#engines/scanner/index.ts";
import { severityRank, worseOf } from "../severity.ts";
import type { Finding, JudgedFinding, LicenseFinding, PolicyAction } from "../types.ts";
import { cut } from "../verdict.ts";
import { licenseText } from "./license-expression.ts";
import { licenseMatched, licenseOf } from "./match-tests.ts";
import type { Opinion } from "./opinion.ts";
import type { PolicyRule } from "./types.ts";

const MAX_TRACE = 20;
const MAX_LICENSE = 300;
const MAX_MATCHED = 10;

/** What all policies say, and whose word counts. */
export interface Settled {
  readonly decided: Opinion | undefined;
  readonly all: readonly Opinion[];
}

/** What a rule does where it decides: VEX that is asked for and not there fails. */
export function actionOf({ action: { kind } }: PolicyRule): PolicyAction {
  return kind === "requireVEX" ? "fail" : kind === "escalate" ? "none" : kind;
}

export function judgedFinding(finding: Finding, { decided, all }: Settled): JudgedFinding {
  const trace = traceOf(all);
  const { suppressedBy, ...open } = finding;
  const rule = decided?.rule;
  // A suppression stands unless a policy that does not take it has decided.
  if (suppressedBy !== undefined && rule === undefined) return { ...finding, action: "none", trace };
  const severity = all.map((opinion) => opinion.severity).reduce(worseOf, finding.severity);
  const raised = severityRank(severity) < severityRank(finding.severity);
  return {
    ...open,
    severity,
    action: rule === undefined ? "none" : actionOf(rule),
    ...(decided === undefined || rule === undefined ? {} : { rule: rule.name, policy: decided.policy }),
    ...waiverOf(rule),
    ...(raised ? { originalSeverity: finding.severity } : {}),
    ...(suppressedBy === undefined ? {} : { refusedVex: suppressedBy }),
    trace,
  };
}

export function licenseFinding(component: Component, { decided, all }: Settled): LicenseFinding | undefined {
  const rule = decided?.rule;
  if (decided === undefined || rule?.match.license === undefined) return undefined;
  const action = actionOf(rule);
  if (action === "none") return undefined;
  const { purl, bomRef, namespace, name, version, type, evidence, layer, usedByEntrypoint } = component;
  return {
    purl,
    bomRef,
    name: namespace === undefined || OF_DISTROS.has(type) ? name : `${namespace}/${name}`,
    version,
    license: cut(licenseText(licenseOf(component)), MAX_LICENSE),
    matched: licenseMatched(rule.match.license)(component)
      .slice(0, MAX_MATCHED)
      .map((license) => cut(license, MAX_LICENSE)),
    evidence,
    layer: { index: layer.index, diffId: layer.diffId },
    ...(usedByEntrypoint === undefined ? {} : { usedByEntrypoint }),
    action,
    rule: rule.name,
    policy: decided.policy,
    ...waiverOf(rule),
    trace: traceOf(all),
  };
}

/** Their namespace is the distribution, which is no part of the name that people know. */
const OF_DISTROS: ReadonlySet<string> = new Set(["deb", "apk", "rpm"]);

function waiverOf(rule: PolicyRule | undefined): Pick<JudgedFinding, "waiver"> {
  if (rule?.action.kind === "ignore") {
    const { until, justification } = rule.action;
    return { waiver: { until, justification } };
  }
  return rule?.action.kind === "defer" ? { waiver: { until: rule.action.until, justification: "" } } : {};
}

function traceOf(all: readonly Opinion[]): readonly string[] {
  return all.flatMap((opinion) => opinion.trace).slice(0, MAX_TRACE);
}
