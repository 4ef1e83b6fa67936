// SPDX-License-Identifier: Apache-2.0
/** From the Pods that run one digest to the Scan and the Reports that should be there. Pure. */
import { byText } from "#lib/compare.ts";
import type { PodFacts, RunningImage } from "./types.ts";

/** Label on objects that discovery made; only those are removed by it. */
export const DISCOVERED = { "app.kubernetes.io/managed-by": "stellaops" } as const;

export interface DesiredScan {
  readonly name: string;
  readonly imageRef: string;
  readonly digest: string;
  readonly pullSecrets: readonly { readonly namespace: string; readonly name: string }[];
}

export interface DesiredReport {
  readonly namespace: string;
  readonly name: string;
  readonly imageDigest: string;
  readonly imageRef: string;
  readonly repository: string;
}

export interface Desired {
  /** Absent when no Pod runs the digest. */
  readonly scan?: DesiredScan;
  /** By namespace. */
  readonly reports: readonly DesiredReport[];
}

/** Pull secrets that a Scan tries; the rest add nothing, since any one that works is enough. */
const MAX_PULL_SECRETS = 10;

/** `<last segment of the repository>-<12 hex of the digest>`; at most 63 characters, a DNS label. */
export function objectName(repository: string, digest: string): string {
  const segment = repository.slice(repository.lastIndexOf("/") + 1).toLowerCase();
  const clean = segment.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const short = clean.slice(0, 50).replace(/-+$/, "");
  return `${short === "" ? "image" : short}-${digest.slice("sha256:".length, "sha256:".length + 12)}`;
}

/** The order of `pods` makes no difference. */
export function desiredFor(digest: string, pods: readonly PodFacts[]): Desired {
  const running = pods
    .flatMap((pod) => pod.images.filter((image) => image.digest === digest).map((image) => ({ pod, image })))
    .sort((a, b) => byText(keyOf(a.pod, a.image), keyOf(b.pod, b.image)));
  const first = running[0];
  if (first === undefined) return { reports: [] };
  const reports = new Map<string, DesiredReport>();
  for (const { pod, image } of running) {
    if (!reports.has(pod.namespace)) reports.set(pod.namespace, reportOf(pod.namespace, image));
  }
  return {
    scan: {
      name: objectName(first.image.repository, digest),
      imageRef: first.image.repository,
      digest,
      pullSecrets: pullSecretsOf(running.map(({ pod }) => pod)),
    },
    reports: [...reports.values()].sort((a, b) => byText(a.namespace, b.namespace)),
  };
}

const keyOf = (pod: PodFacts, image: RunningImage): string =>
  `${image.repository}\n${image.image}\n${pod.namespace}`;

function reportOf(namespace: string, image: RunningImage): DesiredReport {
  return {
    namespace,
    name: objectName(image.repository, image.digest),
    imageDigest: image.digest,
    imageRef: image.image,
    repository: image.repository,
  };
}

function pullSecretsOf(pods: readonly PodFacts[]): DesiredScan["pullSecrets"] {
  const keys = new Set(pods.flatMap((pod) => pod.pullSecrets.map((name) => `${pod.namespace}/${name}`)));
  return [...keys]
    .sort()
    .slice(0, MAX_PULL_SECRETS)
    .map((key) => {
      const [namespace = "", name = ""] = key.split("/");
      return { namespace, name };
    });
}
