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
}

/** An unsound policy judges nothing; its own conditions say so. */
export function selectPolicies(
  all: readonly ScanPolicy[],
  systemNamespace: string,
  workload: Workload,
): SelectedPolicies {
  const applying = all.filter((policy) => applies(policy, systemNamespace, workload));
  const system = applying.filter((policy) => policy.metadata.namespace === systemNamespace);
  const own = applying.filter((policy) => policy.metadata.namespace !== systemNamespace);
  const set: PolicySet = {
    system: compiled(system),
    namespace: compiled(own),
    allowNamespaceWaivers: system.length > 0 && system.every((policy) => policy.spec.allowNamespaceWaivers),
  };
  return { set, digest: policySetDigest(set), names: applying.map(keyOf).sort() };
}

export function applies(policy: ScanPolicy, systemNamespace: string, workload: Workload): boolean {
  const { namespace } = policy.metadata;
  if (namespace !== systemNamespace && namespace !== workload.namespace) return false;
  const { podLabels, ...rest } = workload;
  const labelSets = podLabels.length === 0 ? [{}] : podLabels;
  return labelSets.some((labels) => policyApplies(policy.spec.selector, { ...rest, labels }));
}

function compiled(policies: readonly ScanPolicy[]): readonly Policy[] {
  return policies.flatMap((policy) => {
    try {
      return [policyFromRules(policy.spec.rules, { name: keyOf(policy) })];
    } catch {
      return [];
    }
  });
}
