// SPDX-License-Identifier: Apache-2.0
/**
 * What a reconcile hands back, and the three conditions that every kind of ours carries.
 * Ready, Reconciling and Stalled follow kstatus (sigs.k8s.io/cli-utils, pkg/kstatus/README.md): Reconciling and
 * Stalled are "abnormal-true", so they stand as False when all is well.
 */
import type { ConditionInput } from "#lib/kube/index.ts";

export type Outcome<Status> =
  /** Wait for a change. */
  | { readonly next: "settled"; readonly status: Status }
  /** A planned look, e.g. a waiver's end. */
  | { readonly next: "recheck"; readonly status: Status; readonly afterMs: number }
  /** Only a change of the spec helps; the conditions say so. */
  | { readonly next: "stalled"; readonly status: Status };

export interface Readiness {
  /** `ready`: done. `progressing`: work is under way. `failed`: tried again by itself. `stalled`: needs a change. */
  readonly state: "ready" | "progressing" | "failed" | "stalled";
  /** CamelCase, stable: dashboards match on it. */
  readonly reason: string;
  readonly message: string;
}

/** Ready, Reconciling and Stalled for a state. */
export function readinessConditions({ state, reason, message }: Readiness): readonly ConditionInput[] {
  const working = state === "progressing" || state === "failed";
  return [
    { type: "Ready", status: state === "ready" ? "True" : "False", reason, message },
    {
      type: "Reconciling",
      status: working ? "True" : "False",
      reason: working ? reason : "Settled",
      message: working ? message : "",
    },
    {
      type: "Stalled",
      status: state === "stalled" ? "True" : "False",
      reason: state === "stalled" ? reason : "NotStalled",
      message: state === "stalled" ? message : "",
    },
  ];
}

/** `IMAGE_MISSING` as a condition reason: `ImageMissing`. */
export function reasonOf(code: string): string {
  const words = code
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  const text = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join("");
  return /^[A-Za-z]/.test(text) ? text : "Unknown";
}
