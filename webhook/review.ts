// SPDX-License-Identifier: Apache-2.0
/** AdmissionReview in and out (admission.k8s.io/v1), and the images a Pod names. */
import { z } from "zod";
import { defineErrors } from "#lib/errors.ts";
import type { Decision, PodImage } from "./types.ts";

export const reviewErrors = defineErrors("admission", { ADMISSION_REVIEW_INVALID: "invalid" });

const container = z.object({ name: z.string().default(""), image: z.string().default("") });
/** As many as a body of the server's limit holds. */
const containers = z.array(container).max(100_000).optional();

const reviewSchema = z.object({
  apiVersion: z.literal("admission.k8s.io/v1"),
  kind: z.literal("AdmissionReview"),
  request: z.object({
    uid: z.string().max(253),
    operation: z.enum(["CREATE", "UPDATE", "DELETE", "CONNECT"]),
    namespace: z.string().max(253).default(""),
    dryRun: z.boolean().default(false),
    object: z
      .object({
        metadata: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional(),
        spec: z
          .object({ containers, initContainers: containers, ephemeralContainers: containers })
          .optional(),
      })
      .nullish(),
    oldObject: z
      .object({
        spec: z
          .object({ containers, initContainers: containers, ephemeralContainers: containers })
          .optional(),
      })
      .nullish(),
  }),
});

export type PodSpecImages = NonNullable<
  NonNullable<z.infer<typeof reviewSchema>["request"]["object"]>["spec"]
>;

export interface Review {
  readonly uid: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly namespace: string;
  /** Nothing may be written because of it. */
  readonly dryRun: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Images to judge: on UPDATE only those that the old Pod did not have. */
  readonly images: readonly PodImage[];
}

/** @throws ADMISSION_REVIEW_INVALID */
export function parseReview(body: string): Review {
  const read = reviewSchema.safeParse(parseJson(body));
  if (!read.success) {
    const issue = read.error.issues[0];
    const where = issue === undefined ? "" : ` at ${issue.path.join(".")}: ${issue.message}`;
    throw reviewErrors.make("ADMISSION_REVIEW_INVALID", `not an AdmissionReview v1 of a Pod${where}`);
  }
  const { request } = read.data;
  const known = new Set(
    request.operation === "UPDATE" ? imagesOf(request.oldObject?.spec).map((image) => image.image) : [],
  );
  return {
    uid: request.uid,
    operation: request.operation,
    namespace: request.namespace,
    dryRun: request.dryRun,
    labels: request.object?.metadata?.labels ?? {},
    images: imagesOf(request.object?.spec).filter((image) => !known.has(image.image)),
  };
}

const FIELDS = ["initContainers", "containers", "ephemeralContainers"] as const;

function imagesOf(spec: PodSpecImages | undefined): readonly PodImage[] {
  return FIELDS.flatMap((field) =>
    (spec?.[field] ?? []).map(({ name, image }, index) => ({
      field: `${field}[${index}]`,
      container: name,
      image,
    })),
  );
}

/** The AdmissionReview answer; `audit` lands in the API server's audit log under our prefix. */
export function reviewResponse(
  uid: string,
  decision: Pick<Decision, "allowed" | "message" | "warnings">,
  audit: Readonly<Record<string, string>> = {},
): string {
  return JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: {
      uid,
      allowed: decision.allowed,
      ...(decision.allowed ? {} : { status: { code: 403, reason: "Forbidden", message: decision.message } }),
      ...(decision.warnings.length > 0 ? { warnings: decision.warnings } : {}),
      ...(Object.keys(audit).length > 0 ? { auditAnnotations: audit } : {}),
    },
  });
}

/** @throws ADMISSION_REVIEW_INVALID */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw reviewErrors.make("ADMISSION_REVIEW_INVALID", "the body is not JSON", { cause });
  }
}
