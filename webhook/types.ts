// SPDX-License-Identifier: Apache-2.0
/** What an admission decision is made of. The answer to the API server is in `review.ts`. */
import type { ImageFacts } from "#lib/contracts/admission.ts";

export type Enforcement = "dryrun" | "warn" | "enforce";

/** One container image of the Pod under review. */
export interface PodImage {
  /** `containers[0]`, `initContainers[1]`, `ephemeralContainers[0]`: the field in the Pod's spec. */
  readonly field: string;
  readonly container: string;
  readonly image: string;
}

export interface PodRequest {
  readonly namespace: string;
  readonly images: readonly PodImage[];
}

/** The part of a ScanPolicy that admission reads. */
export interface AdmissionPolicy {
  /** `namespace/name`, for messages. */
  readonly id: string;
  readonly enforcement: Enforcement;
  readonly allowedRegistries: readonly string[];
  readonly deniedRegistries: readonly string[];
  readonly deniedTags: readonly string[];
  readonly requireDigest: boolean;
  /** Worst verdict that is let in; `none` asks for no verdict. */
  readonly requireVerdict: "pass" | "warn" | "none";
  readonly onUnknown: "allow" | "warn" | "deny";
}

/** What the backend said of the images; `unavailable` when it could not be asked. */
export type Posture =
  | { readonly known: true; readonly facts: ReadonlyMap<string, ImageFacts> }
  | { readonly known: false; readonly why: string };

export interface Violation {
  readonly image: PodImage;
  readonly policy: string;
  readonly enforcement: Enforcement;
  /** Stable code: REGISTRY_DENIED, TAG_DENIED, DIGEST_REQUIRED, VERDICT, VERDICT_UNKNOWN, BACKEND_UNAVAILABLE. */
  readonly rule: string;
  readonly message: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** For the `denied` answer: one line an image and rule. */
  readonly message: string;
  /** Shown to the user by kubectl; each at most 256 bytes, at most 8. */
  readonly warnings: readonly string[];
  readonly violations: readonly Violation[];
}
