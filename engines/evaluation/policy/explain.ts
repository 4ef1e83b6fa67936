// SPDX-License-Identifier: Apache-2.0
/**
 * Why a report says what it says of a vulnerability or package: every rule that was tried, matcher by matcher.
 * Made anew from the facts of the report, and of the SBOM where it is at hand.
 */
import type { Component, PackageType, Sbom } from "#engines/scanner/index.ts";
import type { Finding, JudgedFinding, LicenseFinding, ReportDocument } from "../types.ts";
import { appliedSet } from "./applied-set.ts";
import { explainPolicy, type PolicyExplanation } from "./explain-policy.ts";
import { glob } from "./glob.ts";
import { makeJudge, type Judge } from "./judge.ts";
import { NO_LICENSE } from "./license-expression.ts";
import { purlForms } from "./purl-forms.ts";
import {
  componentSubject,
  findingSubject,
  vulnerabilityIds,
  type PolicyTarget,
  type Subject,
} from "./subject.ts";
import type { PolicySet } from "./types.ts";
import { isAnsweredByVex } from "./vex-answer.ts";

export interface ExplainInput {
  readonly report: ReportDocument;
  /** Without it licences, and layers by the digest of their blob, are known only as far as the report has them. */
  readonly sbom?: Sbom;
  readonly policies?: PolicySet;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Decision = Pick<JudgedFinding, "action" | "rule" | "policy">;

export interface Explanation {
  /** Of a vulnerability, or of a licence: as the report has it. */
  readonly finding?: JudgedFinding;
  readonly license?: LicenseFinding;
  readonly purl: string;
  /** What the policies given decide now, where that is not what the report says. */
  readonly now?: Decision;
  /** System policies first. Empty where policy is not asked, since a distribution answers. */
  readonly policies: readonly PolicyExplanation[];
}

/**
 * In the order of the report: findings by any of their ids, in any case, or findings and licences by a glob over purls.
 * Empty where nothing goes by that name.
 */
export function explain(input: ExplainInput, wanted: string): readonly Explanation[] {
  const { report, sbom } = input;
  const isWanted = glob(wanted);
  const isPurl = wanted.startsWith("pkg:");
  const isNamed = isPurl
    ? ({ purl }: { readonly purl: string }): boolean => purlForms(purl).some(isWanted)
    : (finding: Finding): boolean => vulnerabilityIds(finding).includes(wanted.toUpperCase());
  const explainer = new Explainer(input);
  const findings = report.findings.filter(isNamed).map((finding) => explainer.finding(finding));
  if (!isPurl) return findings;
  const byRef = new Map(report.licenseFindings.map((one) => [one.bomRef, one]));
  const components = sbom?.components ?? report.licenseFindings.map(statedComponent);
  const licenses = components
    .filter(({ purl }) => purlForms(purl).some(isWanted))
    .flatMap((component) => explainer.license(component, byRef.get(component.bomRef)) ?? []);
  return [...findings, ...licenses];
}

class Explainer {
  readonly #set: PolicySet;
  readonly #target: PolicyTarget;
  readonly #judge: Judge;
  readonly #components: ReadonlyMap<string, Component>;

  constructor({ report, sbom, policies, now }: ExplainInput) {
    const { imageReference, repository, namespace, env, imageDigest, usageKnown } = report;
    const context = {
      ...(imageReference === undefined ? {} : { imageReference }),
      ...(repository === undefined ? {} : { repository }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(env === undefined ? {} : { env }),
    };
    this.#set = appliedSet(policies);
    this.#target = { context, imageDigest, now, usageKnown };
    this.#judge = makeJudge(this.#set, this.#target);
    this.#components = new Map(sbom?.components.map((one) => [one.bomRef, one]));
  }

  finding(judged: JudgedFinding): Explanation {
    const finding = beforePolicy(judged);
    const { purl, suppressedBy } = finding;
    if (suppressedBy !== undefined && !isAnsweredByVex(finding))
      return { finding: judged, purl, policies: [] };
    const component = this.#components.get(finding.bomRef);
    const now = this.#judge.judge(finding, component).judged;
    const policies = this.#policies(findingSubject(finding, component));
    return { finding: judged, purl, ...changed(judged, now), policies };
  }

  /** Undefined where no rule is about licences. */
  license(component: Component, license: LicenseFinding | undefined): Explanation | undefined {
    if (!this.#judge.asksForLicenses) return undefined;
    const now = this.#judge.judgeLicense(component).judged ?? NOTHING;
    return {
      ...(license === undefined ? {} : { license }),
      purl: component.purl,
      ...changed(license ?? NOTHING, now),
      policies: this.#policies(componentSubject(component)),
    };
  }

  #policies(subject: Subject): readonly PolicyExplanation[] {
    const { system, namespace = [] } = this.#set;
    return [
      ...system.map((policy) => explainPolicy(policy, "system", subject, this.#target)),
      ...namespace.map((policy) => explainPolicy(policy, "namespace", subject, this.#target)),
    ];
  }
}

const NOTHING: Decision = { action: "none" };

function changed(before: Decision, after: Decision): Pick<Explanation, "now"> {
  const { action, rule, policy } = after;
  if (before.action === action && before.rule === rule && before.policy === policy) return {};
  return {
    now: { action, ...(rule === undefined ? {} : { rule }), ...(policy === undefined ? {} : { policy }) },
  };
}

function beforePolicy(judged: JudgedFinding): Finding {
  const {
    action: _,
    rule: _r,
    policy: _p,
    waiver: _w,
    trace: _t,
    originalSeverity,
    refusedVex,
    ...finding
  } = judged;
  return {
    ...finding,
    severity: originalSeverity ?? finding.severity,
    ...(refusedVex === undefined ? {} : { suppressedBy: refusedVex }),
  };
}

/** As much of the component as a licence finding tells. */
function statedComponent({ license, layer, ...stated }: LicenseFinding): Component {
  const { purl, bomRef, name, version, evidence, usedByEntrypoint } = stated;
  return {
    bomRef,
    purl,
    type: /^pkg:([^/]+)/.exec(purl)?.[1] as PackageType,
    name,
    version,
    licenses: license === NO_LICENSE ? [] : [license],
    evidence,
    // The blob's digest is not in the report; no pattern that people write names the layer by both.
    layer: { ...layer, digest: layer.diffId as unknown as Component["layer"]["digest"] },
    ...(usedByEntrypoint === undefined ? {} : { usedByEntrypoint }),
  };
}
