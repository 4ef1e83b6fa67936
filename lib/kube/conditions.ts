// SPDX-License-Identifier: Apache-2.0
/**
 * metav1.Condition lists: transition times that move only when a status does, bounded messages, checked reasons.
 * Follows k8s.io/apimachinery meta/v1 types.go (Condition) and the API conventions, "Typical status properties".
 */
import { rfc3339 } from "../clock.ts";
import { byKey } from "../compare.ts";
import { kubeErrors } from "./errors.ts";

export interface ConditionInput {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** CamelCase, stable: people and dashboards match on it. */
  readonly reason: string;
  readonly message: string;
}

export interface Condition extends ConditionInput {
  readonly observedGeneration: number;
  /** RFC 3339, whole seconds. */
  readonly lastTransitionTime: string;
}

/** What may stand in a status already: written by an older version, or by hand. */
export interface StoredCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | undefined;
}

const MAX_MESSAGE = 1024;
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const TYPE = /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,314}[A-Za-z0-9])?$/;

/**
 * Exactly the conditions of `next`, ordered by type, each with its transition time kept from `previous` while the
 * status is the same. Types that `next` does not name are dropped: one writer owns the whole list.
 * @throws KUBE_CONDITION_INVALID for a bad type or reason, or a type named twice
 */
export function setConditions(
  previous: readonly StoredCondition[],
  next: readonly ConditionInput[],
  at: { readonly now: number; readonly generation: number },
): readonly Condition[] {
  const before = new Map(previous.map((condition) => [condition.type, condition]));
  const seen = new Set<string>();
  return next
    .map((input): Condition => {
      check(input, seen);
      const old = before.get(input.type);
      const moved = old?.lastTransitionTime === undefined || old.status !== input.status;
      return {
        type: input.type,
        status: input.status,
        reason: input.reason,
        message: clip(input.message),
        observedGeneration: at.generation,
        lastTransitionTime: moved ? rfc3339(at.now) : (old.lastTransitionTime ?? rfc3339(at.now)),
      };
    })
    .sort(byKey((condition) => condition.type));
}

function check(input: ConditionInput, seen: Set<string>): void {
  const fail = (what: string): Error =>
    kubeErrors.make("KUBE_CONDITION_INVALID", `condition ${JSON.stringify(input.type)}: ${what}`);
  if (!TYPE.test(input.type)) throw fail("not a condition type");
  if (seen.has(input.type)) throw fail("named twice");
  seen.add(input.type);
  if (input.reason.length > 1024 || !REASON.test(input.reason)) {
    throw fail(`not a reason: ${JSON.stringify(input.reason.slice(0, 100))}`);
  }
}

/** At most `max` characters, and never half of one. */
export function clip(text: string, max = MAX_MESSAGE): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  const last = cut.charCodeAt(cut.length - 1);
  return `${last >= 0xd800 && last <= 0xdbff ? cut.slice(0, -1) : cut}…`;
}
