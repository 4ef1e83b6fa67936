// SPDX-License-Identifier: Apache-2.0
/** What the StellaOps controller asks for. */
import type { Clock } from "#lib/clock.ts";
import type { KubeObject } from "#lib/kube/index.ts";

export interface Health {
  readonly ok: boolean;
  readonly message: string;
}

export interface FeedState {
  readonly kind: "AdvisorySource" | "VexSource";
  readonly name: string;
  readonly fresh: boolean;
}

export interface Counts {
  readonly images: number;
  readonly scans: number;
  readonly reports: { readonly pass: number; readonly warn: number; readonly fail: number };
  readonly queueDepth: number;
}

export interface StellaOpsPorts {
  readonly clock: Clock;
  readonly namespace: string;
  readonly version: string;
  /** The operator's own image; the managed pieces run the same one unless the spec names another. */
  readonly image: string;
  /** Makes the object as given, writing only where it differs. */
  ensure(object: KubeObject): Promise<void>;
  exists(object: KubeObject): Promise<boolean>;
  /** Deletes it if it is there. */
  remove(object: KubeObject): Promise<void>;
  /** Renews certificates where needed and stores them; PEM bundle of the authority. */
  certificates(): Promise<{ readonly bundle: string; readonly renewAt: number }>;
  webhookReplicas(): { readonly ready: number; readonly updated: number } | undefined;
  stores(): Promise<{ readonly catalog: Health; readonly objects: Health; readonly queue: Health }>;
  feeds(): readonly FeedState[];
  counts(): Promise<Counts>;
  /** ScanPolicies that are not valid, `namespace/name`, sorted. */
  unsoundPolicies(): readonly string[];
  /** Images that run without a registry digest, at most ten, sorted. */
  withoutDigest(): readonly string[];
}
