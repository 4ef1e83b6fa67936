// SPDX-License-Identifier: Apache-2.0
/** A finding, and a component's licence, as the report has them once the policies have spoken. */
import type { Component } from "#engines/scanner/index.ts";
import { severityRank, worseOf } from "../severity.ts";
import type { Finding, JudgedFinding, LicenseFinding, PolicyAction } from "../types.ts";
import { cut } from "../verdict.ts";
import { licenseText } from "./license-expression.ts";
import { licenseOf } from "./license-of.ts";
import { licenseMatched } from "./match-tests.ts";
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
  const judged = draftOf(finding, traceOf(all));
  const rule = decided?.rule;
  // A suppression stands unless a policy that does not take it has decided.
  if (finding.suppressedBy !== undefined && rule === undefined) return finished(judged);
  for (const opinion of all) judged.severity = worseOf(judged.severity, opinion.severity);
  if (severityRank(judged.severity) < severityRank(finding.severity))
    judged.originalSeverity = finding.severity;
  if (decided !== undefined && rule !== undefined) {
    judged.action = actionOf(rule);
    judged.rule = rule.name;
    judged.policy = decided.policy;
    judged.waiver = waiverOf(rule);
  }
  judged.refusedVex = finding.suppressedBy;
  judged.suppressedBy = undefined;
  return finished(judged);
}

/** A finding that no policy was asked about. */
export const unjudgedFinding = (finding: Finding): JudgedFinding => finished(draftOf(finding, []));

type Draft = { -readonly [Key in keyof JudgedFinding]-?: JudgedFinding[Key] | OptionalOf<Key> };
type OptionalOf<Key extends keyof JudgedFinding> =
  JudgedFinding extends Required<Pick<JudgedFinding, Key>> ? never : undefined;

/** Keys that are undefined are as good as absent. */
const finished = (draft: Draft): JudgedFinding => draft as unknown as JudgedFinding;

/**
 * A report has thousands of these. With all keys there and in order they have one shape for the compiler, and `canonicalJson` writes
 * them without a copy.
 */
function draftOf(finding: Finding, trace: readonly string[]): Draft {
  return {
    action: "none",
    advisoryIds: finding.advisoryIds,
    aliases: finding.aliases,
    bomRef: finding.bomRef,
    contradictions: finding.contradictions,
    distroStatus: finding.distroStatus,
    epss: finding.epss,
    evidence: finding.evidence,
    fixedVersion: finding.fixedVersion,
    id: finding.id,
    kev: finding.kev,
    layer: finding.layer,
    malware: finding.malware,
    name: finding.name,
    originalSeverity: undefined,
    policy: undefined,
    published: finding.published,
    purl: finding.purl,
    range: finding.range,
    refusedVex: undefined,
    rule: undefined,
    severity: finding.severity,
    sources: finding.sources,
    suppressedBy: finding.suppressedBy,
    trace,
    usedByEntrypoint: finding.usedByEntrypoint,
    vendors: finding.vendors,
    version: finding.version,
    vex: finding.vex,
    waiver: undefined,
  };
}

export function licenseFinding(component: Component, { decided, all }: Settled): LicenseFinding | undefined {
  const rule = decided?.rule;
  if (decided === undefined || rule?.match.license === undefined) return undefined;
  const action = actionOf(rule);
  if (action === "none") return undefined;
  const { purl, bomRef, namespace, name, version, type, evidence, layer, usedByEntrypoint } = component;
  const waiver = waiverOf(rule);
  const stated = licenseOf(component);
  return {
    action,
    bomRef,
    evidence,
    layer: { diffId: layer.diffId, index: layer.index },
    license: cut(licenseText(stated), MAX_LICENSE),
    matched: licenseMatched(rule.match.license)(stated)
      .slice(0, MAX_MATCHED)
      .map((license) => cut(license, MAX_LICENSE)),
    name: namespace === undefined || OF_DISTROS.has(type) ? name : `${namespace}/${name}`,
    policy: decided.policy,
    purl,
    rule: rule.name,
    trace: traceOf(all),
    ...(usedByEntrypoint === undefined ? {} : { usedByEntrypoint }),
    version,
    ...(waiver === undefined ? {} : { waiver }),
  };
}

/** Their namespace is the distribution, which is no part of the name that people know. */
const OF_DISTROS: ReadonlySet<string> = new Set(["deb", "apk", "rpm"]);

function waiverOf({ action }: PolicyRule): JudgedFinding["waiver"] {
  if (action.kind !== "ignore" && action.kind !== "defer") return undefined;
  return { justification: action.kind === "ignore" ? action.justification : "", until: action.until };
}

const NO_TRACE: readonly string[] = [];

function traceOf(all: readonly Opinion[]): readonly string[] {
  if (all.every(({ trace }) => trace.length === 0)) return NO_TRACE;
  return all.flatMap(({ trace }) => trace).slice(0, MAX_TRACE);
}
