// SPDX-License-Identifier: Apache-2.0
/** One review from body to answer: reads the Pod, picks the policies, asks for facts if needed, decides. */
import { decide, isReference, needsVerdict } from "./decide.ts";
import type { FactsCache } from "./facts-cache.ts";
import { parseReview, reviewResponse } from "./review.ts";
import type { Review } from "./review.ts";
import type { AdmissionPolicy, Decision, Posture } from "./types.ts";

/** What the webhook knows of the cluster, from its watches. */
export interface PolicyView {
  /** Policies that apply to a Pod, system policies first. */
  policiesFor(review: Review): readonly AdmissionPolicy[];
  failOpen(namespace: string): boolean;
  /** Changes whenever any policy does. */
  revision(): string;
}

export interface AdmitPorts {
  readonly view: PolicyView;
  readonly facts: FactsCache;
  readonly decided: (review: Review, decision: Decision) => void;
}

const NOT_ASKED: Posture = { known: true, facts: new Map() };

/** @throws ADMISSION_REVIEW_INVALID */
export async function admit(body: string, ports: AdmitPorts): Promise<string> {
  const review = parseReview(body);
  const decision = await decideReview(review, ports);
  ports.decided(review, decision);
  const dry = decision.violations.filter((violation) => violation.enforcement === "dryrun");
  const audit =
    dry.length > 0
      ? {
          "would-deny": dry
            .map((v) => `${v.rule} ${v.image.image}`)
            .join("; ")
            .slice(0, 2048),
        }
      : {};
  return reviewResponse(review.uid, decision, audit);
}

async function decideReview(review: Review, { view, facts }: AdmitPorts): Promise<Decision> {
  const policies = review.images.length === 0 ? [] : view.policiesFor(review);
  if (policies.length === 0) return { allowed: true, message: "", warnings: [], violations: [] };
  // What is no reference is refused as such, and must not spoil the question about the other images.
  const images = [...new Set(review.images.map((image) => image.image))].filter(isReference).slice(0, 100);
  const posture =
    needsVerdict(policies) && images.length > 0
      ? await facts.posture(
          { namespace: review.namespace, labels: { ...review.labels }, images },
          view.revision(),
        )
      : NOT_ASKED;
  return decide(review, policies, posture, { failOpen: view.failOpen(review.namespace) });
}
