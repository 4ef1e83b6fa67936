// SPDX-License-Identifier: Apache-2.0
/**
 * From a Pod to the images it runs, by digest from the container statuses.
 * `imageID` may hold `repository@digest`, `docker-pullable://repository@digest`, a bare image id (loaded onto
 * the node, no registry knows it), or nothing yet (the container has not been created).
 */
import { parseReference } from "#lib/oci/reference.ts";
import { isDigest } from "#lib/digest.ts";
import type { ObjectMeta } from "#lib/kube/index.ts";
import type { PodFacts, RunningImage } from "./types.ts";

interface ContainerStatus {
  readonly name?: string;
  readonly image?: string;
  readonly imageID?: string;
}

export interface Pod {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly imagePullSecrets?: readonly { readonly name?: string }[];
    readonly containers?: readonly { readonly name?: string; readonly image?: string }[];
    readonly initContainers?: readonly { readonly name?: string; readonly image?: string }[];
    readonly ephemeralContainers?: readonly { readonly name?: string; readonly image?: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

/** Containers of one Pod that are looked at; the API server allows more, a node does not run them. */
const MAX_CONTAINERS = 200;

export function podFacts(pod: Pod): PodFacts {
  const { namespace = "", name = "", uid = "", labels = {} } = pod.metadata;
  // A Pod that has ended runs nothing.
  const isOver = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
  const { images, withoutDigest } = isOver ? { images: [], withoutDigest: [] } : imagesOf(pod);
  const secrets = (pod.spec?.imagePullSecrets ?? []).map((secret) => secret.name ?? "");
  return {
    namespace,
    name,
    uid,
    labels,
    owner: ownerOf(pod.metadata),
    images,
    withoutDigest,
    pullSecrets: [...new Set(secrets.filter((secret) => secret !== ""))].sort(),
  };
}

function imagesOf(pod: Pod): Pick<PodFacts, "images" | "withoutDigest"> {
  const { spec, status } = pod;
  const named = new Map(
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])].map(
      (container) => [container.name ?? "", container.image ?? ""],
    ),
  );
  const statuses = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ].slice(0, MAX_CONTAINERS);
  const images = new Map<string, RunningImage>();
  const withoutDigest = new Set<string>();
  for (const { name = "", image = "", imageID = "" } of statuses) {
    if (imageID === "") continue;
    const asNamed = named.get(name) ?? image;
    const running = runningImage(imageID, asNamed);
    if (running === undefined) withoutDigest.add(asNamed);
    else images.set(`${running.repository}@${running.digest}`, running);
  }
  return { images: [...images.values()], withoutDigest: [...withoutDigest].sort() };
}

/** @returns undefined where `imageID` names no digest of a registry. */
export function runningImage(imageID: string, image: string): RunningImage | undefined {
  const text = imageID.replace(/^[a-z-]+:\/\//, "");
  const at = text.indexOf("@");
  if (at < 1) return undefined;
  const digest = text.slice(at + 1);
  if (!isDigest(digest)) return undefined;
  try {
    const { registry, repository } = parseReference(text.slice(0, at));
    return { repository: `${registry}/${repository}`, digest, image };
  } catch {
    return undefined;
  }
}

/** The workload behind a Pod. A ReplicaSet made by a Deployment carries the Pod template's hash in its name. */
function ownerOf(metadata: ObjectMeta): PodFacts["owner"] {
  const controller = (metadata.ownerReferences ?? []).find((owner) => owner.controller === true);
  if (controller === undefined) return { kind: "Pod", name: metadata.name ?? "" };
  const hash = metadata.labels?.["pod-template-hash"];
  if (controller.kind === "ReplicaSet" && hash !== undefined && controller.name.endsWith(`-${hash}`)) {
    return { kind: "Deployment", name: controller.name.slice(0, -hash.length - 1) };
  }
  return { kind: controller.kind, name: controller.name };
}
