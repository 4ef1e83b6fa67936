// SPDX-License-Identifier: Apache-2.0
/** What the webhook's watches say: which policies apply to a Pod, and how its namespace fails. */
import { policyApplies } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf } from "#lib/digest.ts";
import type { KubeObject, Store } from "#lib/kube/index.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import type { ScanPolicy, StellaOps } from "#crds/index.ts";
import type { PolicyView } from "./admit.ts";
import type { Review } from "./review.ts";
import type { AdmissionPolicy } from "./types.ts";

export interface ViewStores {
  readonly policies: Store<ScanPolicy>;
  readonly namespaces: Store<KubeObject>;
  readonly stellaOps: Store<StellaOps>;
}

export function policyView(stores: ViewStores, systemNamespace: string): PolicyView {
  let revision: string | undefined;
  for (const store of [stores.policies, stores.namespaces, stores.stellaOps]) {
    store.onChange(() => (revision = undefined));
  }
  return {
    policiesFor: (review) =>
      stores.policies
        .list()
        .filter((policy) => appliesTo(policy, review, stores, systemNamespace))
        .sort((a, b) => rank(a, systemNamespace) - rank(b, systemNamespace))
        .map(admissionPolicy),
    failOpen: (namespace) => failsOpen(stores.stellaOps.get(undefined, "stellaops"), namespace),
    revision: () =>
      (revision ??= digestOf(
        canonicalJson(stores.policies.list().map(({ metadata, spec }) => [metadata.uid, spec])),
      )),
  };
}

const rank = (policy: ScanPolicy, systemNamespace: string): number =>
  policy.metadata.namespace === systemNamespace ? 0 : 1;

/** A policy on some repositories applies to the Pod when any of its images is among them. */
function appliesTo(policy: ScanPolicy, review: Review, stores: ViewStores, systemNamespace: string): boolean {
  const { namespace } = policy.metadata;
  if (namespace !== systemNamespace && namespace !== review.namespace) return false;
  const workload = {
    namespace: review.namespace,
    namespaceLabels: stores.namespaces.get(undefined, review.namespace)?.metadata.labels ?? {},
    labels: review.labels,
  };
  return review.images.some(({ image }) =>
    policyApplies(policy.spec.selector, { ...workload, ...repositoryIn(image) }),
  );
}

function repositoryIn(image: string): { readonly repository?: string } {
  try {
    return { repository: repositoryOf(parseReference(image)) };
  } catch {
    return {};
  }
}

function admissionPolicy(policy: ScanPolicy): AdmissionPolicy {
  const { admission, enforcement } = policy.spec;
  return {
    id: `${policy.metadata.namespace ?? ""}/${policy.metadata.name}`,
    enforcement,
    allowedRegistries: admission.allowedRegistries ?? [],
    deniedRegistries: admission.deniedRegistries ?? [],
    deniedTags: admission.deniedTags ?? [],
    requireDigest: admission.requireDigest,
    requireVerdict: admission.requireVerdict,
    onUnknown: admission.onUnknown,
  };
}

function failsOpen(stellaOps: StellaOps | undefined, namespace: string): boolean {
  const webhook = stellaOps?.spec.components.webhook;
  if (webhook === undefined) return true;
  if (webhook.failClosedNamespaces.includes(namespace)) return false;
  return webhook.failOpenNamespaces.includes(namespace) || webhook.failurePolicy === "Ignore";
}
