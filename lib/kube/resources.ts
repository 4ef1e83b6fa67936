// SPDX-License-Identifier: Apache-2.0
/**
 * Kinds as values, their REST paths, and the keys under which caches and queues know objects.
 * Paths follow kubernetes.io/docs/reference/using-api/api-concepts, "Resource URIs".
 */
import { kubeErrors } from "./errors.ts";
import type { KubeObject, ObjectRef, Resource } from "./types.ts";

/** A kind whose objects have the type `T`. */
export function defineResource<T extends KubeObject>(resource: Omit<Resource, "object">): Resource<T> {
  return resource;
}

const core = (plural: string, kind: string, namespaced = true): Resource =>
  defineResource({ group: "", version: "v1", plural, kind, namespaced });

const grouped = (group: string, plural: string, kind: string, namespaced = true): Resource =>
  defineResource({ group, version: "v1", plural, kind, namespaced });

/** Built-in kinds. Callers that read more than metadata define them again with their own type. */
export const builtin = {
  configMaps: core("configmaps", "ConfigMap"),
  namespaces: core("namespaces", "Namespace", false),
  nodes: core("nodes", "Node", false),
  pods: core("pods", "Pod"),
  secrets: core("secrets", "Secret"),
  services: core("services", "Service"),
  serviceAccounts: core("serviceaccounts", "ServiceAccount"),
  deployments: grouped("apps", "deployments", "Deployment"),
  daemonSets: grouped("apps", "daemonsets", "DaemonSet"),
  replicaSets: grouped("apps", "replicasets", "ReplicaSet"),
  statefulSets: grouped("apps", "statefulsets", "StatefulSet"),
  jobs: grouped("batch", "jobs", "Job"),
  cronJobs: grouped("batch", "cronjobs", "CronJob"),
  leases: grouped("coordination.k8s.io", "leases", "Lease"),
  events: grouped("events.k8s.io", "events", "Event"),
  tokenReviews: grouped("authentication.k8s.io", "tokenreviews", "TokenReview", false),
  subjectAccessReviews: grouped("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", false),
  customResourceDefinitions: grouped(
    "apiextensions.k8s.io",
    "customresourcedefinitions",
    "CustomResourceDefinition",
    false,
  ),
  validatingWebhookConfigurations: grouped(
    "admissionregistration.k8s.io",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    false,
  ),
} as const satisfies Readonly<Record<string, Resource>>;

/** `v1`, `apps/v1`. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

const SEGMENT = /^[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$/;

/** A path segment that can neither climb nor carry a query. @throws KUBE_INVALID */
function segment(what: string, value: string): string {
  if (!SEGMENT.test(value)) {
    throw kubeErrors.make("KUBE_INVALID", `not a valid ${what}: ${JSON.stringify(value.slice(0, 100))}`);
  }
  return encodeURIComponent(value);
}

/**
 * Path of a collection; all namespaces when `namespace` is absent.
 * @throws KUBE_INVALID when the namespace cannot be part of a path
 */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root = resource.group === "" ? "/api/v1" : `/apis/${resource.group}/${resource.version}`;
  const scope =
    resource.namespaced && namespace !== undefined ? `/namespaces/${segment("namespace", namespace)}` : "";
  return `${root}${scope}/${resource.plural}`;
}

/** Path of one object. @throws KUBE_INVALID on a bad name, or when a namespaced kind is given no namespace */
export function objectPath(resource: Resource, ref: ObjectRef, subresource?: string): string {
  if (resource.namespaced && ref.namespace === undefined) {
    throw kubeErrors.make("KUBE_INVALID", `a ${resource.kind} needs a namespace`, {
      data: { name: ref.name },
    });
  }
  const path = `${collectionPath(resource, ref.namespace)}/${segment("name", ref.name)}`;
  return subresource === undefined ? path : `${path}/${segment("subresource", subresource)}`;
}

/** `namespace/name`, or `name` for cluster-scoped objects: the key of caches and queues. */
export function keyOf(object: KubeObject): string {
  return keyOfRef({ namespace: object.metadata.namespace, name: object.metadata.name ?? "" });
}

export function keyOfRef(ref: ObjectRef): string {
  return ref.namespace === undefined || ref.namespace === "" ? ref.name : `${ref.namespace}/${ref.name}`;
}

/** The inverse of `keyOfRef`. */
export function refOfKey(key: string): ObjectRef {
  const slash = key.indexOf("/");
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
