// SPDX-License-Identifier: Apache-2.0
/** Which policies speak about an image: the `selector` of a `ScanPolicy` against what is known of the image. */
import { anyOf } from "./glob.ts";
import type { EvaluationContext } from "./types.ts";

type Labels = Readonly<Record<string, string>>;

/** metav1.LabelSelector */
export interface LabelSelector {
  readonly matchLabels?: Labels | undefined;
  readonly matchExpressions?:
    | readonly {
        readonly key: string;
        readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        readonly values?: readonly string[] | undefined;
      }[]
    | undefined;
}

/** Every part given must hold; an absent or empty part holds for all. Namespaces and repositories are globs. */
export interface PolicySelector {
  readonly namespaces?: readonly string[] | undefined;
  readonly repositories?: readonly string[] | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly podSelector?: LabelSelector | undefined;
}

export function policyApplies(selector: PolicySelector | undefined, context: EvaluationContext): boolean {
  if (selector === undefined) return true;
  return (
    among(selector.namespaces, context.namespace) &&
    among(selector.repositories, context.repository) &&
    labelsMatch(selector.namespaceSelector, context.namespaceLabels ?? {}) &&
    labelsMatch(selector.podSelector, context.labels ?? {})
  );
}

/** As Kubernetes reads it: `NotIn` holds for a label that is not there. */
function labelsMatch(selector: LabelSelector | undefined, labels: Labels): boolean {
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  const equal = Object.entries(selector?.matchLabels ?? {}).every(
    ([key, value]) => has(key) && labels[key] === value,
  );
  return (
    equal &&
    (selector?.matchExpressions ?? []).every(({ key, operator, values }) => {
      const among = has(key) && (values ?? []).includes(labels[key] ?? "");
      if (operator === "In") return among;
      if (operator === "NotIn") return !among;
      return operator === "Exists" ? has(key) : !has(key);
    })
  );
}

function among(patterns: readonly string[] | undefined, text: string | undefined): boolean {
  if (patterns === undefined || patterns.length === 0) return true;
  return text !== undefined && anyOf(patterns)(text);
}
