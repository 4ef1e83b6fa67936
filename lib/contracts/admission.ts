// SPDX-License-Identifier: Apache-2.0
/**
 * What the webhook asks the backend, and the answer: `POST /api/v1/scanner/policy/runtime`.
 * Sizes are bounded: a Pod names at most a few dozen images.
 */
import { z } from "zod";

const imageReference = z.string().min(1).max(1024);

export const policyRuntimeRequest = z.strictObject({
  namespace: z.string().min(1).max(253).describe("Namespace that the Pod is to run in."),
  labels: z.record(z.string().max(320), z.string().max(64)).default({}).describe("Labels of the Pod."),
  dryRun: z.boolean().default(false).describe("Whether nothing may be written on behalf of this question."),
  images: z.array(imageReference).min(1).max(100).describe("Images as the Pod names them."),
});
export type PolicyRuntimeRequest = z.infer<typeof policyRuntimeRequest>;

/** Least to most: what a policy does with a Pod that it fails. */
export const enforcements = ["dryrun", "warn", "enforce"] as const;

const tierVerdict = z.strictObject({
  policyVerdict: z.enum(["pass", "warn", "fail", "unknown"]).describe("Verdict of these policies."),
  reasons: z.array(z.string().max(1024)).max(20).describe("Why, most important first."),
});
export type TierVerdict = z.infer<typeof tierVerdict>;

export const imageFacts = z.strictObject({
  resolved: z
    .string()
    .max(1200)
    .optional()
    .describe("The image with its digest, where it could be resolved."),
  hasSbom: z.boolean().describe("Whether the image was scanned."),
  policyVerdict: z.enum(["pass", "warn", "fail", "unknown"]).describe("Verdict for this namespace."),
  reasons: z.array(z.string().max(1024)).max(20).describe("Why, most important first."),
  tiers: z
    .partialRecord(z.enum(enforcements), tierVerdict)
    .optional()
    .describe("Verdict of the policies with at least this enforcement, where one has exactly this."),
});
export type ImageFacts = z.infer<typeof imageFacts>;

export const policyRuntimeResponse = z.strictObject({
  ttlSeconds: z.number().int().min(0).max(3600).describe("How long the facts may be cached."),
  results: z.record(imageReference, imageFacts).describe("One entry an image of the request."),
});
export type PolicyRuntimeResponse = z.infer<typeof policyRuntimeResponse>;
