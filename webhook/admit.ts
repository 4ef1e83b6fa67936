// SPDX-License-Identifier: Apache-2.0
/** One review from body to answer: reads the Pod, picks the policies, asks for facts if needed, decides. */
import type { ImageFacts } from "#lib/contracts/admission.ts";
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

/** As the contract of the question bounds it. */
const MAX_IMAGES_A_QUESTION = 100;
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
  const images = [...new Set(review.images.map((image) => image.image))].filter(isReference);
  const posture = needsVerdict(policies) ? await askAbout(images, review, view, facts) : NOT_ASKED;
  return decide(review, policies, posture, { failOpen: view.failOpen(review.namespace) });
}

/** In questions of the size that the backend takes. One that is not answered leaves the whole Pod unjudged. */
async function askAbout(
  images: readonly string[],
  { namespace, labels, dryRun }: Review,
  view: PolicyView,
  facts: FactsCache,
): Promise<Posture> {
  const answers: [string, ImageFacts][] = [];
  for (let from = 0; from < images.length; from += MAX_IMAGES_A_QUESTION) {
    const asked = images.slice(from, from + MAX_IMAGES_A_QUESTION);
    const posture = await facts.posture(
      { namespace, labels: { ...labels }, dryRun, images: asked },
      view.revision(),
    );
    if (!posture.known) return posture;
    answers.push(...posture.facts);
  }
  return { known: true, facts: new Map(answers) };
}
