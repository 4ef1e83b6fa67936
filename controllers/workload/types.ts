// SPDX-License-Identifier: Apache-2.0
/** The part of a Pod that discovery keeps in memory; everything else is dropped at the watch. */

export interface RunningImage {
  /** `registry/repository`, canonical, no tag and no digest. */
  readonly repository: string;
  /** Digest that the kubelet reports: of an index or of a platform's manifest. */
  readonly digest: `sha256:${string}`;
  /** The image as the Pod names it. */
  readonly image: string;
}

export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: { readonly kind: string; readonly name: string };
  readonly images: readonly RunningImage[];
  /** Containers that run an image without a digest of a registry, e.g. one loaded onto the node. */
  readonly withoutDigest: readonly string[];
  readonly pullSecrets: readonly string[];
}
