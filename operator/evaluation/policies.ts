// SPDX-License-Identifier: Apache-2.0
/** Which policies judge a workload: those of the system namespace that select it, and its own namespace's. */
import { policyApplies, policyFromRules, policySetDigest } from "#engines/evaluation/index.ts";
import type { Policy, PolicySet } from "#engines/evaluation/index.ts";
import type { Digest } from "#lib/digest.ts";
import { keyOf } from "#lib/kube/index.ts";
import type { ScanPolicy } from "#crds/index.ts";

export interface Workload {
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** Labels of the Pod at admission; of a Report those of every Pod that runs the image, one entry a Pod. */
  readonly podLabels: readonly Readonly<Record<string, string>>[];
  readonly repository?: string;
}

export interface SelectedPolicies {
  readonly set: PolicySet;
  readonly digest: Digest;
  /** `namespace/name`, sorted. */
  readonly names: readonly string[];
  /** Of these, those whose rules are not valid: they judge nothing, and the answer says so. */
  readonly unsound: readonly string[];
}

export type Enforcement = ScanPolicy["spec"]["enforcement"];
const ENFORCEMENT_RANK: Readonly<Record<Enforcement, number>> = { dryrun: 0, warn: 1, enforce: 2 };

export function selectPolicies(
  all: readonly ScanPolicy[],
  systemNamespace: string,
  workload: Workload,
): SelectedPolicies {
  const applying = all.filter((policy) => applies(policy, systemNamespace, workload));
  return selected(applying, systemNamespace, false);
}

/**
 * The policies of each enforcement that admission asks a verdict of, with all that are enforced more strictly: what a
 * dry run says must not deny. The built-in baseline is no part of these: nobody asked to enforce it.
 */
export function policyTiers(
  all: readonly ScanPolicy[],
  systemNamespace: string,
  workload: Workload,
): ReadonlyMap<Enforcement, SelectedPolicies> {
  const applying = all.filter((policy) => applies(policy, systemNamespace, workload));
  const asking = applying.filter(({ spec }) => spec.admission.requireVerdict !== "none");
  return new Map(
    [...new Set(asking.map(({ spec }) => spec.enforcement))].map((tier) => {
      const atLeast = applying.filter(
        ({ spec }) => ENFORCEMENT_RANK[spec.enforcement] >= ENFORCEMENT_RANK[tier],
      );
      return [tier, selected(atLeast, systemNamespace, true)] as const;
    }),
  );
}

function selected(
  applying: readonly ScanPolicy[],
  systemNamespace: string,
  withoutBaseline: boolean,
): SelectedPolicies {
  const system = applying.filter((policy) => policy.metadata.namespace === systemNamespace);
  const own = applying.filter((policy) => policy.metadata.namespace !== systemNamespace);
  const set: PolicySet = {
    system: system.flatMap((policy) => compiled(policy) ?? []),
    namespace: own.flatMap((policy) => compiled(policy) ?? []),
    allowNamespaceWaivers: system.length > 0 && system.every((policy) => policy.spec.allowNamespaceWaivers),
    ...(withoutBaseline ? { withoutBaseline } : {}),
  };
  return {
    set,
    digest: policySetDigest(set),
    names: applying.map(keyOf).sort(),
    unsound: applying
      .filter((policy) => compiled(policy) === undefined)
      .map(keyOf)
      .sort(),
  };
}

export function applies(policy: ScanPolicy, systemNamespace: string, workload: Workload): boolean {
  const { namespace } = policy.metadata;
  if (namespace !== systemNamespace && namespace !== workload.namespace) return false;
  const { podLabels, ...rest } = workload;
  const labelSets = podLabels.length === 0 ? [{}] : podLabels;
  return labelSets.some((labels) => policyApplies(policy.spec.selector, { ...rest, labels }));
}

/** By the rules object, which a cache keeps until the policy changes. */
const compiledRules = new WeakMap<object, Policy | "unsound">();

function compiled(policy: ScanPolicy): Policy | undefined {
  const { rules } = policy.spec;
  const known = compiledRules.get(rules);
  if (known !== undefined) return known === "unsound" ? undefined : known;
  try {
    const made = policyFromRules(rules, { name: keyOf(policy) });
    compiledRules.set(rules, made);
    return made;
  } catch {
    compiledRules.set(rules, "unsound");
    return undefined;
  }
}
