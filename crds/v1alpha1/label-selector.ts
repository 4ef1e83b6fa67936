// SPDX-License-Identifier: Apache-2.0
/** metav1.LabelSelector, bounded. */
import { z } from "zod";
import { ruled } from "../cel.ts";
import { choice, listOf, setOf, shaped, text, textMap } from "./fields.ts";

const requirementSchema = ruled(
  z.object({
    key: shaped("Label key.", /^\S+$/, 317),
    operator: choice("How the label relates to values.", ["In", "NotIn", "Exists", "DoesNotExist"]),
    values: setOf("Label values, for In and NotIn only.", text("A label value.", 63), 50).exactOptional(),
  }),
  [
    {
      rule: "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0",
      message: "In and NotIn need values; Exists and DoesNotExist take none",
      test: ({ operator, values }) => operator.endsWith("In") === (values !== undefined && values.length > 0),
    },
  ],
).meta({ description: "One requirement on a label." });

/** Labels that all have to hold; nothing given selects everything. */
export function labelSelector(description: string) {
  return z
    .object({
      matchLabels: textMap("Labels that must be there with exactly these values.").exactOptional(),
      matchExpressions: listOf("Requirements that must all hold.", requirementSchema, 20).exactOptional(),
    })
    .meta({ description, "x-kubernetes-map-type": "atomic" });
}
