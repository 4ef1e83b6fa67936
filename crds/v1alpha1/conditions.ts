// SPDX-License-Identifier: Apache-2.0
/**
 * `status.conditions` and `status.observedGeneration`, alike in every kind.
 * Follows metav1.Condition of k8s.io/apimachinery and the kstatus conventions.
 */
import { z } from "zod";
import type { Immutable } from "../kind.ts";
import { choice, keyedListOf, largeCount, shaped, text, time } from "./fields.ts";

const TYPE =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/;

export const conditionSchema = z
  .object({
    type: shaped("What the condition speaks of, e.g. Ready.", TYPE, 316),
    status: choice("True, False, or Unknown where nothing is known yet.", ["True", "False", "Unknown"]),
    observedGeneration: largeCount(
      "metadata.generation that this condition was made for; older than the object's own: the condition is out of date.",
    ).exactOptional(),
    lastTransitionTime: time("When status last changed."),
    reason: shaped(
      "One word for programs: why the condition is as it is. Error codes keep their name here.",
      /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/,
      1024,
    ),
    message: text("The same for people, with the facts needed to act.", 32768),
  })
  .meta({ description: "One observation of the object's state." });

/**
 * What the API server puts into the status of a new object, so that kstatus does not take it for done
 * (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md).
 */
export const NOT_OBSERVED = -1;

/** The two status fields of every kind; spread first in a status object. */
export const commonStatus = {
  observedGeneration: z
    .int()
    .min(NOT_OBSERVED)
    .meta({
      description:
        "metadata.generation that the controller last acted on; smaller than the object's own while work is pending, -1 before any.",
      format: "int64",
    })
    .exactOptional(),
  conditions: keyedListOf(
    "What the controller last saw, one entry a type. Ready sums the others up; Reconciling and Stalled are True while work is pending or only a change of the spec helps.",
    conditionSchema,
    ["type"],
    16,
  ).exactOptional(),
} as const;

export type Condition = Immutable<z.output<typeof conditionSchema>>;
