// SPDX-License-Identifier: Apache-2.0
/** Reviews, policies and facts for tests of admission. */
import type { ImageFacts } from "#lib/contracts/admission.ts";
import { digestOf } from "#lib/digest.ts";
import type { AdmissionPolicy, PodImage } from "../types.ts";

export const DIGEST = digestOf("image");

export const admissionPolicy = (over: Partial<AdmissionPolicy> = {}): AdmissionPolicy => ({
  id: "stellaops/p",
  enforcement: "enforce",
  allowedRegistries: [],
  deniedRegistries: [],
  deniedTags: [],
  requireDigest: false,
  requireVerdict: "none",
  onUnknown: "warn",
  ...over,
});

export const podImage = (image: string, index = 0): PodImage => ({
  field: `containers[${index}]`,
  container: `c${index}`,
  image,
});

export const imageFacts = (over: Partial<ImageFacts> = {}): ImageFacts => ({
  resolved: `ghcr.io/acme/api@${DIGEST}`,
  hasSbom: true,
  policyVerdict: "pass",
  reasons: [],
  ...over,
});

export interface ReviewParts {
  readonly operation?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: object | null;
  readonly oldSpec?: object;
}

/** An AdmissionReview as the API server sends it, of a Pod with that spec. */
export function reviewBody({
  operation = "CREATE",
  namespace = "team",
  labels,
  spec,
  oldSpec,
}: ReviewParts = {}): string {
  const metadata = { name: "p", ...(labels === undefined ? {} : { labels }) };
  return JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "uid-1",
      kind: { group: "", version: "v1", kind: "Pod" },
      operation,
      namespace,
      userInfo: { username: "someone" },
      object:
        spec === null
          ? null
          : { metadata, spec: spec ?? { containers: [{ name: "main", image: "nginx:1" }] } },
      ...(oldSpec === undefined ? {} : { oldObject: { metadata, spec: oldSpec } }),
    },
  });
}
