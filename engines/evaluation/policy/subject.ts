// SPDX-License-Identifier: Apache-2.0
/** What rules look at: a finding with its component, or a component alone, in one image. */
import type { Digest, DiffId } from "#lib/digest.ts";
import type { Component, Evidence } from "#engines/scanner/index.ts";
import type { Finding, Severity } from "../types.ts";
import type { License } from "./license-expression.ts";
import { licenseOf } from "./license-of.ts";
import type { EvaluationContext } from "./types.ts";

export interface PolicyTarget {
  readonly context: EvaluationContext;
  readonly imageDigest: Digest;
  /** Milliseconds since 1970; decides which waivers are over and how old a finding is. */
  readonly now: number;
  /** Whether the image's entry point could be followed to its program: else nothing is known to be unused. */
  readonly usageKnown: boolean;
}

export interface Subject {
  readonly purl: string;
  readonly evidence: readonly Evidence[];
  readonly diffId: DiffId;
  readonly usedByEntrypoint: boolean;
  /** Undefined where the SBOM is not at hand. */
  readonly component: Component | undefined;
  /** The component's, where that is looked at for it: read once for all rules. */
  readonly license?: License;
  /** Undefined where a component is looked at for its licence. */
  readonly finding: Finding | undefined;
  /** The one that earlier rules left; of no meaning without a finding. */
  readonly severity: Severity;
}

export interface FindingSubject extends Subject {
  readonly finding: Finding;
}

export function findingSubject(finding: Finding, component: Component | undefined): FindingSubject {
  const { purl, evidence, layer, severity, usedByEntrypoint } = finding;
  const isUsed = (component?.usedByEntrypoint ?? usedByEntrypoint) !== undefined;
  return { purl, evidence, diffId: layer.diffId, usedByEntrypoint: isUsed, component, finding, severity };
}

export function componentSubject(component: Component): Subject {
  const { purl, evidence, layer, usedByEntrypoint } = component;
  return {
    purl,
    evidence,
    diffId: layer.diffId,
    usedByEntrypoint: usedByEntrypoint !== undefined,
    component,
    license: licenseOf(component),
    finding: undefined,
    severity: "none",
  };
}

/** Every name that a finding goes by, upper case. */
export function vulnerabilityIds(finding: Finding): readonly string[] {
  return [finding.id, ...finding.aliases, ...finding.advisoryIds].map((id) => id.toUpperCase());
}
