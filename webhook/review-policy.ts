// SPDX-License-Identifier: Apache-2.0
/**
 * A ScanPolicy that its own controller would refuse is refused when it is applied: by then it would judge nothing, and a mistyped
 * matcher would have opened what it was to close. The CRD can't say it: it keeps unknown keys, since to lose them would be worse.
 */
import { z } from "zod";
import { policyFromRules } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { kindOf, messageOf } from "#lib/errors.ts";
import { parseJson, reviewErrors, reviewResponse } from "./review.ts";

const policyShape = z
  .object({ spec: z.object({ rules: z.array(z.unknown()).max(10_000).optional() }).optional() })
  .nullish();

const reviewShape = z.object({
  apiVersion: z.literal("admission.k8s.io/v1"),
  kind: z.literal("AdmissionReview"),
  request: z.object({
    uid: z.string().max(253),
    namespace: z.string().max(253).default(""),
    name: z.string().max(253).default(""),
    object: policyShape,
    oldObject: policyShape,
  }),
});

/** A change of anything but the rules is let through: what is wrong already must be mendable. @throws ADMISSION_REVIEW_INVALID */
export function reviewPolicy(body: string): string {
  const read = reviewShape.safeParse(parseJson(body));
  if (!read.success)
    throw reviewErrors.make("ADMISSION_REVIEW_INVALID", "not an AdmissionReview v1 of a ScanPolicy");
  const { uid, namespace, name, object, oldObject } = read.data.request;
  const rules = object?.spec?.rules;
  const isNew = canonicalJson(rules ?? null) !== canonicalJson(oldObject?.spec?.rules ?? null);
  const fault = rules === undefined || !isNew ? undefined : faultOf(rules, `${namespace}/${name}`);
  return reviewResponse(uid, { allowed: fault === undefined, message: fault ?? "", warnings: [] });
}

function faultOf(rules: readonly unknown[], name: string): string | undefined {
  try {
    policyFromRules(rules, { name });
    return undefined;
  } catch (error) {
    if (kindOf(error) !== "invalid") throw error;
    return messageOf(error).slice(0, 4000);
  }
}
